#include "plan/member_references.hpp"

#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace plan {

MemberReferences::MemberReferences(const Plan& plan, const record::Directory& current) {
    for (const auto& user : current.users) {
        ids_[user.external_id.value].push_back(&user.id);
    }
    for (const auto& member : current.unchanged.members) {
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

nlohmann::ordered_json MemberReferences::values(
    const std::vector<record::ExternalId>& members,
    const std::vector<record::ResourceId>& foreign) const {
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
    return record::members_value(values);
}

}  // namespace plan
