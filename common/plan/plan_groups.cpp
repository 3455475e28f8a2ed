#include "plan/plan_groups.hpp"

#include "base/unicode.hpp"
#include "plan/conflicts.hpp"
#include "plan/matched_records.hpp"
#include "record/validation.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace plan {

namespace {

template <class Id>
std::size_t count_missing(const std::vector<Id>& from, const std::vector<Id>& in) {
    std::vector<Id> missing;
    std::set_difference(
        from.begin(), from.end(), in.begin(), in.end(), std::back_inserter(missing));
    return missing.size();
}

class GroupPlanner {
  public:
    GroupPlanner(const record::Directory& desired,
                 const record::Directory& current,
                 const Policy& policy,
                 const UserStandings& fates,
                 Account& account)
        : current_(current),
          policy_(policy),
          fates_(fates),
          account_(account),
          pairs_(match_records(desired.groups, current.groups)) {
        // An adopted user was a foreign member until now, and is a member of ours from now on.
        for (const auto& user : desired.users) {
            if (const auto* fate = fates.find(user.external_id);
                fate != nullptr && fate->id != nullptr) {
                auto& owner = owners_.emplace(fate->id->value, user.external_id).first->second;
                owner =
                    std::min(owner, user.external_id);  // where a service gives two of ours one id,
                                                        // the order of the records must not show
            }
        }
    }

    std::vector<GroupChange> plan() {
        skip_ambiguous();
        judge();
        for (const auto& [id, pair] : pairs_) {
            decide(pair.wanted(), pair.present());
        }
        for (const auto& group : current_.unmanaged_groups) {
            if (!adopted_.contains(&group)) {
                unchanged(group, "not ours");
            }
        }
        std::sort(changes_.begin(), changes_.end(), [](const GroupChange& a, const GroupChange& b) {
            return (a.desired != nullptr ? a.desired : a.current)->external_id <
                   (b.desired != nullptr ? b.desired : b.current)->external_id;
        });
        return std::move(changes_);
    }

  private:
    void skip(const record::Group& group,
              const record::Group* current,
              const record::Refusal& refusal) {
        account_.skips.push_back({record::Kind::group,
                                  group.external_id,
                                  current != nullptr ? current->id : group.id,
                                  group.display_name,
                                  refusal.reason,
                                  refusal.detail});
    }

    void unchanged(const record::Group& group, std::string note) {
        account_.unchanged.push_back(
            {record::Kind::group, group.external_id, group.id, std::move(note)});
    }

    void skip_ambiguous() {
        for (auto entry = pairs_.begin(); entry != pairs_.end();) {
            const auto& pair = entry->second;
            if (!pair.is_ambiguous()) {
                ++entry;
                continue;
            }
            const record::Refusal refusal{"duplicate-external-id", describe_ambiguity(pair)};
            for (const auto* list : {&pair.desired, &pair.current}) {
                for (const auto* group : *list) {
                    skip(*group, nullptr, refusal);
                }
            }
            ambiguous_.insert(entry->first);
            entry = pairs_.erase(entry);
        }
    }

    void judge() {
        std::vector<const record::Group*> admitted;
        for (const auto& [id, pair] : pairs_) {
            if (pair.wanted() == nullptr) {
                continue;
            }
            if (pair.present() != nullptr) {
                counterparts_.emplace(id, pair.present());
            }
            if (auto refusal = record::why_not(*pair.wanted(), policy_.allowed_groups)) {
                refusals_.emplace(id, *std::move(refusal));
            } else {
                admitted.push_back(pair.wanted());
            }
        }
        resolve_name_conflicts(admitted, current_, policy_, ambiguous_, counterparts_, refusals_);
        for (const auto& [id, record] : counterparts_) {
            if (const auto own = pairs_.find(id);
                own == pairs_.end() || own->second.present() != record) {
                adopted_.insert(record);
            }
        }
    }

    void decide(const record::Group* desired, const record::Group* current) {
        if (desired == nullptr && adopted_.contains(current)) {
            return;
        }
        if (desired != nullptr) {
            const auto counterpart = counterparts_.find(desired->external_id.value);
            current = counterpart == counterparts_.end() ? nullptr : counterpart->second;
        }
        account_.matched += desired != nullptr && current != nullptr ? 1U : 0U;
        const record::Group& group = desired != nullptr ? *desired : *current;
        const auto refused = refusals_.find(group.external_id.value);
        if (desired != nullptr && refused != refusals_.end()) {
            skip(group, current, refused->second);
        } else if (desired != nullptr && !desired->members) {
            skip(
                group, current, {"members-unknown", "its members could not be read from ACTIVATE"});
        } else if (current != nullptr && !current->members) {
            skip(group, current, {"members-unknown", "its members could not be read from SCIM"});
        } else if (current != nullptr && !knows_members(*current)) {
            skip(
                group,
                current,
                {"members-unknown",
                 "it has a member that is not among the users of SCIM's export; was that edited?"});
        } else {
            compare(desired, current);
        }
    }

