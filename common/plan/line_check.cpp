#include "plan/line_check.hpp"

#include "base/encoding.hpp"

#include <nlohmann/json.hpp>

namespace plan {

using nlohmann::json;

std::string check_of(const json& line) {
    constexpr std::size_t kBytes = 16;
    std::string canonical;
    for (const auto& [name, value] : line.get_ref<const json::object_t&>()) {
        if (name != "check") {
            canonical += canonical.empty() ? '{' : ',';
            canonical += json(name).dump();
            canonical += ':';
            canonical += value.dump(-1, ' ', false, json::error_handler_t::replace);
        }
    }
    canonical += '}';
    return encoding::sha256_hex(canonical, kBytes);
}

}  // namespace plan
