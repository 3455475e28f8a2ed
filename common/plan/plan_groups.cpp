#include "plan/plan_groups.hpp"

#include "base/text.hpp"
#include "plan/conflicts.hpp"
#include "plan/group_members.hpp"
#include "plan/held_changes.hpp"
#include "plan/matched_records.hpp"
#include "plan/reasons.hpp"
#include "plan/user_changes.hpp"
#include "record/validation.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace plan {

namespace {

class GroupPlanner {
  public:
    GroupPlanner(const record::Directory& desired,
                 const record::Directory& current,
                 const Policy& policy,
                 UserStandings& standings,
                 Plan& plan)
        : current_(current),
          malformed_groups_(desired.malformed_groups),
          policy_(policy),
          standings_(standings),
          members_(desired, current, policy, standings, plan),
          plan_(plan),
          account_(plan.account),
          matches_(desired.groups, current.groups, plan.merged_groups) {}

    void run() {
        judge();
        withhold_reactivations();
        for (const auto& [id, match] : matches_) {
            decide(match);
            for (const auto* copy : match.copies) {
                decide_copy(match, *copy);
            }
        }
        for (const auto& group : current_.unmanaged_groups) {
            if (!adopted_.contains(&group)) {
                unchanged(group, group.id, "unmanaged");
            }
        }
        std::sort(plan_.groups.begin(),
                  plan_.groups.end(),
                  [](const GroupChange& a, const GroupChange& b) { return key_of(a) < key_of(b); });
    }

  private:
    static std::tuple<const record::ExternalId&, const record::ResourceId&> key_of(
        const GroupChange& change) {
        static const record::ResourceId kNew;
        return {(change.desired != nullptr ? change.desired : change.current)->external_id,
                change.current != nullptr ? change.current->id : kNew};
    }

    void skip(const record::Group& group, const record::Group* current, Withheld withheld) {
        account_.skips.push_back({.kind = record::Kind::group,
                                  .external_id = group.external_id,
                                  .id = current != nullptr ? current->id : record::ResourceId{},
                                  .name = group.display_name,
                                  .withheld = std::move(withheld)});
    }

    void skip_unknown(const record::Group& group,
                      const record::Group* current,
                      const std::string& detail) {
        skip(group,
             current,
             {.reason = "members-unknown",
              .detail = detail,
              .exit_status = reason("members-unknown").existing});
    }

    // The record of a group, or the one that it takes over after an approval.
    [[nodiscard]] const record::Group* record_of(const MatchedRecords<record::Group>& match) const {
        if (match.desired == nullptr) {
            return adopted_.contains(match.current) ? nullptr : match.current;
        }
        const auto* own = claims_.counterpart_of(*match.desired);
        const auto held = held_takeovers_.find(match.desired->external_id.value);
        return own != nullptr || held == held_takeovers_.end() ? own : held->second;
    }

    // A user must not return with a membership that stays and that ACTIVATE may not grant.
    void withhold_reactivations() {
        if (std::none_of(plan_.users.begin(), plan_.users.end(), is_reactivation)) {
            return;
        }
        WaitingUsers waiting;
        for (const auto& [id, match] : matches_) {
            auto records = match.copies;
            records.push_back(record_of(match));
            for (const auto* present : records) {
                if (present != nullptr && present->members) {
                    find_waiting(match.desired, *present, held_takeovers_.contains(id), waiting);
                }
            }
        }
        plan::withhold_reactivations(waiting, policy_, standings_, plan_);
    }

    void find_waiting(const record::Group* desired,
                      const record::Group& present,
                      bool is_held,
                      WaitingUsers& waiting) const {
        const auto unknown = members_.why_unknown(desired, &present);
        if (unknown.empty() && !is_held) {
            return;
        }
        for (const auto& member : *present.members) {
            const auto& user = standings_.resolve(member);
            if (!unknown.empty() ||
                !std::binary_search(desired->members->begin(), desired->members->end(), user)) {
                waiting.emplace(
                    user,
                    present.display_name + " (" + present.external_id.value +
                        "), which ACTIVATE may not grant: " +
                        (unknown.empty() ? "the takeover of its record is held" : unknown));
            }
        }
    }

    void unchanged(const record::Group& group, const record::ResourceId& id, std::string note) {
        account_.unchanged.push_back({.kind = record::Kind::group,
                                      .external_id = group.external_id,
                                      .id = id,
                                      .name = group.display_name,
                                      .note = std::move(note)});
    }

