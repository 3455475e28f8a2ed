#include "granted_access.hpp"

#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <nlohmann/json.hpp>

#include <vector>

namespace laws {

std::map<std::string, Granted> granted_users(const Organization& organization) {
    std::map<std::string, Granted> all;
    std::map<std::string, std::vector<record::User>> rows;
    for (const auto& line : organization.users) {
        auto user = record::user_from_json(nlohmann::json::parse(line.dump()), false);
        rows[user.external_id.value].push_back(std::move(user));
    }
    for (const auto& [id, list] : rows) {
        auto& granted = all[id];
        for (const auto& user : list) {
            granted.active = granted.active || user.active;
        }
        for (const auto& user : list) {
            granted.may_be_sent =
                granted.may_be_sent && !record::why_not(user, record::NamePolicy{});
            if (user.active != granted.active || !granted.keys) {
                continue;
            }
            if (!user.ssh_keys) {
                granted.keys.reset();
                continue;
            }
            std::vector<std::string> warnings;
            for (const auto key : record::admitted_keys(user, warnings)) {
                granted.keys->emplace(record::ssh_key_identity(key));
            }
        }
    }
    return all;
}

std::map<std::string, std::optional<Texts>> granted_members(const Organization& organization) {
    std::map<std::string, std::optional<Texts>> all;
    for (const auto& line : organization.groups) {
        auto& members = all.emplace(line["externalId"].get<std::string>(), Texts{}).first->second;
        if (!line.contains("members")) {
            members.reset();
        } else if (members) {
            for (const auto& member : line["members"]) {
                members->insert(member.get<std::string>());
            }
        }
    }
    return all;
}

}  // namespace laws
