// ACTIVATE's credentials: API keys, user tokens and JWTs, and the host in each of them. Pure.
#pragma once

#include <optional>
#include <string>

namespace activate {

/// How a credential is sent, and the platform to which it belongs.
struct Credential {
    std::string token{};
    bool basic = false;  ///< API key: HTTP Basic with an empty password; otherwise Bearer
    std::optional<std::string> url{};  ///< of the host in the credential, "https://…"
};

/// Reads `pwt_<base64 of host>.<secret>` (API key), `pwut_…` (user token) or a JWT. Throws
/// Error{bad_config} for anything else; the message never shows the text.
[[nodiscard]] Credential parse_credential(const std::string& text);

}  // namespace activate
