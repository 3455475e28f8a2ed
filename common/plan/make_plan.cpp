#include "plan/make_plan.hpp"

#include "base/text.hpp"
#include "plan/adoption.hpp"
#include "plan/hold.hpp"
#include "plan/only.hpp"
#include "plan/plan_groups.hpp"
#include "plan/plan_users.hpp"
#include "plan/user_standing.hpp"
#include "plan/withheld.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

namespace plan {

namespace {

// So that the order of the input has no influence; everything else is sorted when it is made.
void sort_account(Account& account) {
    const auto skip_key = [](const Skip& s) {
        return std::tie(s.kind, s.external_id, s.id, s.name, s.withheld.reason, s.withheld.detail);
    };
    std::sort(account.skips.begin(), account.skips.end(), [&](const Skip& a, const Skip& b) {
        return skip_key(a) < skip_key(b);
    });
    if (!std::is_sorted(account.unchanged.begin(), account.unchanged.end())) {  // the usual case
        std::sort(account.unchanged.begin(), account.unchanged.end());
    }
    std::sort(account.warnings.begin(), account.warnings.end());
}

Counts counts_of(const record::Directory& directory) {
    return {.users = directory.users.size() + directory.unmanaged_users.size() +
                     directory.unchanged.users + directory.new_users,
            .groups = directory.groups.size() + directory.unmanaged_groups.size() +
                      directory.unchanged.groups};
}

}  // namespace

std::string_view name_of(Action action) {
    switch (action) {
        case Action::create:
            return "create";
        case Action::update:
            return "update";
        case Action::deactivate:
            return "deactivate";
        case Action::reactivate:
            return "reactivate";
        case Action::adopt:
            return "adopt";
    }
    return "unknown";
}

std::string folded_name(std::string_view name) {
    return name.starts_with(record::kPrefix) ? std::string(name) : text::fold(name);
}

PlannedUsers plan_all_users(const record::Directory& desired,
                            const record::Directory& current,
                            const Policy& policy) {
    PlannedUsers users;
    plan_users(desired, current, policy, users.plan, users.standings);
    if (policy.only) {
        users.others = set_others_aside(policy, users.plan, users.standings);
    }
    return users;
}

Plan complete_plan(PlannedUsers&& users,
                   const record::Directory& desired,
                   const record::Directory& current,
                   const Policy& policy) {
    auto& [plan, standings, others] = users;
    for (const auto& member : current.unchanged.members) {
        standings.set(member.external_id,
                      {.id = &member.id,
                       .joins = member.left_out.empty(),
                       .left_out = std::string(member.left_out)});
    }
    for (const auto* id : current.unchanged.new_members) {
        standings.set(*id, {.joins = true});
    }
    const auto missing = find_missing_groups(desired, current, policy);
    hold_users(plan.users, desired, current, policy, missing, standings, plan.held);
    plan_groups(desired, current, policy, standings, plan);
    if (policy.only) {
        keep_memberships(policy, plan);
        keep_warnings(policy, desired, current, plan.account.warnings);
    }
    hold_groups(plan.groups, current, policy, missing, standings, plan.held);
    // Obstacles and acknowledged differences are judged with the changes of all users.
    std::move(others.begin(), others.end(), std::back_inserter(plan.users));
    settle_exit_statuses(policy, plan);
    for (const auto& sentences : {unknown_adopted_names(desired, policy),
                                  describe_missing_groups(missing, policy),
                                  describe_short_lists(plan.groups, policy)}) {
        plan.account.warnings.insert(
            plan.account.warnings.end(), sentences.begin(), sentences.end());
    }
    plan.new_users = desired.new_users;
    plan.desired = counts_of(desired);
    plan.current = counts_of(current);
    plan.account.unchanged_count = current.unchanged.users + current.unchanged.groups;
    plan.account.matched += desired.unchanged.users + desired.unchanged.groups;
    if (policy.only) {
        keep_only(policy, desired, current, plan);
    }
    sort_account(plan.account);
    return std::move(plan);
}

Plan make_plan(const record::Directory& desired,
               const record::Directory& current,
               const Policy& policy) {
    return complete_plan(plan_all_users(desired, current, policy), desired, current, policy);
}

}  // namespace plan
