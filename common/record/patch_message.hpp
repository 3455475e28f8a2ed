// The body of a PATCH (RFC 7644 §3.5.2). Pure.
//
// The form is one that every tested server accepts: one operation for each attribute, with an
// explicit path.
#pragma once

#include "base/json_text.hpp"

#include <string_view>

namespace record {

inline constexpr std::string_view kPatchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// RFC 7644 §3.5.2: one operation with a path, and the message that contains such operations.
[[nodiscard]] JsonText replace_operation(std::string_view path, const JsonText& value);
[[nodiscard]] JsonText remove_operation(std::string_view path);
[[nodiscard]] JsonText patch_message(const JsonArray& operations);

}  // namespace record
