#include "cli/producer.hpp"

#include "base/error.hpp"
#include "base/parse_number.hpp"
#include "cli/environment.hpp"
#include "cli/shown_value.hpp"

#include <array>
#include <ctime>

namespace cli {

std::string timestamp() {
    std::time_t seconds = std::time(nullptr);
    if (const auto epoch = environment("SOURCE_DATE_EPOCH")) {
        const auto given = parse_number<std::time_t>(*epoch);
        if (!given) {
            throw Error(ExitStatus::bad_config,
                        "SOURCE_DATE_EPOCH is " + shown_value(*epoch) +
                            "; write seconds since 1970, or unset it");
        }
        seconds = *given;
    }
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

std::string product(std::string_view tool, char separator) {
    return std::string(tool) + separator + SCIM_SYNC_VERSION;
}

}  // namespace cli
