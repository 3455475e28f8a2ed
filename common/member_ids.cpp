#include "member_ids.hpp"

#include "scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace identity {

MemberIds::MemberIds(const Plan& plan, const Directory& current) {
    for (const auto& user : current.users) {
        ids_[user.external_id.value].push_back(&user.id);
    }
    for (const auto& member : current.settled.members) {
        ids_[member.external_id.value] = {&member.id};
    }
    for (auto& [external_id, list] : ids_) {
        std::sort(list.begin(), list.end(), [](const auto* a, const auto* b) { return *a < *b; });
    }
    for (const auto& change : plan.users) {
        if (change.action == Action::adopt) {
            ids_[change.desired->external_id.value] = {&change.current->id};
        }
    }
}

nlohmann::ordered_json MemberIds::values(const std::vector<ExternalId>& members, const std::vector<ResourceId>& foreign) const {
    std::vector<std::string> values;
    values.reserve(members.size() + foreign.size());
    for (const auto& member : members) {
        const auto known = ids_.find(member.value);
        if (known == ids_.end()) {
            values.push_back("bulkId:" + member.value);
            continue;
        }
        for (const auto* id : known->second) {
            values.push_back(id->value);
        }
    }
    for (const auto& id : foreign) {
        values.push_back(id.value);
    }
    return scim::members_value(values);
}

}  // namespace identity
