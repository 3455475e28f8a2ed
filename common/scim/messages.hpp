// SCIM's messages (RFC 7644): lists, errors and filters. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scim {

/// `attribute sw "value"` and `attribute eq "value"`: the value as a JSON string (RFC 7644
/// §3.4.2.2), not yet percent-encoded.
[[nodiscard]] std::string filter_starts_with(std::string_view attribute, std::string_view value);
[[nodiscard]] std::string filter_equals(std::string_view attribute, std::string_view value);

/// The longest `nextCursor` in bytes. It is sent back in a URL, percent-encoded (RFC 9865 §2), and
/// libcurl refuses a URL of more than 8,000,000 bytes.
inline constexpr std::size_t kLongestCursor = 100'000;

/// RFC 7644 §3.4.2 and RFC 9865. `Resources` missing or null is an empty page.
struct ListResponse {
    std::vector<nlohmann::json> resources;  // not {}: clang would need the complete type here
    std::optional<std::size_t> total_results{};
    std::optional<std::size_t> start_index{};     ///< 1-based
    std::optional<std::size_t> items_per_page{};  ///< nullopt also if it is not a number
    std::string next_cursor{};                    ///< empty: the last page
};

/// The status in an Error message (RFC 7644 §3.12, or RFC 9457, which has no `schemas`), for
/// servers that send an Error with status 200; nullopt if the body is not an Error.
[[nodiscard]] std::optional<int> error_status(const nlohmann::json& body);
/// The `scimType` of a refusal, in small letters; empty if there is none.
[[nodiscard]] std::string scim_type(const nlohmann::json& body);

/// Only a page of a service with cursors may lack `totalResults` (RFC 9865). Such a page was
/// requested `by_cursor`, or has a cursor for the next page, or is the complete list and has no
/// startIndex. Throws Error{unavailable} if the body is not such a list, or its cursor is longer
/// than kLongestCursor.
[[nodiscard]] ListResponse list_from_json(nlohmann::json body, bool by_cursor = false);

}  // namespace scim
