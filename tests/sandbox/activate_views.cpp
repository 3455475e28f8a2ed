#include "activate_views.hpp"

#include <array>
#include <set>
#include <span>

namespace sandbox {

namespace {

void copy_present(const Json& from, std::span<const char* const> names, Json& to) {
    for (const auto* name : names) {
        if (const auto found = from.find(name); found != from.end()) {
            to[name] = *found;
        }
    }
}

std::string license_status(const Json& user) {
    if (!user.value("active", true)) {
        return "inactive";
    }
    return user.value("complimentary", false) ? "complimentary" : "active";
}

Json group_base(const World& world, const Json& group) {
    constexpr std::array kOptional{"description", "createdAt", "roles", "allocations"};
    Json out = {{"id", group.at("id")},
                {"name", group.at("name")},
                {"organization", world.activate.organization().at("name")}};
    copy_present(group, kOptional, out);
    return out;
}

std::set<std::string> roles_of(const World& world, const std::string& username) {
    std::set<std::string> roles;
    for (const auto* group : world.activate.groups_of(username)) {
        for (const auto& role : group->value("roles", Json::array())) {
            roles.insert(role);
        }
    }
    return roles;
}

}  // namespace

Json go_list(Json list) {
    return list.empty() ? Json() : list;
}

Json org_user(const World& world, const Json& user) {
    constexpr std::array kOptional{
        "name", "email", "uid", "createdAt", "lastLogin", "lastPing", "avatarEtag"};
    Json out = {{"id", user.at("id")},
                {"username", user.at("username")},
                {"active", user.value("active", true)},
                {"licenseStatus", license_status(user)},
                {"complimentary", user.value("complimentary", false)},
                {"admin", user.value("admin", false)},
                {"billingAdmin", user.value("billingAdmin", false)},
                {"organization",
                 world.activate.organization().at("id")}};  // its id here, its name elsewhere
    copy_present(user, kOptional, out);
    return out;
}

/// Disabled users stay in these lists.
Json member_details(const World& world, const Json& group) {
    Json out = Json::array();
    for (const auto& member : group.at("members")) {
        const auto* user = world.activate.user(member.get<std::string>());
        if (user == nullptr) {
            continue;
        }
        out.push_back({{"username", user->at("username")},
                       {"id", user->at("id")},
                       {"email", user->value("email", "")}});
    }
    return go_list(std::move(out));
}

Json group_row(const World& world, const Json& group) {
    auto out = group_base(world, group);
    if (group.contains("gid")) {
        out["gid"] = group["gid"];
    }
    out["members"] = group.at("members").size();
    return out;
}

/// Without the gid, by the published schema.
Json group_with_members(const World& world, const Json& group) {
    auto out = group_base(world, group);
    out["members"] = member_details(world, group);
    return out;
}

Json user_profile(const World& world, const Json& user) {
    constexpr std::array kOptional{"email", "uid", "createdAt", "lastPing", "avatarEtag"};
    const std::string username = user.at("username");
    Json names = Json::array();
    for (const auto* each : world.activate.groups_of(username)) {
        names.push_back(each->at("name"));
    }
    Json out = {{"id", user.at("id")},
                {"username", username},
                {"name", user.value("name", "")},
                {"organization", world.activate.organization().at("name")},
                {"groups", go_list(std::move(names))},
                {"organizationOwner", user.value("organizationOwner", false)},
                {"organizationAdmin", roles_of(world, username).contains("org:admin")},
                {"platformAdmin", user.value("admin", false)},
                {"billingAdmin", user.value("billingAdmin", false)},
                {"licenseStatus", license_status(user)},
                {"complimentary", user.value("complimentary", false)}};
    copy_present(user, kOptional, out);
    return out;
}

Json session_of(const World& world, const Json& user) {
    const std::string username = user.at("username");
    const auto roles = roles_of(world, username);
    const auto& organization = world.activate.organization();
    return {{"id", user.at("id")},
            {"username", username},
            {"safeUsername", safe_username(username)},
            {"name", user.value("name", "")},
            {"email", user.value("email", "")},
            {"admin", user.value("admin", false)},
            {"billingAdmin", user.value("billingAdmin", false)},
            {"partner", false},
            {"organization", organization.at("name")},
            {"organizationDisplayName", organization.value("displayName", "")},
            {"organizationAdmin", roles.contains("org:admin")},
            {"organizationOwner", user.value("organizationOwner", false)},
            {"organizationRoles", go_list(Json(roles))},
            {"previews", nullptr},
            {"allocationSystem", "flexible"},
            {"sidebarOptions", nullptr}};
}

Json own_keys(const Json& user) {
    Json out = Json::array();
    for (const auto& line : key_lines(user)) {
        const auto number = std::to_string(out.size() + 1);
        out.push_back({{"id", user.at("id").get<std::string>() + "-" + number},
                       {"title", "key " + number},
                       {"key", line},
                       {"createdAt", user.value("createdAt", "2025-01-01T00:00:00Z")}});
    }
    return go_list(std::move(out));
}

std::vector<std::string> key_lines(const Json& user) {
    std::vector<std::string> lines;
    for (const auto& each : user.value("sshKeys", Json::array())) {
        auto line = each.get<std::string>();
        if (line.ends_with('\r')) {
            line.pop_back();
        }
        if (!line.empty() && !line.starts_with('#')) {
            lines.push_back(line);
        }
    }
    return lines;
}

std::string key_text(const Json& user) {
    std::string text;
    for (const auto& line : user.value("sshKeys", Json::array())) {
        text += line.get<std::string>() + "\n";
    }
    return text;
}

std::string safe_username(const std::string& username) {
    auto out = fold(username);
    std::erase(out, '.');
    return out;
}

}  // namespace sandbox
