// The body of a PATCH (RFC 7644 §3.5.2). Pure.
//
// The form is one that every tested server accepts: one operation for each attribute, with an
// explicit path.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace record {

inline constexpr std::string_view kPatchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// RFC 7644 §3.5.2: one operation with a path, and the message that contains such operations.
[[nodiscard]] nlohmann::ordered_json replace_operation(std::string_view path,
                                                       nlohmann::ordered_json value);
[[nodiscard]] nlohmann::ordered_json remove_operation(std::string_view path);
[[nodiscard]] nlohmann::ordered_json patch_message(nlohmann::ordered_json operations);

}  // namespace record
