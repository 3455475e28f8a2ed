#include "scim_api.hpp"

#include "scim_bulk.hpp"
#include "scim_checks.hpp"
#include "scim_discovery.hpp"
#include "scim_error.hpp"
#include "scim_operations.hpp"
#include "scim_schema.hpp"

namespace sandbox {

namespace {

constexpr std::size_t kDefaultBodyLimit =
    1048576;  // of the surprise body-limit, when its rule has no size

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
            return list_resources(world, call, endpoint);
        }
        if (call.method == "POST") {
            return create_resource(world, call, endpoint);
        }
    } else {
        const auto& id = call.path[1];
        if (call.method == "GET") {
            return get_resource(world, call, endpoint, id);
        }
        if (call.method == "PUT") {
            return replace_resource(world, call, endpoint, id);
        }
        if (call.method == "PATCH") {
            return patch_resource(world, call, endpoint, id);
        }
        if (call.method == "DELETE") {
            return remove_resource(world, call, endpoint, id);
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
