// Secrets in the environment, masked before anything is logged.
#pragma once

#include <string>
#include <vector>

namespace cli {

/// Masks (logging::mask) the credentials among `entries`, each NAME=value, and user and password of
/// the proxies. A message then does not show a credential, wherever else it was written, too.
void mask_secrets(const std::vector<std::string>& entries);

}  // namespace cli
