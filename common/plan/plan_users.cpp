#include "plan/plan_users.hpp"

#include "base/text.hpp"
#include "plan/compare_user.hpp"
#include "plan/conflicts.hpp"
#include "plan/held_changes.hpp"
#include "plan/leavers.hpp"
#include "plan/matched_records.hpp"
#include "plan/only.hpp"
#include "plan/reasons.hpp"
#include "plan/shared_keys.hpp"
#include "plan/user_changes.hpp"
#include "plan/withheld.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace plan {

namespace {

class UserPlanner {
  public:
    UserPlanner(const record::Directory& desired,
                const record::Directory& current,
                const Policy& policy,
                Plan& plan,
                UserStandings& standings)
        : matches_(desired.users, current.users, plan.merged_users),
          desired_(desired),
          current_(current),
          policy_(policy),
          plan_(plan),
          account_(plan.account),
          standings_(standings) {}

    void run() {
        judge();
        const auto users = claims_.admitted.size();
        plan_.users.reserve(users - std::min(users, claims_.counterparts.size()));  // new users
        for (const auto& [id, match] : matches_) {
            decide(match);
            for (const auto* copy : match.copies) {
                decide_copy(match, *copy);
            }
        }
        note_unmanaged();
        warn_of_unknown_protected(policy_, desired_, current_, account_.warnings);
        sort_changes(plan_.users);
    }

  private:
    void skip(const record::User& user, const record::User* current, Withheld withheld) {
        account_.skips.push_back({.kind = record::Kind::user,
                                  .external_id = user.external_id,
                                  .id = current != nullptr ? current->id : record::ResourceId{},
                                  .name = user.user_name.empty() && current != nullptr
                                              ? current->user_name
                                              : user.user_name,
                                  .label = user.display_name.value_or(""),
                                  .withheld = std::move(withheld)});
    }

    void unchanged(const record::User& user, const record::ResourceId& id, std::string note) {
        account_.unchanged.push_back({.kind = record::Kind::user,
                                      .external_id = user.external_id,
                                      .id = id,
                                      .name = user.user_name,
                                      .note = std::move(note)});
    }

    // The information about all users that is needed before any of them is decided.
    void judge() {
        standings_.reserve(matches_.size());
        claims_.counterparts.reserve(matches_.size());
        claims_.has_left = [this](const record::User& user) { return has_left(user); };
        for (const auto& [id, match] : matches_) {
            if (!match.copies.empty()) {
                claims_.ambiguous.insert(id);
                note_copies(match, plan_);
            }
            if (match.desired != nullptr && match.current != nullptr) {
                claims_.counterparts.emplace(id, match.current);
            }
            if (match.desired == nullptr || !(match.desired->active || policy_.restore) ||
                (match.current == nullptr && not_given_back(policy_, *match.desired) != nullptr)) {
                continue;
            }
            if (auto refusal = record::why_not(*match.desired, policy_.names)) {
                claims_.refusals.emplace(id,
                                         Withheld{.reason = std::move(refusal->reason),
                                                  .detail = std::move(refusal->detail)});
            } else {
                claims_.admitted.push_back(match.desired);
            }
        }
        resolve_name_conflicts(current_, policy_, claims_, renames_);
        decide_takeovers();
        find_adopted();
        judge_keys();
    }

    [[nodiscard]] bool has_left(const record::User& user) const {
        const auto* match = matches_.find(user.external_id.value);
        const auto* desired = match == nullptr ? nullptr : match->desired;
        return !policy_.restore && (desired == nullptr || !desired->active) &&
               !is_protected(policy_, desired, user) &&
               (!user.active || !why_not_deactivate(policy_, desired, user));
    }

    // The address may have been given to another person, who would inherit the home directory. So
    // takeovers above the limit wait for an approval.
    void decide_takeovers() {
        const auto wanted = static_cast<std::size_t>(std::count_if(
            claims_.takeovers.begin(), claims_.takeovers.end(), [this](const auto& takeover) {
                return covers(policy_, {std::string(takeover.first)});
            }));
        const auto all = current_.users.size() + current_.unchanged.users;
        const auto allowed = policy_.limits.takeovers.allowed(all);
        const bool are_held = wanted > allowed;
        if (are_held) {
            plan_.held.exceeded.push_back(
                {.limit = kMaxTakeovers, .wanted = wanted, .allowed = allowed, .base = all});
        }
        for (const auto& [id, record] : claims_.takeovers) {
            if (are_held || !covers(policy_, {std::string(id)})) {
                held_takeovers_.emplace(id, record);
            } else {
                claims_.counterparts[id] = record;
                claims_.counterparts.erase(record->external_id.value);
            }
        }
    }

    // Records that continue under another externalId, so that they stay members.
    void find_adopted() {
        for (const auto& [id, record] : claims_.counterparts) {
            if (record->external_id.value != id) {
                adopted_.insert(record);
            }
            if (record->external_id.value != id && !record->external_id.value.empty()) {
                standings_.alias(record->external_id, {std::string(id)});
            }
        }
    }

