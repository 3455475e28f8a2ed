// Environment variables of this process.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cli {

/// The environment variable; nullopt if it is unset or empty (an empty value in a ConfigMap means
/// "not given").
[[nodiscard]] std::optional<std::string> environment(const std::string& name);
/// All variables, each as NAME=value.
[[nodiscard]] std::vector<std::string> entries_of_environment();

}  // namespace cli
