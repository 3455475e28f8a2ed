#include "plan/limits.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace plan {

namespace {

std::optional<std::size_t> whole_number(std::string_view digits) {
    std::size_t number = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool all = fault == std::errc{} && end == digits.data() + digits.size();
    return all ? std::optional(number) : std::nullopt;
}

}  // namespace

std::size_t Limit::allowed(std::size_t base) const {
    std::size_t most = std::numeric_limits<std::size_t>::max();
    if (percent) {
        most = std::max<std::size_t>(1, base * *percent / 100);
    }
    if (count) {
        most = percent ? std::min(most, *count) : *count;
    }
    return most;
}

std::optional<Limit> parse_limit(std::string_view text) {
    const auto sign = text.find('%');
    if (sign == std::string_view::npos) {
        const auto number = whole_number(text);
        return number ? std::optional(Limit{.count = number}) : std::nullopt;
    }
    const auto percent = whole_number(text.substr(0, sign));
    const auto rest = text.substr(sign + 1);
    if (!percent || *percent > 100) {
        return std::nullopt;
    }
    if (rest.empty()) {
        return Limit{.percent = percent};
    }
    const auto number = rest.front() == ',' ? whole_number(rest.substr(1)) : std::nullopt;
    return number ? std::optional(Limit{.count = number, .percent = percent}) : std::nullopt;
}

}  // namespace plan