    // A list of members is sent whole: one whose id is not known would be lost from it.
    [[nodiscard]] bool knows_members(const record::Group& current) const {
        return std::all_of(
            current.members->begin(), current.members->end(), [&](const record::ExternalId& id) {
                const auto* fate = fates_.find(fates_.resolve(id));
                return fate != nullptr && fate->id != nullptr;
            });
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
            set_before(change);
        }
        if (adopted) {
            change.why.push_back("adopted: externalId \"" + current->external_id.value +
                                 "\" -> \"" + desired->external_id.value + "\"");
        }
        set_target(change);
        change.display_name = desired != nullptr && current != nullptr &&
                              desired->display_name != current->display_name;
        if (change.display_name) {
            change.why.push_back("displayName \"" + current->display_name + "\" -> \"" +
                                 desired->display_name + "\"");
        }
        describe_members(change);
        if (change.action != Action::update || change.display_name ||
            change.before != change.target || change.foreign_before != change.foreign_target) {
            changes_.push_back(std::move(change));
        } else {
            account_.unchanged.push_back({record::Kind::group,
                                          current->external_id,
                                          current->id,
                                          change.why.empty() ? "" : change.why.front()});
        }
    }

    void set_before(GroupChange& change) const {
        for (const auto& member : *change.current->members) {
            change.before.push_back(fates_.resolve(member));
        }
        for (const auto& id : change.current->foreign_members) {
            if (const auto owner = owners_.find(id.value); owner != owners_.end()) {
                change.before.push_back(owner->second);
            } else {
                change.foreign_before.push_back(id);
            }
        }
        std::sort(change.before.begin(), change.before.end());
        change.before.erase(std::unique(change.before.begin(), change.before.end()),
                            change.before.end());
    }

    void set_target(GroupChange& change) const {
        static const std::vector<record::ExternalId> kNobody;
        const auto& wanted = change.desired != nullptr ? *change.desired->members : kNobody;
        std::map<std::string, std::size_t> left_out;
        for (const auto& member : wanted) {
            const auto* fate = fates_.find(member);
            if (fate != nullptr && fate->joins) {
                change.target.push_back(member);
            } else if (fate == nullptr || !fate->stays) {
                ++left_out[fate == nullptr ? "not among the users of this export" : fate->left_out];
            }
        }
        std::size_t kept = 0;
        for (const auto& member : change.before) {
            const auto* fate = fates_.find(member);
            if (fate != nullptr && fate->stays &&
                !std::binary_search(change.target.begin(), change.target.end(), member) &&
                !fate->held) {
                change.target.push_back(member);
                ++kept;
            }
        }
        std::sort(change.target.begin(), change.target.end());
        change.target.erase(std::unique(change.target.begin(), change.target.end()),
                            change.target.end());
        if (policy_.restore && change.desired != nullptr) {
            const auto& captured = change.desired->foreign_members;
            std::copy_if(
                captured.begin(),
                captured.end(),
                std::back_inserter(change.foreign_target),
                [](const record::ResourceId& id) {
                    return unicode::is_plain(id.value);  // an edited capture may hold anything
                });
        }
        if (change.desired == nullptr) {
            change.why.emplace_back("absent in ACTIVATE: the record stays, its members go");
        }
        if (kept > 0) {
            change.why.push_back(std::to_string(kept) +
                                 " kept: their users are not deactivated now");
        }
        for (const auto& [reason, count] : left_out) {
            change.why.push_back(std::to_string(count) + " left out: " + reason);
        }
    }

    static void describe_members(GroupChange& change) {
        const auto added = count_missing(change.target, change.before);
        const auto removed = count_missing(change.before, change.target);
        if (change.current != nullptr && added + removed > 0) {
            change.why.push_back("members +" + std::to_string(added) + " -" +
                                 std::to_string(removed));
        }
        if (const auto foreign = count_missing(change.foreign_before, change.foreign_target);
            foreign > 0) {
            change.why.push_back("members that are not ours -" + std::to_string(foreign));
        }
    }

    const record::Directory& current_;
    const Policy& policy_;
    const UserStandings& fates_;
    Account& account_;
    std::map<std::string_view, MatchedRecords<record::Group>> pairs_;
    std::unordered_map<std::string_view, record::ExternalId> owners_{};  // of SCIM ids
    Counterparts<record::Group> counterparts_{};
    Refusals refusals_{};
    std::set<std::string_view> ambiguous_{};
    std::set<const record::Group*> adopted_{};
    std::vector<GroupChange> changes_{};
};

}  // namespace

std::vector<GroupChange> plan_groups(const record::Directory& desired,
                                     const record::Directory& current,
                                     const Policy& policy,
                                     const UserStandings& fates,
                                     Account& account) {
    return GroupPlanner(desired, current, policy, fates, account).plan();
}

}  // namespace plan
