// A model of a SCIM server that carries out the lines of a plan, from RFC 7644.
#pragma once

#include "record/record.hpp"
#include "record/scim_resource.hpp"
#include "support/people.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>
#include <utility>

namespace scim_model {

using nlohmann::json;
using nlohmann::ordered_json;
using people::kKeysUrn;
using record::Directory;
using record::User;

class Server {
  public:
    explicit Server(const Directory& directory) {
        for (const auto& user : directory.users) {
            users_[user.id.value] = resource_of(user);
        }
        for (const auto& group : directory.groups) {
            json resource{{"id", group.id.value},
                          {"externalId", group.external_id.value},
                          {"displayName", group.display_name},
                          {"members", json::array()}};
            for (const auto& member : *group.members) {
                for (const auto& user : directory.users) {
                    if (user.external_id == member) {
                        resource["members"].push_back({{"value", user.id.value}});
                    }
                }
            }
            for (const auto& member : group.foreign_members) {
                resource["members"].push_back({{"value", member.value}});
            }
            groups_[group.id.value] = std::move(resource);
        }
    }

    /// Carries out one line of a plan.
    void apply(const ordered_json& line) {
        const auto path = line.at("path").get<std::string>();
        auto& resources = path.starts_with("/Users") ? users_ : groups_;
        auto data = json(line.at("data"));
        if (line.at("method") == "POST") {
            const auto id = "new-" + std::to_string(++created_);
            ids_[line.at("bulkId").get<std::string>()] = id;
            data["id"] = id;
            resolve(data);
            resources[id] = std::move(data);
            return;
        }
        auto& resource = resources.at(path.substr(path.rfind('/') + 1));
        for (auto& operation : data.at("Operations")) {
            set(resource, operation);
        }
    }

    [[nodiscard]] Directory directory() const {
        Directory directory;
        std::map<std::string, std::string> external_ids;
        for (const auto& [id, resource] : users_) {
            directory.users.push_back(record::user_from_resource(resource, false));
            external_ids[id] = directory.users.back().external_id.value;
        }
        for (const auto& [id, resource] : groups_) {
            auto group = record::group_from_resource(resource);
            std::set<std::string> ours;
            std::set<std::string> foreign;
            const auto members = record::member_ids_of(resource).value();
            for (const auto& member : members) {
                const auto known = external_ids.find(member);
                (known != external_ids.end() ? ours : foreign)
                    .insert(known != external_ids.end() ? known->second : member);
            }
            group.members.emplace();
            for (const auto& member : ours) {
                group.members->push_back({member});
            }
            for (const auto& member : foreign) {
                group.foreign_members.push_back({member});
            }
            directory.groups.push_back(std::move(group));
        }
        return directory;
    }

  private:
    static json resource_of(const User& user) {
        json resource{{"id", user.id.value},
                      {"externalId", user.external_id.value},
                      {"userName", user.user_name},
                      {"active", user.active},
                      {"name", json::object()}};
        if (user.display_name) {
            resource["displayName"] = *user.display_name;
        }
        if (user.given_name) {
            resource["name"]["givenName"] = *user.given_name;
        }
        if (user.family_name) {
            resource["name"]["familyName"] = *user.family_name;
        }
        if (user.email) {
            resource["emails"] = {{{"value", *user.email}}};
        }
        if (user.ssh_keys) {
            resource[kKeysUrn]["sunkSshKeys"] = *user.ssh_keys;
        }
        return resource;
    }

    void resolve(json& data) const {
        if (!data.contains("members")) {
            return;
        }
        for (auto& member : data["members"]) {
            const auto value = member.at("value").get<std::string>();
            if (value.starts_with("bulkId:")) {
                member["value"] = ids_.at(value.substr(7));
            }
        }
    }

    // RFC 7644 §3.5.2.3: replace of an attribute; §3.10: an extension's after its URN.
    void set(json& resource, json& operation) const {
        const auto path = operation.at("path").get<std::string>();
        auto* place = &resource[path];
        if (path.starts_with(std::string(kKeysUrn) + ":")) {
            resource.erase(path);
            place = &resource[kKeysUrn][path.substr(std::string(kKeysUrn).size() + 1)];
        }
        if (operation.at("op") == "remove") {
            *place = nullptr;
            return;
        }
        json holder{{path, operation.at("value")}};
        resolve(holder);
        if (place->is_object() && holder.at(path).is_object()) {
            place->update(holder.at(path));  // sub-attributes that are not named stay
        } else {
            *place = holder.at(path);
        }
    }

    std::map<std::string, json> users_{};
    std::map<std::string, json> groups_{};
    std::map<std::string, std::string> ids_{};
    int created_ = 0;
};

}  // namespace scim_model
