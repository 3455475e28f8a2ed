#include "plan/member_references.hpp"

#include "record/scim_resource.hpp"

#include <string>

namespace plan {

MemberReferences::MemberReferences(const Plan& plan, const record::Directory& current) {
    for (const auto& user : current.users) {
        ids_[user.external_id.value] = &user.id;
    }
    for (const auto& [external_id, id] : plan.member_records) {
        ids_[external_id.value] = &id;
    }
    for (const auto& member : current.unchanged.members) {
        ids_[member.external_id.value] = &member.id;
    }
    for (const auto& change : plan.users) {
        // By the reference of a user who is to be created: if the adoption fails, the record
        // belongs to another user, or is unmanaged, and must not become a member.
        if (change.action == Action::adopt) {
            ids_.erase(change.desired->external_id.value);
        }
    }
}

JsonText MemberReferences::values(const std::vector<record::ExternalId>& members,
                                  const std::vector<record::ResourceId>& foreign) const {
    std::vector<std::string> values;
    values.reserve(members.size() + foreign.size());
    for (const auto& member : members) {
        const auto known = ids_.find(member.value);
        if (known == ids_.end()) {
            values.push_back("bulkId:" + member.value);
            continue;
        }
        values.push_back(known->second->value);
    }
    for (const auto& id : foreign) {
        values.push_back(id.value);
    }
    return record::members_value(values);
}

}  // namespace plan
