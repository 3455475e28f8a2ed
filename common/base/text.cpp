#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

inline namespace base {
namespace text {

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        if (const auto part = trim(text.substr(0, comma)); !part.empty()) {
            parts.emplace_back(part);
        }
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return parts;
}

std::string fold(std::string_view text) {
    std::string folded(text);
    for (char& c : folded) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return folded;
}

std::string of(const nlohmann::json& object, std::string_view name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

void Some::add(const std::string& one) {
    if (++count_ <= most_) {
        first_ += (first_.empty() ? "" : ", ") + one;
    }
}

std::string Some::joined() const {
    return count_ <= most_ ? first_ : first_ + " and " + std::to_string(count_ - most_) + " more";
}

}  // namespace text
}  // namespace base
