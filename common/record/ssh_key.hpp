// SSH public keys as in authorized_keys: parsing, a canonical spelling, and the checks before a key
// may be sent. Pure.
//
// Programs that publish keys print the stored text. So an option (`command=`), a second line or a
// certificate authority in a "key" would reach sshd. Only `type base64 [comment]` is accepted, with
// a blob of the same type.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace record {

/// One line of the form `type base64 [comment]`; nothing beyond that form is checked.
/// Views into the line.
struct SshKey {
    std::string_view type{};
    std::string_view blob{};  ///< base64, unchanged
    std::string_view comment{};
};

/// Splits `line` at its first two runs of spaces. Nullopt unless the first word looks like the name
/// of a key type: a line that begins with options is rejected.
[[nodiscard]] std::optional<SshKey> parse_ssh_key(std::string_view line);

/// The canonical spelling of a key: `type base64`, with the comment only if requested. A line of
/// another form stays unchanged, so that scim-diff can reject it by name: without its options, the
/// key would grant more than the line did.
[[nodiscard]] std::string normalised_ssh_key(std::string_view line, bool keep_comment);

/// Sorted by blob and unique by blob (by text if there is none): the form in which key lists are
/// compared and written.
void sort_ssh_keys(std::vector<std::string>& keys);
void sort_ssh_keys(std::vector<std::string_view>& keys);

/// Keys of records, which must outlive them. Records have keys in the canonical spelling.
using KeyViews = std::vector<std::string_view>;
[[nodiscard]] KeyViews views_of(const std::optional<std::vector<std::string>>& keys);
KeyViews views_of(std::optional<std::vector<std::string>>&& keys) = delete;

/// The part of a line in the canonical spelling by which two lines are compared as keys: `type
/// blob`, or the complete line if it does not have that form.
[[nodiscard]] std::string_view ssh_key_identity(std::string_view line);

/// The same for each of `keys`, to compare two lists; and those of `keys` that are not in `others`.
[[nodiscard]] std::set<std::string_view> ssh_key_identities(const KeyViews& keys);
[[nodiscard]] KeyViews ssh_keys_without(const KeyViews& keys, const KeyViews& others);

/// Why the key must not be sent to SCIM; nullopt if it may. Types: ssh-ed25519,
/// ecdsa-sha2-nistp256/384/521, ssh-rsa from 2048 bits, and the two FIDO types. RFC 4253 §6.6, RFC
/// 5656 §3.1, RFC 8709 §4, sshd(8).
[[nodiscard]] std::optional<std::string> why_not_ssh_key(std::string_view line);

/// True if why_not_ssh_key accepts the line; quick for the most common keys.
[[nodiscard]] bool is_sendable_ssh_key(std::string_view line);

/// Whether the line has the base64 of a key, of any type, that is not cut off.
[[nodiscard]] bool has_complete_blob(std::string_view line);

/// `SHA256:…` as `ssh-keygen -lf` prints it. A text without a blob may be a secret, so it
/// is shown as its length and the beginning of its SHA-256.
[[nodiscard]] std::string ssh_key_fingerprint(std::string_view line);

}  // namespace record
