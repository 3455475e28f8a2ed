// The checks before a resource is stored, and the store of resources.
#pragma once

#include "call.hpp"
#include "fixture.hpp"
#include "scim_schema.hpp"
#include "scim_store.hpp"

#include <string>

namespace sandbox {

/// The schema and the store of users, or of groups.
struct Endpoint {
    const ResourceType& type;
    Collection& items;
};

/// Throws ScimError 404.
[[noreturn]] void not_found(const std::string& what);

/// The body as a JSON object. Throws ScimError 415 for another content type, 400 for another body.
[[nodiscard]] Json parsed_body(const Call& call);

/// True if one of the versions in an If-Match or If-None-Match header is that of the resource, or
/// is "*". Versions are compared weakly (RFC 9110 §8.8.3.2).
[[nodiscard]] bool names_version(const std::string& header, const Json& resource);

/// The stored resource. Throws ScimError 404.
[[nodiscard]] const Json& existing(const Endpoint& endpoint, const std::string& id);

/// Throws ScimError 412 if If-Match has another version (RFC 7644 §3.14).
void check_precondition(const Call& call, const Json& resource);

/// The conditions for a resource before it is stored under `id` (empty: a new one): it has a name,
/// which no other resource has, and its members exist. Fills in the type of members. Throws
/// ScimError 400, 409.
void check_resource(const World& world,
                    const Call& call,
                    const Endpoint& endpoint,
                    const std::string& id,
                    Json& resource);

}  // namespace sandbox
