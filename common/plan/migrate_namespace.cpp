#include "plan/migrate_namespace.hpp"

#include "record/external_ids.hpp"

#include <utility>

namespace plan {

namespace {

// The record with its new external id.
template <class Record>
Record moved(const Record& record, record::Kind kind, const std::string& name_space) {
    auto copy = record;
    copy.external_id.value = record::prefix_of(kind, name_space) +
                             record.external_id.value.substr(record::prefix_of(kind, "").size());
    return copy;
}

std::string why(const record::ExternalId& from, const record::ExternalId& to) {
    return "externalId \"" + from.value + "\" -> \"" + to.value + "\"";
}

}  // namespace

Plan plan_migration(const record::Directory& current, const std::string& name_space) {
    Plan plan;
    for (const auto& user : current.users) {
        const auto& target =
            plan.merged_users.emplace_back(moved(user, record::Kind::user, name_space));
        plan.users.push_back({.action = Action::adopt,
                              .desired = &target,
                              .current = &user,
                              .why = {why(user.external_id, target.external_id)}});
    }
    for (const auto& group : current.groups) {
        const auto& target =
            plan.merged_groups.emplace_back(moved(group, record::Kind::group, name_space));
        plan.groups.push_back({.action = Action::adopt,
                               .desired = &target,
                               .current = &group,
                               .why = {why(group.external_id, target.external_id)}});
    }
    plan.current = {.users = current.users.size(), .groups = current.groups.size()};
    return plan;
}

}  // namespace plan
