#include "plan/only.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "plan/group_members.hpp"
#include "plan/reasons.hpp"
#include "plan/withheld.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace plan {

namespace {

const record::ExternalId& user_of(const UserChange& change) {
    return (change.desired != nullptr ? change.desired : change.current)->external_id;
}

bool is_named(const std::string& name, const record::User& user) {
    const auto& id = user.external_id.value;
    const auto folded = text::fold(name);
    const auto matches = [&](const std::string& value) {
        return !value.empty() && text::fold(value) == folded;
    };
    return name == id || record::user_prefix() + name == id || matches(user.user_name) ||
           matches(user.email.value_or("")) || matches(user.activate_username.value_or(""));
}

std::string described(const record::User& user) {
    return (user.user_name.empty() ? user.display_name.value_or("") : user.user_name) + " (" +
           user.external_id.value + ")";
}

record::ExternalId resolve(const std::string& name,
                           const record::Directory& desired,
                           const record::Directory& current) {
    std::map<record::ExternalId, const record::User*> found;
    for (const auto* users : {&desired.users, &current.users}) {
        for (const auto& user : *users) {
            if (is_named(name, user)) {
                found.emplace(user.external_id, &user);
            }
        }
    }
    if (found.size() == 1) {
        return found.begin()->first;
    }
    if (found.empty()) {
        throw Error(ExitStatus::usage,
                    "--only names \"" + name +
                        "\", and no managed user in ACTIVATE's export or in SCIM has that "
                        "userName, e-mail address, username or external id; no plan is made. "
                        "pw-activate-scim-sync --explain also finds a part of a name");
    }
    text::Some people;
    for (const auto& [id, user] : found) {
        people.add(described(*user));
    }
    throw Error(ExitStatus::usage,
                "--only names \"" + name + "\", which is a name of " +
                    std::to_string(found.size()) + " users: " + people.joined() +
                    "; no plan is made. Name the user by the external id");
}

// Members of `before` and `after` alone in what the named users have.
template <class Id, class IsNamed>
std::vector<Id> with_named(const std::vector<Id>& before,
                           const std::vector<Id>& after,
                           IsNamed is_named_id) {
    std::vector<Id> kept;
    std::copy_if(before.begin(), before.end(), std::back_inserter(kept), [&](const Id& id) {
        return !is_named_id(id);
    });
    std::copy_if(after.begin(), after.end(), std::back_inserter(kept), is_named_id);
    std::sort(kept.begin(), kept.end());
    return kept;
}

template <class Id>
std::vector<Id> symmetric_difference(const std::vector<Id>& a, const std::vector<Id>& b) {
    std::vector<Id> differing;
    std::set_symmetric_difference(
        a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(differing));
    return differing;
}

// The owner of a record of SCIM, if the record is one of several of a user.
const record::ExternalId* owner_of_copy(const Plan& plan, const record::ResourceId& id) {
    const auto owner = plan.owners_of_copies.find(id);
    return owner == plan.owners_of_copies.end() ? nullptr : &owner->second;
}

constexpr std::string_view kOnlyUsers = "only-users";

std::string joined(const std::set<record::ExternalId>& users) {
    text::Some names;
    for (const auto& user : users) {
        names.add(user.value);
    }
    return names.joined();
}

template <class Id>
std::vector<Id> intersection(const std::vector<Id>& a, const std::vector<Id>& b) {
    std::vector<Id> both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return both;
}

std::set<record::ExternalId> named_users(const Policy& policy,
                                         const Plan& plan,
                                         const std::vector<record::ExternalId>& members,
                                         const std::vector<record::ResourceId>& copies) {
    std::set<record::ExternalId> named;
    const auto add = [&](const record::ExternalId& user) {
        if (covers(policy, user)) {
            named.insert(user);
        }
    };
    std::for_each(members.begin(), members.end(), add);
    for (const auto& id : copies) {
        if (const auto* owner = owner_of_copy(plan, id)) {
            add(*owner);
        }
    }
    return named;
}

bool has_new_name(const GroupChange& change) {
    return change.current != nullptr && change.desired != nullptr &&
           change.current->display_name != change.desired->display_name;
}

// The memberships of named users that need what --only does not do with a group. The name of a
// group is access, so a member waits for a new name, too.
std::optional<Withheld> withheld_memberships(const GroupChange& change,
                                             const Policy& policy,
                                             const Plan& plan) {
    const auto withheld = [](std::string detail) {
        return Withheld{.reason = std::string(kOnlyUsers),
                        .detail = std::move(detail),
                        .exit_status = reason(kOnlyUsers).newcomer};
    };
    if (change.action != Action::update) {
        const auto waiting =
            named_users(policy,
                        plan,
                        symmetric_difference(change.before, change.target),
                        symmetric_difference(change.foreign_before, change.foreign_target));
        if (!waiting.empty()) {
            return withheld("--only neither creates nor adopts a group, so the membership of " +
                            joined(waiting) + " is not changed; a complete run does both");
        }
    }
    if (has_new_name(change) && (change.display_name || change.action != Action::update)) {
        const auto waiting = named_users(policy, plan, change.target, change.foreign_target);
        if (!waiting.empty()) {
            return withheld("--only does not rename a group, so the membership of " +
                            joined(waiting) +
                            " under the new name waits; a complete run renames \"" +
                            change.current->display_name + "\"");
        }
    }
    return std::nullopt;
}

Skip skip_of(const GroupChange& change, Withheld withheld) {
    const auto& group = change.desired != nullptr ? *change.desired : *change.current;
    return {.kind = record::Kind::group,
            .external_id = group.external_id,
            .id = change.current != nullptr ? change.current->id : record::ResourceId{},
            .name = group.display_name,
            .label = {},
            .withheld = std::move(withheld)};
}

bool changes_members(const GroupChange& change) {
    return change.before != change.target || change.foreign_before != change.foreign_target;
}

// Groups that have one of the users, or of which a side does not know the members.
std::set<record::ExternalId> concerned_groups(const Policy& policy,
                                              const record::Directory& desired,
                                              const record::Directory& current) {
    std::set<record::ExternalId> ids;
    for (const auto* groups : {&desired.groups, &current.groups}) {
        for (const auto& group : *groups) {
            if (!group.members ||
                std::any_of(group.members->begin(), group.members->end(), [&](const auto& member) {
                    return covers(policy, member);
                })) {
                ids.insert(group.external_id);
            }
        }
    }
    return ids;
}

// The records that the lines of the plan stand for.
void count_records(const Policy& policy,
                   const record::Directory& desired,
                   const record::Directory& current,
                   Plan& plan) {
    const auto is_covered = [&](const record::User& user) {
        return covers(policy, user.external_id);
    };
    const auto count = [&](const std::vector<record::User>& users) {
        return static_cast<std::size_t>(std::count_if(users.begin(), users.end(), is_covered));
    };
    plan.desired = {.users = count(desired.users), .groups = 0};
    plan.current = {.users = count(current.users), .groups = 0};
    for (const auto& change : plan.users) {
        const bool adopts_other =
            change.action == Action::adopt && change.held.empty() && !is_covered(*change.current);
        plan.current.users += adopts_other ? 1U : 0U;
    }
    for (const auto& change : plan.groups) {
        plan.desired.groups += change.desired != nullptr ? 1U : 0U;
    }
    plan.current.groups += plan.groups.size();  // keep_memberships leaves only updates
    for (const auto& skip : plan.account.skips) {
        const bool is_group = skip.kind == record::Kind::group;
        const auto has_id = [&](const auto& group) {
            return group.external_id == skip.external_id;
        };
        const bool is_desired =
            is_group && std::any_of(desired.groups.begin(), desired.groups.end(), has_id);
        plan.desired.groups += is_desired ? 1U : 0U;
        plan.current.groups += is_group && !skip.id.value.empty() ? 1U : 0U;
    }
    const auto entries = plan.users.size() + plan.groups.size() + plan.account.skips.size() +
                         plan.account.unchanged.size();
    plan.account.matched = plan.desired.users + plan.desired.groups + plan.current.users +
                           plan.current.groups - entries;
}

}  // namespace

