#include "any_options.hpp"

#include "base/text.hpp"

#include <cstddef>
#include <string>

namespace laws {

namespace {

plan::Limit any_limit(Dice& dice) {
    plan::Limit limit;
    if (dice.chance(60)) {
        limit.percent = dice.chance(60) ? 10 : dice.below(101);
    }
    if (dice.chance(60) || !limit.percent) {
        limit.count = dice.below(6);
    }
    return limit;
}

}  // namespace

DiffOptions any_options(Dice& dice, const Organization& organization) {
    DiffOptions options;
    options.allow_empty = true;
    auto& policy = options.policy;
    if (dice.chance(50)) {
        for (const auto& row : plan::kLimits) {
            policy.limits.*row.member = any_limit(dice);
        }
    } else if (dice.chance(60)) {
        policy.limits = no_limits();
    }
    policy.rename_users = dice.chance(30);
    for (const auto& record : organization.users) {
        if (dice.chance(4)) {
            policy.protected_users.insert(text::fold(record["userName"].get<std::string>()));
        }
    }
    for (const auto& name : organization.stray_names) {
        if (dice.chance(25)) {
            policy.adopt_users.insert(text::fold(name));
        }
        if (dice.chance(10)) {
            policy.protected_users.insert(text::fold(name));
        }
    }
    for (const auto& name : organization.stray_group_names) {
        if (dice.chance(40)) {
            policy.adopt_groups.insert(name);
        }
    }
    if (dice.chance(20)) {
        policy.names.groups = {"admin", "sudo"};
    }
    return options;
}

}  // namespace laws