    void judge_keys() {
        KeysOfUsers resting;
        keys_.reserve(claims_.admitted.size());
        for (const auto* user : claims_.admitted) {
            auto keys =
                keys_to_send(policy_, *user, claims_.counterpart_of(*user), account_.warnings);
            (user->active ? keys_ : resting).emplace(user->external_id.value, std::move(keys));
        }
        // A key belongs to one active user. In a restored capture, inactive users get their keys
        // back even if other users have them.
        // The old record of a held takeover keeps its keys for the new user.
        auto all = claims_.takeovers.empty() ? Counterparts<record::User>{} : claims_.counterparts;
        all.insert(claims_.takeovers.begin(), claims_.takeovers.end());
        const auto& counterparts = all.empty() ? claims_.counterparts : all;
        shared_keys_ = resolve_shared_keys(keys_, current_, counterparts, account_.warnings);
        keys_.merge(resting);
    }

    void decide(const MatchedRecords<record::User>& match) {
        const auto* desired = match.desired;
        const auto* current = match.current;
        if (desired == nullptr && adopted_.contains(current)) {
            return;  // planned with the record that adopts it
        }
        if (desired != nullptr) {
            current = claims_.counterpart_of(*desired);
            account_.matched += match.rows - 1;
            warn_of_rows(policy_, match, account_.warnings);
        }
        account_.matched += desired != nullptr && current != nullptr ? 1U : 0U;
        if (desired == nullptr || (!desired->active && !policy_.restore)) {
            standings_.set((desired != nullptr ? desired : current)->external_id,
                           decide_leaver(desired, current));
        } else if (const auto refused = claims_.refusals.find(desired->external_id.value);
                   refused != claims_.refusals.end()) {
            refuse(*desired, current, refused->second);
        } else if (const auto old = held_takeovers_.find(desired->external_id.value);
                   old != held_takeovers_.end()) {
            hold_takeover(*desired, *old->second);
        } else if (current == nullptr) {
            create(*desired);
        } else {
            compare(*desired, *current);
        }
    }

    // Grants are not sent for this record; removals of access are.
    void refuse(const record::User& desired, const record::User* current, Withheld withheld) {
        const auto& row = reason(withheld.reason);
        standings_.set(desired.external_id,
                       {.id = current != nullptr ? &current->id : nullptr,
                        .joins = current != nullptr &&
                                 (current->active || (policy_.restore && !desired.active)),
                        .left_out = withheld.reason});
        if (current == nullptr) {
            withheld.exit_status = std::max(withheld.exit_status, row.newcomer);
            skip(desired, nullptr, std::move(withheld));
            return;
        }
        UserChange change{.desired = &desired, .current = current};
        const bool gains = remove_keys(policy_, change);
        const bool must_leave = !desired.active && current->active;  // in a restore
        const auto stays =
            must_leave ? why_not_deactivate(policy_, &desired, *current) : std::nullopt;
        if (must_leave && !stays) {
            change.action = Action::deactivate;
            describe_activity(policy_, change);
        }
        const bool is_reserved = desired.active && keeps_reserved_name(policy_, *current);
        withheld.grants_more = is_reserved;
        withheld.exit_status = is_reserved ? reason(record::kReservedUserName).existing
                               : (desired.active && !current->active) || gains
                                   ? std::max(withheld.exit_status, row.existing)
                                   : ExitStatus::ok;
        if (const auto* left = not_given_back(policy_, desired)) {
            join(withheld, *left);
        }
        if (stays && stays->reason != withheld.reason) {
            join(withheld, *stays);
        }
        if (change.keys || change.action == Action::deactivate) {
            change.withheld = std::move(withheld);
            plan_.users.push_back(std::move(change));
        } else {
            skip(desired, current, std::move(withheld));
        }
    }

    void create(const record::User& desired) {
        if (const auto* left = not_given_back(policy_, desired)) {
            skip(desired, nullptr, *left);
            standings_.set(desired.external_id, {.left_out = left->reason});
            return;
        }
        if (!desired.active) {
            unchanged(desired, {}, "inactive users are not created");
            standings_.set(desired.external_id, {.left_out = "inactive"});
            return;
        }
        UserChange change{.action = Action::create, .desired = &desired};
        if (desired.ssh_keys) {
            change.target_keys = std::move(keys_[desired.external_id.value]);
        }
        if (const auto shared = shared_keys_.withheld.find(desired.external_id.value);
            shared != shared_keys_.withheld.end()) {
            change.withheld = shared->second;
        }
        standings_.set(desired.external_id, {.joins = true});
        plan_.users.push_back(std::move(change));
    }