    void judge() {
        // A group that ACTIVATE no longer has: a new group of the same name takes over its record.
        claims_.has_left = [this](const record::Group& group) {
            const auto* match = matches_.find(group.external_id.value);
            return !policy_.restore && malformed_groups_ == 0 &&
                   record::is_managed(group.external_id, record::Kind::group) &&
                   (match == nullptr || match->desired == nullptr);
        };
        for (const auto& [id, match] : matches_) {
            if (!match.copies.empty()) {
                claims_.ambiguous.insert(id);
            }
            if (match.desired == nullptr) {
                continue;
            }
            if (match.current != nullptr) {
                claims_.counterparts.emplace(id, match.current);
            }
            if (policy_.restore && match.rows > 1) {
                claims_.refusals.emplace(
                    id,
                    Withheld{.reason = "duplicate-external-id",
                             .detail = "the capture has " + std::to_string(match.rows) +
                                       " records with this externalId, so it is unknown which "
                                       "members belong to which: restore this group by hand in "
                                       "CoreWeave"});
            } else if (auto refusal = record::why_not(*match.desired, policy_.names)) {
                claims_.refusals.emplace(id,
                                         Withheld{.reason = std::move(refusal->reason),
                                                  .detail = std::move(refusal->detail)});
            } else {
                claims_.admitted.push_back(match.desired);
            }
        }
        resolve_name_conflicts(current_, policy_, claims_);
        for (const auto* group : claims_.admitted) {
            names_.insert(text::fold(group->display_name));
        }
        decide_takeovers();
        for (const auto& [id, record] : claims_.counterparts) {
            if (matches_.at(id).current != record) {
                adopted_.insert(record);
            }
        }
    }

    // A record is taken over if it has no members, or if at least half of them are wanted. Any
    // other takeover waits for an approval.
    void decide_takeovers() {
        std::size_t wanted = 0;
        for (const auto& [id, record] : claims_.takeovers) {
            wanted += members_.are_continued(*matches_.at(id).desired, *record) ? 0U : 1U;
        }
        const auto all = current_.groups.size() + current_.unchanged.groups;
        const auto allowed = policy_.limits.takeovers.allowed(all);
        const bool are_held = wanted > allowed;
        if (are_held && !policy_.only) {  // --only takes no group over
            plan_.held.exceeded.push_back(
                {.limit = kMaxTakeovers, .wanted = wanted, .allowed = allowed, .base = all});
        }
        for (const auto& [id, record] : claims_.takeovers) {
            if (are_held && !members_.are_continued(*matches_.at(id).desired, *record)) {
                held_takeovers_.emplace(id, record);
                adopted_.insert(record);
            } else {
                claims_.counterparts.emplace(id, record);
            }
        }
    }

    void decide(const MatchedRecords<record::Group>& match) {
        const auto* desired = match.desired;
        const auto* current = match.current;
        const auto* present = record_of(match);
        if (desired == nullptr && present == nullptr) {
            return;  // planned with the group that takes it over, or waits for it
        }
        if (desired != nullptr) {
            current = claims_.counterpart_of(*desired);
            account_.matched += match.rows - 1;
            warn_of_rows(policy_, match, account_.warnings);
        }
        const record::Group& group = desired != nullptr ? *desired : *current;
        const auto refused = claims_.refusals.find(group.external_id.value);
        const bool is_refused = desired != nullptr && refused != claims_.refusals.end();
        account_.matched += desired != nullptr && present != nullptr ? 1U : 0U;
        if (is_refused && current == nullptr) {
            auto withheld = refused->second;
            withheld.exit_status = std::max(withheld.exit_status, reason(withheld.reason).newcomer);
            skip(group, nullptr, std::move(withheld));
        } else if (const auto why = members_.why_unknown(desired, present); !why.empty()) {
            skip_unknown(group, current, why);
        } else if (is_refused) {
            only_remove(*desired, *current, refused->second);
        } else if (present != current) {
            hold_takeover(*desired, *present);
        } else {
            compare(desired, current);
        }
    }

    void hold_takeover(const record::Group& desired, const record::Group& old) {
        GroupChange change{.action = Action::adopt, .desired = &desired, .current = &old};
        change.held_all = kMaxTakeovers;
        members_.set_before(change);
        describe_adoption(change);
        members_.set_target(change);
        GroupMembers::describe(change);
        if (!policy_.only) {
            plan_.held.changes.push_back(
                {.limit = kMaxTakeovers,
                 .words = held_takeover(old.external_id, desired.external_id)});
        }
        plan_.groups.push_back(std::move(change));
    }

    // Unwanted members are removed. No user is added, and the name stays, because it must not be
    // sent.
    void only_remove(const record::Group& desired,
                     const record::Group& current,
                     Withheld withheld) {
        GroupChange change{.desired = &desired, .current = &current};
        members_.set_before(change);
        members_.set_target(change);
        const bool gains = GroupMembers::drop_additions(change);
        GroupMembers::describe(change);
        const bool has_other_name = desired.display_name != current.display_name;
        const bool is_risky =
            record::has_power(current.display_name) && withheld.reason == record::kPowerfulGroup;
        // The name of a group is access: members have that of the present name.
        withheld.grants_more = !change.target.empty() && (has_other_name || is_risky);
        const bool differs = gains || has_other_name || withheld.grants_more;
        withheld.exit_status =
            differs ? std::max(withheld.exit_status, reason(withheld.reason).existing)
                    : ExitStatus::ok;
        settle(std::move(change), std::move(withheld));
    }

