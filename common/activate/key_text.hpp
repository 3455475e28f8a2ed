// The SSH keys in ACTIVATE's answers and in authorized_keys text. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace activate {

struct KeyText {
    /// Normalised, sorted, unique. Nullopt if they are unknown: the text is cut off, or has an odd
    /// line, or has lines without a key (an error page does not mean "no keys").
    std::optional<std::vector<std::string>> keys{};
    bool is_cut_off = false;     ///< its last line has no newline and is not a complete key
    bool is_other_form = false;  ///< it has a key, but none in the form of OpenSSH
    bool has_private_key = false;
    /// The first line after the last key that is neither a comment nor like a part of a key.
    std::string odd_line{};
};

/// The keys in a text of authorized_keys form. Comments, empty lines, CRLF and private keys are
/// dropped. An odd line may be an error in the place of keys, so that the keys are unknown.
[[nodiscard]] KeyText keys_from_text(std::string_view lines, bool keep_comments);

/// The same from the body of GET /api/users/{username}/ssh-public-keys, which is raw text, a JSON
/// string of text, or a JSON string of base64 of text. An odd line in a JSON string is one of the
/// keys, for scim-diff to reject.
[[nodiscard]] KeyText keys_from_body(std::string_view content_type,
                                     const std::string& body,
                                     bool keep_comments);

}  // namespace activate
