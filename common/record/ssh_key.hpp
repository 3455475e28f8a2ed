// SSH public keys as they stand in authorized_keys: parsing, one spelling, and the checks before a
// key may travel. Pure.
//
// Published key commands print what they are given, so an option (`command=`), a second line or a
// certificate authority in a "key" would reach sshd. What is accepted is exactly `type base64
// [comment]` with a blob that says what the type says.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace record {

/// One line of the form `type base64 [comment]`; nothing about it is checked beyond that form.
struct SshKey {
    std::string type{};
    std::string blob{};  ///< base64, as written
    std::string comment{};
};

/// Splits `line` at its first two runs of spaces. Nullopt unless the first word looks like the name
/// of a key type: a line that begins with options is none.
[[nodiscard]] std::optional<SshKey> parse_ssh_key(std::string_view line);

/// One spelling for one key: `type base64`, with the comment only if asked. A line that is not of
/// that form stays as it is, so that scim-diff can refuse it by name: cutting off its options would
/// grant more than the line did.
[[nodiscard]] std::string normalised_ssh_key(std::string_view line, bool keep_comment);

/// Sorted by blob and unique by blob (by text where there is none): how key lists are compared and
/// written.
void sort_ssh_keys(std::vector<std::string>& keys);

/// What is compared to tell whether two lines are one key: `type blob`, or the complete line if it
/// is not of that form.
[[nodiscard]] std::string ssh_key_identity(std::string_view line);

/// The same of each of `keys`: what two lists are compared by, and those of `keys` that are none of
/// `others`.
[[nodiscard]] std::set<std::string> ssh_key_identities(const std::vector<std::string>& keys);
[[nodiscard]] std::vector<std::string> ssh_keys_without(const std::vector<std::string>& keys,
                                                        const std::vector<std::string>& others);

/// Why the key may not be sent to SCIM; nullopt when it may. Types: ssh-ed25519,
/// ecdsa-sha2-nistp256/384/521, ssh-rsa from 2048 bits, and the two FIDO types. RFC 4253 §6.6, RFC
/// 5656 §3.1, RFC 8709 §4, sshd(8).
[[nodiscard]] std::optional<std::string> why_not_ssh_key(std::string_view line);

/// True when why_not_ssh_key has nothing against the line; quick for the keys that most people
/// have.
[[nodiscard]] bool is_sendable_ssh_key(std::string_view line);

/// `SHA256:…` as `ssh-keygen -lf` prints it, or a shortened form of the text if there is no blob.
[[nodiscard]] std::string ssh_key_fingerprint(std::string_view line);

}  // namespace record
