#include "renewals.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace laws {

namespace {

using nlohmann::ordered_json;

void rename_member(Organization& organization, const std::string& from, const std::string& to) {
    for (auto& group : organization.groups) {
        if (!group.contains("members")) {
            continue;
        }
        for (auto& member : group["members"]) {
            if (member == from) {
                member = to;
            }
        }
    }
}

std::string made_again(const ordered_json& record) {
    return record["externalId"].get<std::string>() + "-again";
}

void renew_user(Dice& dice, Organization& organization, ordered_json& user) {
    const auto old = user["externalId"].get<std::string>();
    if (dice.chance(20)) {  // the disabled account is still listed
        auto disabled = user;
        disabled["active"] = false;
        organization.users.push_back(std::move(disabled));
    } else if (organization.confirmed && std::none_of(organization.confirmations.begin(),
                                                      organization.confirmations.end(),
                                                      [&](const ordered_json& answer) {
                                                          return answer["externalId"] == old;
                                                      })) {
        organization.confirmations.push_back({{"type", "confirmation"},
                                              {"externalId", old},
                                              {"answer", dice.chance(80) ? "gone" : "unknown"}});
    }
}

void swap_some(Dice& dice, Records& records, const char* name, std::size_t percent) {
    for (std::size_t i = 1; i < records.size(); ++i) {
        if (dice.chance(percent)) {
            std::swap(records[i - 1][name], records[i][name]);
        }
    }
}

// A second record of a group, left by a create whose answer was lost.
void copy_some_groups(Dice& dice, ModelServer& server) {
    for (const auto& id : server.ids(record::Kind::group)) {
        const auto group = server.record(record::Kind::group, id);
        const auto external_id = group.value("externalId", std::string());
        if (!record::is_managed({external_id}, record::Kind::group) || !dice.chance(6)) {
            continue;
        }
        auto members = nlohmann::json::array();
        for (const auto& member : server.member_ids(id)) {
            members.push_back({{"value", member}});
        }
        server.put(record::Kind::group,
                   {{"externalId", external_id},
                    {"displayName", group["displayName"].get<std::string>()},
                    {"members", std::move(members)}});
    }
}

}  // namespace

void renew(Dice& dice, Organization& organization) {
    const auto users = organization.users.size();
    for (std::size_t i = 0; i < users; ++i) {
        if (!dice.chance(8)) {
            continue;
        }
        const auto old = organization.users[i]["externalId"].get<std::string>();
        auto copy = organization.users[i];
        renew_user(dice, organization, copy);
        organization.users[i]["externalId"] = made_again(organization.users[i]);
        rename_member(organization, old, organization.users[i]["externalId"].get<std::string>());
    }
    for (auto& group : organization.groups) {
        if (dice.chance(15)) {
            group["externalId"] = made_again(group);
        }
    }
    copy_some_groups(dice, organization.server);
    swap_some(dice, organization.users, "userName", 4);
    swap_some(dice, organization.groups, "displayName", 8);
}

}  // namespace laws