    // A second record of SCIM with the same externalId: unwanted members are removed.
    void decide_copy(const MatchedRecords<record::Group>& match, const record::Group& copy) {
        if (const auto why = members_.why_unknown(match.desired, &copy); !why.empty()) {
            skip_unknown(copy, &copy, why);
            return;
        }
        GroupChange change{.desired = match.desired, .current = &copy};
        members_.set_before(change);
        members_.set_target(change);
        (void)GroupMembers::drop_additions(change);
        GroupMembers::describe(change);
        const bool has_members = !change.target.empty() || !change.foreign_target.empty();
        settle(std::move(change),
               {.reason = "duplicate-external-id",
                .detail = "records " + match.current->id.value + " and " + copy.id.value +
                          " in SCIM have this externalId; members are added to " +
                          match.current->id.value + ": delete " + copy.id.value + " in CoreWeave",
                .exit_status = has_members ? ExitStatus::unresolved : ExitStatus::ok,
                .grants_more = has_members});
    }

    // A change line if there is something to send, otherwise a skip.
    void settle(GroupChange change, Withheld withheld) {
        if (change.before != change.target || change.foreign_before != change.foreign_target) {
            change.withheld = std::move(withheld);
            plan_.groups.push_back(std::move(change));
        } else {
            skip(*(change.desired != nullptr ? change.desired : change.current),
                 change.current,
                 std::move(withheld));
        }
    }

    void compare(const record::Group* desired, const record::Group* current) {
        GroupChange change{.desired = desired, .current = current};
        const bool adopted = desired != nullptr && current != nullptr &&
                             desired->external_id != current->external_id;
        change.action = current == nullptr ? Action::create
                        : adopted          ? Action::adopt
                                           : Action::update;
        if (current == nullptr) {
            change.why.emplace_back("absent in SCIM");
        } else {
            members_.set_before(change);
        }
        if (adopted) {
            describe_adoption(change);
        }
        if (const auto unlisted = members_.set_target(change); unlisted.count() > 0) {
            account_.warnings.push_back(desired->display_name + " (" + desired->external_id.value +
                                        "): the desired side has no user for the member " +
                                        unlisted.joined() +
                                        ", so the group is planned without; export again with "
                                        "activate-export");
        }
        change.display_name = desired != nullptr && current != nullptr &&
                              desired->display_name != current->display_name;
        if (change.display_name) {
            change.why.push_back("displayName \"" + current->display_name + "\" -> \"" +
                                 desired->display_name + "\"");
        }
        GroupMembers::describe(change);
        warn_of_protected(change);
        if (desired == nullptr && names_.contains(text::fold(current->display_name))) {
            settle(std::move(change),
                   {.reason = "group-name-taken",
                    .detail = "ACTIVATE has given the name of this record to another group; delete "
                              "record " +
                              current->id.value +
                              " in CoreWeave, or a program that finds groups by name may use it",
                    .exit_status = ExitStatus::unresolved});
            return;
        }
        if (change.action != Action::update || change.display_name ||
            change.before != change.target || change.foreign_before != change.foreign_target) {
            plan_.groups.push_back(std::move(change));
        } else {
            unchanged(*current, current->id, change.why.empty() ? "" : change.why.front());
        }
    }

    void warn_of_protected(const GroupChange& change) {
        for (const auto& member : members_.protected_members(change)) {
            account_.warnings.push_back(change.current->display_name + ": " + member +
                                        " is protected and stays a member; remove the user by hand "
                                        "if the membership must end");
        }
    }

    static void describe_adoption(GroupChange& change) {
        change.why.push_back("adopted: externalId \"" + change.current->external_id.value +
                             "\" -> \"" + change.desired->external_id.value + "\"");
    }

    const record::Directory& current_;
    std::size_t malformed_groups_;
    const Policy& policy_;
    UserStandings& standings_;
    GroupMembers members_;
    Plan& plan_;
    Account& account_;
    Matches<record::Group> matches_;
    NameClaims<record::Group> claims_{};
    std::set<std::string> names_{};  // of admitted groups, with case folded
    std::map<std::string_view, const record::Group*> held_takeovers_{};
    std::set<const record::Group*> adopted_{};  // or to be adopted after an approval
};

}  // namespace

void plan_groups(const record::Directory& desired,
                 const record::Directory& current,
                 const Policy& policy,
                 UserStandings& standings,
                 Plan& plan) {
    GroupPlanner(desired, current, policy, standings, plan).run();
}

}  // namespace plan