std::set<record::ExternalId> resolve_only(const std::vector<std::string>& names,
                                          const record::Directory& desired,
                                          const record::Directory& current) {
    std::set<record::ExternalId> users;
    for (const auto& name : names) {
        users.insert(resolve(name, desired, current));
    }
    return users;
}

bool covers(const Policy& policy, const record::ExternalId& user) {
    return !policy.only || policy.only->contains(user);
}

std::vector<UserChange> set_others_aside(const Policy& policy,
                                         Plan& plan,
                                         UserStandings& standings) {
    const auto first =
        std::stable_partition(plan.users.begin(), plan.users.end(), [&](const UserChange& change) {
            return covers(policy, user_of(change));
        });
    std::vector<UserChange> others(std::make_move_iterator(first),
                                   std::make_move_iterator(plan.users.end()));
    plan.users.erase(first, plan.users.end());
    for (const auto& change : others) {
        if (change.action == Action::adopt) {
            standings.set(change.desired->external_id, {.left_out = "not named by --only"});
        }
    }
    return others;
}

void keep_memberships(const Policy& policy, Plan& plan) {
    const auto is_covered = [&](const record::ExternalId& id) { return covers(policy, id); };
    const auto is_covered_copy = [&](const record::ResourceId& id) {
        const auto* owner = owner_of_copy(plan, id);
        return owner != nullptr && is_covered(*owner);
    };
    for (auto& change : plan.groups) {
        auto waiting = withheld_memberships(change, policy, plan);
        if (change.action != Action::update) {
            if (waiting) {
                plan.account.skips.push_back(skip_of(change, *std::move(waiting)));
            }
            continue;
        }
        auto concerned = named_users(policy, plan, change.before, change.foreign_before);
        concerned.merge(named_users(policy, plan, change.target, change.foreign_target));
        if (change.desired != nullptr && change.desired->members) {  // a refused group adds none
            concerned.merge(named_users(policy, plan, *change.desired->members, {}));
        }
        if (concerned.empty()) {
            change.withheld.reset();
        }
        if (waiting) {
            join(change.withheld, *std::move(waiting));
        }
        if (change.display_name) {  // no addition under the old name
            change.target = intersection(change.before, change.target);
            change.foreign_target = intersection(change.foreign_before, change.foreign_target);
        }
        change.target = with_named(change.before, change.target, is_covered);
        change.foreign_target =
            with_named(change.foreign_before, change.foreign_target, is_covered_copy);
        change.display_name = false;
        change.why.clear();
        GroupMembers::describe(change);
    }
    std::erase_if(plan.groups,
                  [](const GroupChange& change) { return change.action != Action::update; });
}

