#include "scim_operations.hpp"

#include "scim_error.hpp"
#include "scim_filter.hpp"
#include "scim_list.hpp"
#include "scim_patch.hpp"

namespace sandbox {

namespace {

void distort(const Call& call, Json& resource) {
    const std::string urn(kUserExtension);
    const auto extension = resource.find(urn);
    if (extension == resource.end()) {
        return;
    }
    const auto keys = extension->find("sunkSshKeys");
    if (call.surprised("schema-keys-string") && keys != extension->end() && keys->size() == 1) {
        *keys = Json(keys->front());
    }
    if (!call.surprised("extension-lowercase")) {
        return;
    }
    Json renamed = Json::object();
    for (const auto& [name, value] : resource.items()) {
        renamed[name == urn ? fold(urn) : name] = value;
    }
    resource = std::move(renamed);
}

/// A stored resource in the form in which it is returned.
Json rendered(const World& world, const Call& call, const Endpoint& endpoint, Json resource) {
    const auto id = resource["id"].get<std::string>();
    resource["meta"]["location"] =
        world.base_url + "/scim/v2/" + std::string(endpoint.type.endpoint) + "/" + id;
    const bool empty = resource.contains("members") && resource["members"].empty();
    if (empty && call.surprised("members-omitted-when-empty")) {
        resource.erase("members");
    }
    distort(call, resource);
    return resource;
}

Answer resource_answer(const World& world,
                       const Call& call,
                       const Endpoint& endpoint,
                       int status,
                       const std::string& id) {
    auto shown = rendered(world, call, endpoint, existing(endpoint, id));
    if (call.method != "GET" && call.surprised("answer-partial")) {
        shown = {{"schemas", shown["schemas"]}, {"id", shown["id"]}, {"meta", shown["meta"]}};
    }
    auto answer = scim_answer(status, chosen_attributes(call, shown));
    answer.headers.emplace_back("ETag", shown["meta"]["version"].get<std::string>());
    if (status == 201 && !call.surprised("no-location")) {
        answer.headers.emplace_back("Location", shown["meta"]["location"].get<std::string>());
    }
    return answer;
}

/// Keys are accepted, and stored in an attribute that no reader uses.
void misplace_keys(Json& resource, const Json& before) {
    const std::string urn(kUserExtension);
    resource["sunkSshKeys"] = resource.value(urn, Json::object()).value("sunkSshKeys", Json());
    resource.erase(urn);
    if (before.contains(urn)) {
        resource[urn] = before[urn];
    }
}

void leave_groups(World& world, const std::string& user) {
    std::vector<std::pair<std::string, Json>> changed;
    for (const auto& [number, item] : world.groups.items()) {
        Json kept = Json::array();
        const auto members = item.body.value("members", Json::array());
        for (const auto& member : members) {
            if (member["value"] != user) {
                kept.push_back(member);
            }
        }
        if (kept.size() == members.size()) {
            continue;
        }
        auto group = item.body;
        group["members"] = std::move(kept);
        changed.emplace_back(group["id"], std::move(group));
    }
    for (auto& [id, group] : changed) {
        world.groups.update(id, std::move(group));
    }
}

// Entra sends one member at a time, and some services accept only one.
bool changes_several_members(const Json& patch) {
    std::size_t count = 0;
    for (const auto& operation : patch["Operations"]) {
        const auto path = operation.value("path", std::string{});
        const bool list = path == "members" && operation.contains("value");
        count += list ? operation["value"].size() : path.starts_with("members[") ? 1 : 0;
    }
    return count > 1;
}

bool removes_a_member(const Json& patch) {
    return std::any_of(
        patch["Operations"].begin(), patch["Operations"].end(), [](const Json& operation) {
            return operation.value("path", std::string{}).starts_with("members[");
        });
}

}  // namespace

Answer list_resources(const World& world, const Call& call, const Endpoint& endpoint) {
    std::vector<Row> rows;
    const bool hidden = call.surprised("inactive-hidden");
    for (const auto& [number, item] : endpoint.items.items()) {
        if (!hidden || item.body.value("active", true)) {
            rows.emplace_back(number, &item.body);
        }
    }
    const auto show = [&](const Json& resource) {
        auto shown = rendered(world, call, endpoint, resource);
        if (call.surprised("members-omitted-in-list")) {
            shown.erase("members");
        }
        if (shown.contains("members") && call.surprised("members-empty-in-list")) {
            shown["members"] = Json::array();
        }
        return shown;
    };
    return scim_answer(200, list_response(call, rows, world.settings.scim_pages, show));
}

Answer get_resource(const World& world,
                    const Call& call,
                    const Endpoint& endpoint,
                    const std::string& id) {
    const auto known = call.header("if-none-match");
    auto answer = resource_answer(world, call, endpoint, 200, id);
    if (known.empty() || !names_version(known, existing(endpoint, id))) {
        return answer;
    }
    answer.status = 304;
    answer.body.clear();
    return answer;
}

Answer create_resource(World& world, const Call& call, const Endpoint& endpoint) {
    auto resource = checked_resource(endpoint.type, parsed_body(call));
    if (endpoint.type.name == "User" && !resource.contains("active")) {
        resource["active"] = true;
    }
    check_resource(world, call, endpoint, "", resource);
    const auto id = endpoint.items.create(std::move(resource));
    auto answer = resource_answer(world, call, endpoint, 201, id);
    if (call.surprised("post-no-body")) {
        answer.body.clear();
    }
    return answer;
}

Answer replace_resource(World& world,
                        const Call& call,
                        const Endpoint& endpoint,
                        const std::string& id) {
    check_precondition(call, existing(endpoint, id));
    auto resource = checked_resource(endpoint.type, parsed_body(call));
    if (endpoint.type.name == "User" && !resource.contains("active")) {
        resource["active"] = true;
    }
    check_resource(world, call, endpoint, id, resource);
    endpoint.items.update(id, std::move(resource));
    return resource_answer(world, call, endpoint, 200, id);
}

Answer patch_resource(World& world,
                      const Call& call,
                      const Endpoint& endpoint,
                      const std::string& id) {
    const auto& before = existing(endpoint, id);
    check_precondition(call, before);
    const bool adds = call.surprised("members-replace-adds");
    const auto patch = parsed_body(call);
    if (call.surprised("members-apart") && changes_several_members(patch)) {
        throw ScimError(400, "invalidValue", "one member at a time");
    }
    auto resource = patched(endpoint.type, before, patch, adds);
    if (call.surprised("member-removal-empties") && removes_a_member(patch)) {
        resource["members"] = Json::array();
    }
    check_resource(world, call, endpoint, id, resource);
    if (call.surprised("keys-elsewhere")) {
        misplace_keys(resource, before);
    }
    if (!call.surprised("patch-ignored")) {
        endpoint.items.update(id, std::move(resource));
    }
    auto answer = resource_answer(world, call, endpoint, 200, id);
    if (call.surprised("patch-204")) {
        answer.status = 204;
    }
    if (call.surprised("patch-202")) {
        answer.status = 202;
    }
    if (answer.status != 200) {
        answer.body.clear();
    }
    return answer;
}

Answer remove_resource(World& world,
                       const Call& call,
                       const Endpoint& endpoint,
                       const std::string& id) {
    check_precondition(call, existing(endpoint, id));
    endpoint.items.erase(id);
    if (endpoint.type.name == "User") {
        leave_groups(world, id);
    }
    Answer answer;
    answer.status = 204;
    return answer;
}

}  // namespace sandbox
