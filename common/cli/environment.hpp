// Environment variables of this process.
#pragma once

#include <optional>
#include <string>

namespace cli {

/// The environment variable, nullopt when unset or empty (an empty value in a ConfigMap means "not
/// given").
[[nodiscard]] std::optional<std::string> environment(const std::string& name);

}  // namespace cli
