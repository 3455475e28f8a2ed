// Masks the secrets of the environment before the first line is logged.
#pragma once

#include <string>
#include <vector>

namespace cli {

/// Masks (logging::mask) the credentials among `entries`, each NAME=value, and the user and
/// password of proxies. Messages then do not show a credential, even if it was also written in a
/// wrong place.
void mask_secrets(const std::vector<std::string>& entries);

}  // namespace cli
