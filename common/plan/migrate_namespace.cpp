#include "plan/migrate_namespace.hpp"

#include "record/external_ids.hpp"
#include "record/merge.hpp"

#include <map>
#include <string_view>
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

// The record stays: another one, `there`, has the external id that it would get.
template <class Record>
Skip duplicate(const Record& record, record::Kind kind, const Record& there) {
    return {.kind = kind,
            .external_id = record.external_id,
            .id = record.id,
            .name = record::name_of(record),
            .withheld = {.reason = "duplicate-external-id",
                         .detail = "record " + there.id.value + " (" + record::name_of(there) +
                                   ") has the externalId " + there.external_id.value +
                                   " already; delete one of the two records in CoreWeave, then "
                                   "export and migrate again",
                         .exit_status = ExitStatus::unresolved}};
}

}  // namespace

Plan plan_migration(const record::Directory& current, const std::string& name_space) {
    Plan plan;
    const auto move_all = [&](record::Kind kind,
                              const auto& records,
                              const auto& unmanaged,
                              auto& targets,
                              auto& changes) {
        std::map<std::string_view, decltype(unmanaged.data())> others;
        for (const auto& other : unmanaged) {
            others.emplace(other.external_id.value, &other);
        }
        for (const auto& record : records) {
            auto target = moved(record, kind, name_space);
            const auto other = others.find(target.external_id.value);
            if (other != others.end()) {
                plan.account.skips.push_back(duplicate(record, kind, *other->second));
                continue;
            }
            changes.push_back({.action = Action::adopt,
                               .desired = &targets.emplace_back(std::move(target)),
                               .current = &record,
                               .why = {why(record.external_id, targets.back().external_id)}});
        }
    };
    move_all(
        record::Kind::user, current.users, current.unmanaged_users, plan.merged_users, plan.users);
    move_all(record::Kind::group,
             current.groups,
             current.unmanaged_groups,
             plan.merged_groups,
             plan.groups);
    plan.current = {.users = current.users.size(), .groups = current.groups.size()};
    return plan;
}

}  // namespace plan
