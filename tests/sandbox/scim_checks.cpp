#include "scim_checks.hpp"

#include "scim_error.hpp"

#include <set>

namespace sandbox {

namespace {

/// Without the prefix of a weak tag: versions are compared weakly (RFC 9110 §8.8.3.2).
std::string opaque_tag(std::string text) {
    const auto from = text.find_first_not_of(' ');
    text.erase(0, from);
    if (text.starts_with("W/")) {
        text.erase(0, 2);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

/// Members must be existing users, each once; their type is filled in. Groups in groups are
/// refused, as CoreWeave's are flat.
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

}  // namespace

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

void check_precondition(const Call& call, const Json& resource) {
    const auto wanted = call.header("if-match");
    // RFC 9110 §13.1.1: If-Match compares strongly, and a weak ETag never matches.
    const bool refused = call.surprised("weak-etags-refused") && wanted.starts_with("W/");
    if (!wanted.empty() && (refused || !names_version(wanted, resource))) {
        throw ScimError(412, "", "the resource has changed");
    }
}

void check_resource(const World& world,
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

}  // namespace sandbox
