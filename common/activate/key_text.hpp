// The SSH keys in ACTIVATE's answers and in authorized_keys text. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace activate {

/// The keys in a text of authorized_keys form: normalised, sorted, unique. Comments, empty lines
/// and CRLF are dropped. Nullopt if there are lines and none of them could be a key (an error page
/// does not mean "no keys").
[[nodiscard]] std::optional<std::vector<std::string>> keys_from_text(std::string_view lines,
                                                                     bool keep_comments);

/// The same from the body of GET /api/users/{username}/ssh-public-keys, which is raw text, a JSON
/// string of text, or a JSON string of base64 of text.
[[nodiscard]] std::optional<std::vector<std::string>> keys_from_body(std::string_view content_type,
                                                                     const std::string& body,
                                                                     bool keep_comments);

}  // namespace activate
