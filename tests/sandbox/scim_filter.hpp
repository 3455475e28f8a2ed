// SCIM filters (RFC 7644 §3.4.2.2): eq, ne, co, sw, ew, pr, and, or, not, parentheses, value paths.
#pragma once

#include "call.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

/// urn:…:attribute.part, split.
struct AttributePath {
    std::string urn{};
    std::string name{};
    std::string part{};
};

/// The last colon splits the URN from the attribute, since the URN holds colons and dots (RFC 7644
/// §3.10).
[[nodiscard]] AttributePath split_path(std::string_view text);

/// A parsed filter, as a tree.
struct Filter {
    enum class Kind { all, any, none, compare, present, within };
    Kind kind = Kind::all;
    AttributePath path{};         ///< of compare, present, within
    std::string op{};             ///< of compare: eq, ne, co, sw, ew
    Json value{};                 ///< of compare
    bool exact = false;           ///< of compare: case matters
    std::vector<Filter> parts{};  ///< of all, any, none, within
};

/// Throws ScimError 400 invalidFilter. `inside` is the attribute of a value path, whose values the
/// filter concerns.
[[nodiscard]] Filter parse_filter(std::string_view text, std::string_view inside = {});

/// Attribute names are compared without case. If a value is an object and no part is given, its
/// `value` is compared.
[[nodiscard]] bool matches(const Filter& filter, const Json& resource);

[[nodiscard]] bool uses_operator(const Filter& filter, std::string_view op);

/// The member of that name in any case; nullptr if there is none or `object` is not an object.
[[nodiscard]] const Json* find_member(const Json& object, std::string_view name);

}  // namespace sandbox
