#include "scim_api.hpp"

#include "scim_bulk.hpp"
#include "scim_discovery.hpp"
#include "scim_error.hpp"
#include "scim_filter.hpp"
#include "scim_patch.hpp"
#include "scim_schema.hpp"

#include <set>

namespace sandbox {

namespace {

constexpr std::size_t kDefaultBodyLimit =
    1048576;  // of the surprise body-limit, when its rule has no size

/// Users or groups: what they may hold and where they are kept.
struct Endpoint {
    const ResourceType& type;
    Collection& items;
};

[[noreturn]] void not_found(const std::string& what) {
    throw ScimError(404, "", what + " does not exist");
}

Json parsed_body(const Call& call) {
    const auto type = call.header("content-type");
    if (!type.empty() && !type.starts_with("application/scim+json") &&
        !type.starts_with("application/json")) {
        throw ScimError(415, "", "the content type must be application/scim+json");
    }
    auto body = Json::parse(call.body, nullptr, false);
    if (!body.is_object()) {
        throw ScimError(400, "invalidSyntax", "the body is no JSON object");
    }
    return body;
}

/// Without the mark of a weak tag: versions are compared weakly (RFC 9110 §8.8.3.2).
std::string opaque_tag(std::string text) {
    const auto from = text.find_first_not_of(' ');
    text.erase(0, from);
    if (text.starts_with("W/")) {
        text.erase(0, 2);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

bool names_version(const std::string& header, const Json& resource) {
    const auto version = opaque_tag(resource["meta"]["version"].get<std::string>());
    for (const auto& tag : split(header, ',')) {
        if (opaque_tag(tag) == "*" || opaque_tag(tag) == version) {
            return true;
        }
    }
    return false;
}

const Json& existing(const Endpoint& endpoint, const std::string& id) {
    const auto* item = endpoint.items.find(id);
    if (item == nullptr) {
        not_found(std::string(endpoint.type.name) + " " + id);
    }
    return item->body;
}

/// RFC 7644 §3.14.
void check_precondition(const Call& call, const Json& resource) {
    const auto wanted = call.header("if-match");
    if (!wanted.empty() && !names_version(wanted, resource)) {
        throw ScimError(412, "", "the resource has changed");
    }
}

/// Members are users that exist, each once; their type is filled in. Groups in groups are refused,
/// as CoreWeave's are flat.
void check_members(const World& world, Json& group) {
    if (!group.contains("members")) {
        group["members"] = Json::array();
    }
    std::set<std::string> seen;
    Json members = Json::array();
    for (auto& member : group["members"]) {
        const auto value = member.find("value");
        const auto id = value == member.end() ? std::string{} : value->get<std::string>();
        if (world.users.find(id) == nullptr) {
            throw ScimError(400, "invalidValue", "there is no user '" + id + "'");
        }
        member["type"] = "User";
        if (seen.insert(id).second) {
            members.push_back(std::move(member));
        }
    }
    group["members"] = std::move(members);
}

[[noreturn]] void name_is_taken(const Call& call, const std::string& attribute) {
    const bool broken = call.surprised("conflict-500");
    const bool bare = broken || call.surprised("conflict-bare");
    throw ScimError(broken ? 500 : 409, bare ? "" : "uniqueness", "the " + attribute + " is taken");
}

/// What must hold of a resource before it is stored under `id` (empty: a new one).
void check(const World& world,
           const Call& call,
           const Endpoint& endpoint,
           const std::string& id,
           Json& resource) {
    const auto& attribute = endpoint.items.name_attribute();
    const auto name = resource.value(attribute, std::string{});
    if (name.empty()) {
        throw ScimError(400, "invalidValue", "'" + attribute + "' is required");
    }
    const auto owner = endpoint.items.id_of(name);
    if (!owner.empty() && owner != id && !call.surprised("names-not-unique")) {
        name_is_taken(call, attribute);
    }
    if (endpoint.type.name == "Group") {
        check_members(world, resource);
    }
}

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

/// A stored resource as it is shown.
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

Answer list(const World& world, const Call& call, const Endpoint& endpoint) {
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
        return shown;
    };
    return scim_answer(200, list_response(call, rows, world.settings.scim_pages, show));
}

Answer get(const World& world, const Call& call, const Endpoint& endpoint, const std::string& id) {
    const auto known = call.header("if-none-match");
    auto answer = resource_answer(world, call, endpoint, 200, id);
    if (known.empty() || !names_version(known, existing(endpoint, id))) {
        return answer;
    }
    answer.status = 304;
    answer.body.clear();
    return answer;
}

Answer create(World& world, const Call& call, const Endpoint& endpoint) {
    auto resource = checked_resource(endpoint.type, parsed_body(call));
    if (endpoint.type.name == "User" && !resource.contains("active")) {
        resource["active"] = true;
    }
    check(world, call, endpoint, "", resource);
    const auto id = endpoint.items.create(std::move(resource));
    auto answer = resource_answer(world, call, endpoint, 201, id);
    if (call.surprised("post-no-body")) {
        answer.body.clear();
    }
    return answer;
}

Answer replace(World& world, const Call& call, const Endpoint& endpoint, const std::string& id) {
    check_precondition(call, existing(endpoint, id));
    auto resource = checked_resource(endpoint.type, parsed_body(call));
    if (endpoint.type.name == "User" && !resource.contains("active")) {
        resource["active"] = true;
    }
    check(world, call, endpoint, id, resource);
    endpoint.items.update(id, std::move(resource));
    return resource_answer(world, call, endpoint, 200, id);
}

/// Keys are taken, and kept where nobody looks for them.
void misplace_keys(Json& resource, const Json& before) {
    const std::string urn(kUserExtension);
    resource["sunkSshKeys"] = resource.value(urn, Json::object()).value("sunkSshKeys", Json());
    resource.erase(urn);
    if (before.contains(urn)) {
        resource[urn] = before[urn];
    }
}

Answer patch(World& world, const Call& call, const Endpoint& endpoint, const std::string& id) {
    const auto& before = existing(endpoint, id);
    check_precondition(call, before);
    const bool adds = call.surprised("members-replace-adds");
    auto resource = patched(endpoint.type, before, parsed_body(call), adds);
    check(world, call, endpoint, id, resource);
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

Answer remove(World& world, const Call& call, const Endpoint& endpoint, const std::string& id) {
    check_precondition(call, existing(endpoint, id));
    endpoint.items.erase(id);
    if (endpoint.type.name == "User") {
        leave_groups(world, id);
    }
    Answer answer;
    answer.status = 204;
    return answer;
}

/// ServiceProviderConfig, Schemas, ResourceTypes (RFC 7644 §4).
Answer describe(const World& world, const Call& call) {
    if (call.method != "GET") {
        throw ScimError(405, "", "this can only be read");
    }
    const auto& name = call.path[0];
    if (name == "ServiceProviderConfig" && call.path.size() == 1) {
        return scim_answer(200, provider_configuration(world.settings.scim_pages));
    }
    const bool schemas = name == "Schemas";
    if ((!schemas && name != "ResourceTypes") || call.path.size() > 2) {
        not_found(call.target);
    }
    const auto all = schemas ? schema_resources() : resource_type_resources();
    if (call.path.size() == 1) {
        return scim_answer(200, definitions_list(all));
    }
    for (const auto& each : all) {
        if (each["id"] == call.path[1]) {
            return scim_answer(200, each);
        }
    }
    not_found(call.path[1]);
}

Answer on_resources(World& world, const Call& call, const Endpoint& endpoint) {
    if (call.path.size() > 2) {
        not_found(call.target);
    }
    if (call.path.size() == 1) {
        if (call.method == "GET") {
            return list(world, call, endpoint);
        }
        if (call.method == "POST") {
            return create(world, call, endpoint);
        }
    } else {
        const auto& id = call.path[1];
        if (call.method == "GET") {
            return get(world, call, endpoint, id);
        }
        if (call.method == "PUT") {
            return replace(world, call, endpoint, id);
        }
        if (call.method == "PATCH") {
            return patch(world, call, endpoint, id);
        }
        if (call.method == "DELETE") {
            return remove(world, call, endpoint, id);
        }
    }
    throw ScimError(405, "", call.method + " is not possible here");
}

void check_body_limit(const Call& call) {
    const auto rule = call.surprises.find("body-limit");
    if (rule == call.surprises.end()) {
        return;
    }
    if (call.body.size() > rule->second.value("size", kDefaultBodyLimit)) {
        throw ScimError(413, "", "the body is too large");
    }
}

}  // namespace

Answer answer_scim(World& world, const Call& call) {
    try {
        if (call.header("authorization") != "Bearer " + world.credentials.scim_token) {
            throw ScimError(401, "", "the bearer token is missing or unknown");
        }
        check_body_limit(call);
        auto inner = call;
        inner.path.erase(inner.path.begin(), inner.path.begin() + 2);
        return answer_scim_operation(world, inner);
    } catch (const ScimError& error) {
        return error.answer();
    }
}

Answer answer_scim_operation(World& world, const Call& call) {
    try {
        if (call.path.empty()) {
            not_found(call.target);
        }
        const auto& name = call.path[0];
        if (name == "Users") {
            return on_resources(world, call, {user_type(), world.users});
        }
        if (name == "Groups") {
            return on_resources(world, call, {group_type(), world.groups});
        }
        if (name == "Bulk" && call.method == "POST" && call.path.size() == 1) {
            return answer_bulk(world, call);
        }
        return describe(world, call);
    } catch (const ScimError& error) {
        return error.answer();
    }
}

Json scim_dump(const World& world) {
    Json out = {{"Users", Json::array()}, {"Groups", Json::array()}};
    for (const auto& [number, item] : world.users.items()) {
        out["Users"].push_back(item.body);
    }
    for (const auto& [number, item] : world.groups.items()) {
        out["Groups"].push_back(item.body);
    }
    return out;
}

}  // namespace sandbox
