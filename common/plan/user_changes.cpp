#include "plan/user_changes.hpp"

#include "base/text.hpp"
#include "plan/leavers.hpp"
#include "plan/reasons.hpp"

#include <algorithm>
#include <functional>
#include <tuple>

namespace plan {

// A reason with both ids, and the unmanaged groups whose rights the user inherits.
void describe_takeover(const record::Directory& current_side, UserChange& change) {
    const auto& old = change.current->external_id;
    change.why.push_back("adopted: externalId \"" + old.value + "\" -> \"" +
                         change.desired->external_id.value + "\"");
    text::Some groups;
    for (const auto& group : current_side.unmanaged_groups) {
        if (group.members &&
            std::find(group.members->begin(), group.members->end(), old) != group.members->end()) {
            groups.add(group.display_name);
        }
    }
    if (groups.count() > 0) {
        change.why.push_back("the record is in unmanaged groups: " + groups.joined());
    }
}

void describe_activity(const Policy& policy, UserChange& change) {
    const bool active = change.desired->active;
    const std::string source = policy.restore ? "the capture" : "ACTIVATE";
    change.why.push_back((active ? "active in " : "inactive in ") + source +
                         (active ? ", inactive in SCIM" : ", active in SCIM"));
}

bool is_reactivation(const UserChange& change) {
    return change.action == Action::reactivate;
}

UserPhase phase_of(const UserChange& change) {
    if (change.held == kMaxTakeovers) {
        return UserPhase::held_takeovers;
    }
    return change.action == Action::deactivate ? UserPhase::leavers : UserPhase::others;
}

void sort_changes(std::vector<UserChange>& changes) {
    const auto key = [](const UserChange& change) {
        const auto& user = change.desired != nullptr ? *change.desired : *change.current;
        static const record::ResourceId kNew;
        return std::make_tuple(phase_of(change),
                               std::cref(user.external_id),
                               std::cref(change.current != nullptr ? change.current->id : kNew));
    };
    const auto comes_before = [&](const UserChange& a, const UserChange& b) {
        return key(a) < key(b);
    };
    if (!std::is_sorted(changes.begin(), changes.end(), comes_before)) {
        std::sort(changes.begin(), changes.end(), comes_before);
    }
}

void withhold_reactivations(const WaitingUsers& waiting,
                            const Policy& policy,
                            UserStandings& standings,
                            Plan& plan) {
    std::erase_if(plan.users, [&](const UserChange& change) {
        if (!is_reactivation(change) || !change.held.empty() ||
            is_protected(policy, change.desired, *change.current)) {
            return false;
        }
        const auto& user = *change.desired;
        const auto found = waiting.find(user.external_id);
        if (found == waiting.end()) {
            return false;
        }
        constexpr auto kReason = "membership-stays";
        plan.account.skips.push_back(
            {.kind = record::Kind::user,
             .external_id = user.external_id,
             .id = change.current->id,
             .name = user.user_name,
             .withheld = {.reason = kReason,
                          .detail = "the user stays inactive: it would return as a member of " +
                                    found->second +
                                    "; remove the cause, or the member in CoreWeave",
                          .exit_status = reason(kReason).existing}});
        auto& standing = standings.at(user.external_id);
        standing.joins = false;
        standing.stays = true;
        standing.left_out = kReason;
        return true;
    });
}

void note_copies(const MatchedRecords<record::User>& match, Plan& plan) {
    const auto& external_id = match.current->external_id;
    plan.member_records.emplace(external_id, match.current->id);
    plan.owners_of_copies.emplace(match.current->id, external_id);
    for (const auto* copy : match.copies) {
        plan.owners_of_copies.emplace(copy->id, external_id);
    }
}

}  // namespace plan
