#include "activate_scim.hpp"

#include "activate_api.hpp"
#include "activate_views.hpp"
#include "scim_discovery.hpp"
#include "scim_error.hpp"
#include "scim_filter.hpp"
#include "scim_list.hpp"
#include "scim_schema.hpp"

#include <algorithm>
#include <array>

namespace sandbox {

namespace {

Json meta_of(const World& world, const std::string& type, const Json& from) {
    const auto created = from.value("createdAt", "2025-01-01T00:00:00Z");
    const std::string organization = world.activate.organization().at("name");
    return {{"resourceType", type},
            {"created", created},
            {"lastModified", created},
            {"location",
             world.base_url + "/api/organizations/" + organization + "/scim/v2/" + type + "s/" +
                 from.at("id").get<std::string>()}};
}

/// The platform has one full name; its last word becomes the family name.
Json name_of(const std::string& full) {
    const auto space = full.rfind(' ');
    if (space == std::string::npos) {
        return {{"givenName", full}, {"formatted", full}};
    }
    return {{"givenName", full.substr(0, space)},
            {"familyName", full.substr(space + 1)},
            {"formatted", full}};
}

Json posix_attributes(const Json& user) {
    const auto name = safe_username(user.at("username"));
    Json out = {{"sunkPosixUsername", name}};
    if (user.contains("uid")) {
        out["sunkPosixUserId"] = out["sunkPosixGroupId"] = user["uid"];
    }
    out["sunkLoginShell"] = "/bin/bash";
    out["sunkPreferredHomeDirectory"] = "/home/" + name;
    out["sunkSshKeys"] = go_list(Json(key_lines(user)));
    return out;
}

Json scim_user(const World& world, const Json& user) {
    const std::string username = user.at("username");
    Json out = {{"schemas", {user_type().core.urn, kUserExtension}},
                {"id", user.at("id")},
                {"meta", meta_of(world, "User", user)},
                {"userName", username},
                {"active", user.value("active", true)}};
    if (user.contains("name")) {
        out["displayName"] = user["name"];
        out["name"] = name_of(user["name"]);
    }
    if (user.contains("email")) {
        out["emails"].push_back({{"value", user["email"]}, {"type", "work"}, {"primary", true}});
    }
    for (const auto* group : world.activate.groups_of(username)) {
        out["groups"].push_back(
            {{"value", group->at("id")}, {"display", group->at("name")}, {"type", "direct"}});
    }
    out[std::string(kUserExtension)] = posix_attributes(user);
    return out;
}

Json group_member(const World& world, const Json& user) {
    return {{"value", user.at("id")},
            {"display", user.value("name", user.at("username").get<std::string>())},
            {"type", "User"},
            {"$ref", meta_of(world, "User", user)["location"]},
            {"sunkPosixUsername", safe_username(user.at("username"))}};
}

Json scim_group(const World& world, const Call& call, const Json& group) {
    const bool active_only = call.parameter("excludeInactiveUsers") == "true";
    Json members = Json::array();
    for (const auto& name : group.at("members")) {
        const auto* user = world.activate.user(name.get<std::string>());
        if (user == nullptr || (active_only && !user->value("active", true))) {
            continue;
        }
        members.push_back(group_member(world, *user));
    }
    const std::string posix_name = fold(group.at("name").get<std::string>());
    Json extension = {{"sunkPosixGroupName", posix_name}};
    if (group.contains("gid")) {
        extension["sunkPosixGroupId"] = group["gid"];
    }
    return {{"schemas", {group_type().core.urn, kGroupExtension}},
            {"id", group.at("id")},
            {"meta", meta_of(world, "Group", group)},
            {"displayName", group.at("name")},
            {"members", go_list(std::move(members))},
            {std::string(kGroupExtension), extension}};
}

/// Only `userName|externalId|displayName eq` is documented.
void check_filter(const Call& call) {
    const auto text = call.parameter("filter");
    if (!text) {
        return;
    }
    const auto filter = parse_filter(*text);
    constexpr std::array kKnown{"userName", "externalId", "displayName"};
    const bool known = std::any_of(kKnown.begin(), kKnown.end(), [&](const char* name) {
        return same_folded(filter.path.name, name);
    });
    if (filter.kind != Filter::Kind::compare || filter.op != "eq" || !known) {
        throw ActivateError(400, "unsupported filter", "filter");
    }
}

/// The attributes that filters use, for each resource; the resource itself is made only if it is
/// returned.
std::vector<Json> index_of(const World& world, const std::string& type) {
    std::vector<Json> out;
    if (type == "Users") {
        for (const auto& user : world.activate.users()) {
            out.push_back({{"id", user.at("id")},
                           {"userName", user.at("username")},
                           {"displayName", user.value("name", "")}});
        }
    } else if (type == "Groups") {
        for (const auto& group : world.activate.groups()) {
            out.push_back({{"id", group.at("id")}, {"displayName", group.at("name")}});
        }
    } else {
        throw ActivateError(404, "not found");
    }
    return out;
}

Json shown(const World& world, const Call& call, const Json& entry) {
    if (entry.contains("userName")) {
        return scim_user(world, *world.activate.user(entry["userName"].get<std::string>()));
    }
    const auto& name = entry["displayName"].get_ref<const std::string&>();
    return scim_group(world, call, *world.activate.group(name));
}

Json list(const World& world, const Call& call, const std::vector<Json>& index) {
    check_filter(call);
    auto by_index = call;
    by_index.query.erase("cursor");  // not among its parameters
    std::vector<Row> rows;
    for (const auto& entry : index) {
        rows.emplace_back(rows.size(), &entry);
    }
    const auto show = [&](const Json& entry) { return shown(world, call, entry); };
    auto out = list_response(by_index, rows, world.settings.activate_scim_pages, show);
    if (out.contains("Resources")) {
        out["Resources"] = go_list(out["Resources"]);
    }
    return out;
}

Json definition(const std::string& name) {
    if (name == "Schemas") {
        return definitions_list(schema_resources());
    }
    if (name == "ResourceTypes") {
        return definitions_list(resource_type_resources());
    }
    return read_only_configuration();
}

Json serve(const World& world, const Call& call, const std::vector<std::string>& path) {
    if (path.empty() || path.size() > 2) {
        throw ActivateError(404, "not found");
    }
    const auto& name = path[0];
    if (name == "Schemas" || name == "ResourceTypes" || name == "ServiceProviderConfig") {
        return definition(name);
    }
    const auto index = index_of(world, name);
    if (path.size() == 1) {
        return list(world, call, index);
    }
    for (const auto& entry : index) {
        if (entry["id"] == path[1]) {
            return chosen_attributes(call, shown(world, call, entry));
        }
    }
    throw ActivateError(404, "resource not found");
}

}  // namespace

bool is_activate_scim(const Call& call) {
    const auto& path = call.path;
    return path.size() >= 5 && path[0] == "api" && path[1] == "organizations" &&
           path[3] == "scim" && path[4] == "v2";
}

Answer answer_activate_scim(const World& world, const Call& call) {
    if (call.header("authorization") != "Bearer " + world.credentials.activate_scim_token) {
        throw ActivateError(401, "authentication required");
    }
    if (call.path[2] != world.activate.organization().at("name")) {
        throw ActivateError(404, "organization not found");
    }
    if (call.method != "GET") {
        throw ActivateError(501, "this service is read-only");
    }
    try {
        return json_answer(200, serve(world, call, {call.path.begin() + 5, call.path.end()}));
    } catch (const ScimError& error) {
        throw ActivateError(error.status(), error.what());
    }
}

}  // namespace sandbox
