#include "cli/misspelt.hpp"

#include "base/error.hpp"
#include "base/spelling.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace cli {

namespace {

using Mistake =
    std::pair<std::string_view, std::string_view>;  // the written name, the correct name

constexpr std::array kVariables{
#include "cli/variables.inc"
};
constexpr std::array kMistakes{
#include "cli/mistakes.inc"
};

std::string plain(std::string_view name) {
    std::string text;
    for (const char c : name) {
        if (const auto byte = static_cast<unsigned char>(c); std::isalnum(byte) != 0) {
            text += static_cast<char>(std::toupper(byte));
        }
    }
    return text;
}

bool begins_with_one_of(std::string_view text, std::initializer_list<std::string_view> prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
        return text.starts_with(prefix);
    });
}

// With any ending, such a variable was meant to stop all changes.
bool means_dry_run(std::string_view given) {
    const auto dry = given.find("DRY");
    return dry != std::string_view::npos &&
           (dry == 0 || begins_with_one_of(given, {"ACTIVATE", "CW", "PW", "SCIM", "SYNC"})) &&
           (given.find("RUN", dry) != std::string_view::npos || given.ends_with("DRYMODE"));
}

// Kubernetes sets these for other services.
bool is_of_kubernetes(std::string_view name) {
    return name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != std::string::npos ||
           name.ends_with("_PORT") || name.find("_PORT_") != std::string::npos;
}

std::optional<std::string> nearest_variable(std::string_view given) {
    std::optional<std::string> found;
    std::size_t least = 3;
    for (const auto name : kVariables) {
        if (const auto distance = text::edit_distance(given, plain(name)); distance < least) {
            least = distance;
            found = name;
        }
    }
    return found;
}

}  // namespace

std::optional<std::string> intended_variable(std::string_view name) {
    const auto given = plain(name);
    if (is_of_kubernetes(name) ||
        std::find(kVariables.begin(), kVariables.end(), name) != kVariables.end()) {
        return std::nullopt;
    }
    if (means_dry_run(given)) {
        return "DRY_RUN";
    }
    if (!begins_with_one_of(given, {"ACTIVATE", "CW", "SYNC", "DRY"})) {
        return std::nullopt;
    }
    for (const auto& [written, meant] : kMistakes) {
        if (given == plain(written)) {
            return std::string(meant);
        }
    }
    return begins_with_one_of(given, {"ACTIVATE", "CWSCIM", "SYNC", "DRY"})
               ? nearest_variable(given)
               : std::nullopt;
}

void refuse_misspelt(const std::vector<std::string>& entries, std::string_view ignored) {
    const auto allowed = text::split_list(ignored);
    for (const auto& entry : entries) {
        const auto name = entry.substr(0, entry.find('='));
        if (name.size() + 1 >= entry.size() ||
            std::find(allowed.begin(), allowed.end(), name) != allowed.end()) {
            continue;
        }
        if (const auto meant = intended_variable(name)) {
            throw Error(ExitStatus::bad_config,
                        name + " is not a variable of this program; did you mean " + *meant +
                            "? Correct the name, or list it in SYNC_IGNORE_VARIABLES");
        }
    }
}

}  // namespace cli