void keep_warnings(const Policy& policy,
                   const record::Directory& desired,
                   const record::Directory& current,
                   std::vector<std::string>& warnings) {
    std::set<std::string> names;
    for (const auto* users : {&desired.users, &current.users}) {
        for (const auto& user : *users) {
            if (covers(policy, user.external_id)) {
                names.insert(user.external_id.value);
                names.insert(user.user_name);
            }
        }
    }
    names.erase("");
    std::erase_if(warnings, [&](const std::string& warning) {
        return std::none_of(names.begin(), names.end(), [&](const std::string& name) {
            return warning.find(name) != std::string::npos;
        });
    });
}

void keep_only(const Policy& policy,
               const record::Directory& desired,
               const record::Directory& current,
               Plan& plan) {
    std::erase_if(plan.users,
                  [&](const UserChange& change) { return !covers(policy, user_of(change)); });
    for (auto& change : plan.groups) {
        if (!changes_members(change) && change.withheld) {
            plan.account.skips.push_back(skip_of(change, *std::move(change.withheld)));
        }
    }
    std::erase_if(plan.groups, [](const GroupChange& change) { return !changes_members(change); });
    const auto groups = concerned_groups(policy, desired, current);
    std::erase_if(plan.account.skips, [&](const Skip& skip) {
        return skip.kind == record::Kind::user
                   ? !covers(policy, skip.external_id)
                   : skip.withheld.reason != kOnlyUsers && !groups.contains(skip.external_id);
    });
    std::erase_if(plan.account.unchanged, [&](const Unchanged& unchanged) {
        return unchanged.kind != record::Kind::user || !covers(policy, unchanged.external_id);
    });
    count_records(policy, desired, current, plan);
    plan.only = *policy.only;
}

}  // namespace plan
