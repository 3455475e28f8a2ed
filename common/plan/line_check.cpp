#include "plan/line_check.hpp"

#include "base/encoding.hpp"
#include "base/json_text.hpp"

#include <nlohmann/json.hpp>

namespace plan {

using nlohmann::json;

std::string check_of(const json& line) {
    std::string sorted;
    for (const auto& [name, value] : line.get_ref<const json::object_t&>()) {
        if (name != "check") {
            sorted += sorted.empty() ? '{' : ',';
            append_json_string(sorted, name);
            sorted += ':';
            append_json(sorted, value);
        }
    }
    sorted += '}';
    return check_of_sorted(sorted);
}

std::string check_of_sorted(std::string_view line) {
    constexpr std::size_t kBytes = 16;
    return encoding::sha256_hex(line, kBytes);
}

}  // namespace plan