    UserStanding decide_leaver(const record::User* desired, const record::User* current) {
        const record::User& user = current != nullptr ? *current : *desired;
        const auto why = why_left(policy_, desired);
        UserStanding standing{.id = current != nullptr ? &current->id : nullptr, .left_out = why};
        if (current == nullptr || !current->active) {
            unchanged(user,
                      user.id,
                      current == nullptr ? "inactive users are not created"
                                         : std::string(kAlreadyInactive));
        } else if (auto stays = why_not_deactivate(policy_, desired, *current)) {
            standing.stays = true;
            stays->grants_more = true;
            skip(user, current, *std::move(stays));
        } else {
            UserChange change{
                .action = Action::deactivate, .desired = desired, .current = current, .why = {why}};
            if (desired == nullptr && policy_.confirmations) {
                change.confirmed = policy_.confirmations->find(user.external_id.value)->second;
                change.why.push_back("ACTIVATE was asked again: " + change.confirmed);
            }
            plan_.users.push_back(std::move(change));
        }
        return standing;
    }

    // A second record of SCIM with the same externalId: it loses the access that its user loses,
    // and gains none.
    void decide_copy(const MatchedRecords<record::User>& match, const record::User& copy) {
        const auto* desired = match.desired;
        const auto& id = match.current->id.value;
        const auto both =
            "records " + id + " and " + copy.id.value + " in SCIM have this externalId; ";
        if (desired == nullptr || (!desired->active && !policy_.restore)) {
            (void)decide_leaver(desired, &copy);
            account_.warnings.push_back(copy.user_name + " (" + copy.external_id.value +
                                        "): duplicate-external-id: " + both +
                                        "delete one of them in CoreWeave");
            return;
        }
        UserChange change{.desired = desired, .current = &copy};
        (void)remove_keys(policy_, change);
        Withheld duplicate{
            .reason = "duplicate-external-id",
            .detail = both + "grants go to " + id + ": delete " + copy.id.value + " in CoreWeave",
            .exit_status = copy.active ? ExitStatus::unresolved : ExitStatus::ok,
            .grants_more = copy.active};
        if (change.keys) {
            change.withheld = std::move(duplicate);
            plan_.users.push_back(std::move(change));
        } else {
            skip(copy, &copy, std::move(duplicate));
        }
    }

    void hold_takeover(const record::User& desired, const record::User& old) {
        UserChange change{
            .action = Action::adopt, .desired = &desired, .current = &old, .held = kMaxTakeovers};
        describe_takeover(current_, change);
        compare_user(context(), keys_[desired.external_id.value], change);
        standings_.set(desired.external_id, {.left_out = "the takeover of a record is held"});
        if (covers(policy_, desired.external_id)) {
            plan_.held.changes.push_back(
                {.limit = kMaxTakeovers,
                 .words = held_takeover(old.external_id, desired.external_id)});
        }
        plan_.users.push_back(std::move(change));
    }

    [[nodiscard]] UserContext context() {
        return {policy_, renames_, shared_keys_, account_.warnings};
    }

    void compare(const record::User& desired, const record::User& current) {
        const bool adopted = desired.external_id != current.external_id;
        UserChange change{.desired = &desired, .current = &current};
        change.action = adopted                            ? Action::adopt
                        : current.active == desired.active ? Action::update
                        : desired.active                   ? Action::reactivate
                                                           : Action::deactivate;
        if (adopted) {
            describe_takeover(current_, change);
        }
        if (change.action == Action::deactivate && is_protected(policy_, &desired, current)) {
            refuse(desired, &current, *why_not_deactivate(policy_, &desired, current));
            return;
        }
        if (current.active != desired.active) {
            describe_activity(policy_, change);
        }
        compare_user(context(), keys_[desired.external_id.value], change);
        standings_.set(desired.external_id,
                       {.id = &current.id,
                        .joins = true,  // a restore keeps inactive members
                        .gains_access = (desired.active && !current.active) ||
                                        (adopted && record::is_managed(current.external_id,
                                                                       record::Kind::user))});
        if (change.action != Action::update || change.keys || !change.attributes.empty()) {
            plan_.users.push_back(std::move(change));
        } else if (change.withheld) {
            skip(desired, &current, *std::move(change.withheld));
        } else {
            unchanged(desired, current.id, change.why.empty() ? "" : change.why.front());
        }
    }

    void note_unmanaged() {
        for (const auto& user : current_.unmanaged_users) {
            if (!adopted_.contains(&user)) {
                unchanged(user, user.id, "unmanaged");
            }
        }
    }

    Matches<record::User> matches_;
    const record::Directory& desired_;
    const record::Directory& current_;
    const Policy& policy_;
    Plan& plan_;
    Account& account_;
    UserStandings& standings_;
    NameClaims<record::User> claims_{};
    std::map<std::string_view, const record::User*> held_takeovers_{};
    std::set<const record::User*> adopted_{};
    Renames renames_{};
    KeysOfUsers keys_{};
    SharedKeys shared_keys_{};
};

}  // namespace

void plan_users(const record::Directory& desired,
                const record::Directory& current,
                const Policy& policy,
                Plan& plan,
                UserStandings& standings) {
    UserPlanner(desired, current, policy, plan, standings).run();
}

}  // namespace plan
