// The rails: how much may be taken away at once. What stops a source that hiccups from being read
// as "everybody left". Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plan {

/// `N`, `P%` or `P%,N` (the smaller). A percentage allows at least 1, so that it bites at five
/// users and does not stop at one.
struct Limit {
    std::optional<std::size_t> count{};
    std::optional<std::size_t> percent{};

    /// How many of `base` may go. Neither given: all of them.
    [[nodiscard]] std::size_t allowed(std::size_t base) const;
};

/// Nullopt when `text` is not of that grammar. Percentages are whole, from 0 to 100.
[[nodiscard]] std::optional<Limit> parse_limit(std::string_view text);

/// Of users and memberships that we manage.
struct Limits {
    Limit deactivations{50, 10};
    Limit member_removals{200, 10};
    Limit emptied_groups{5, 10};
    Limit keyless_users{20, 10};
};

/// A rail that tripped.
struct ExceededLimit {
    std::string_view rail{};
    std::size_t wanted = 0;
    std::size_t allowed = 0;
    std::size_t base = 0;
};

/// Everything that the rails of one plan hold back.
struct HeldChanges {
    std::vector<ExceededLimit> trips{};
    std::vector<std::string> removals{};  ///< each in the words of held.hpp
};

}  // namespace plan
