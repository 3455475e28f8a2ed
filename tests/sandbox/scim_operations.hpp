// The operations on users and groups: list, get, create, replace, patch, remove (RFC 7644 §3).
#pragma once

#include "call.hpp"
#include "fixture.hpp"
#include "scim_checks.hpp"

#include <string>

namespace sandbox {

// Each answers one request, with the surprises of the call. All throw ScimError for an error of the
// client.

[[nodiscard]] Answer list_resources(const World& world, const Call& call, const Endpoint& endpoint);
[[nodiscard]] Answer get_resource(const World& world,
                                  const Call& call,
                                  const Endpoint& endpoint,
                                  const std::string& id);
[[nodiscard]] Answer create_resource(World& world, const Call& call, const Endpoint& endpoint);
[[nodiscard]] Answer replace_resource(World& world,
                                      const Call& call,
                                      const Endpoint& endpoint,
                                      const std::string& id);
[[nodiscard]] Answer patch_resource(World& world,
                                    const Call& call,
                                    const Endpoint& endpoint,
                                    const std::string& id);
[[nodiscard]] Answer remove_resource(World& world,
                                     const Call& call,
                                     const Endpoint& endpoint,
                                     const std::string& id);

}  // namespace sandbox
