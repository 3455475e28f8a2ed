// Lines that may be SSH keys: only exactly one key that sshd reads unchanged may be sent.

#include "record/ssh_key.hpp"

#include "fuzz_target.hpp"
#include "recorded_answers.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace fuzz::ssh_key {

void judge_line(std::string_view line) {
    constexpr std::array<std::string_view, 7> kTypes{"ssh-ed25519",
                                                     "ssh-rsa",
                                                     "ecdsa-sha2-nistp256",
                                                     "ecdsa-sha2-nistp384",
                                                     "ecdsa-sha2-nistp521",
                                                     "sk-ssh-ed25519@openssh.com",
                                                     "sk-ecdsa-sha2-nistp256@openssh.com"};
    const bool sendable = !record::why_not_ssh_key(line).has_value();
    require(sendable == record::is_sendable_ssh_key(line), "both checks of a key say the same");
    for (const bool keep_comment : {false, true}) {
        const auto once = record::normalised_ssh_key(line, keep_comment);
        require(record::normalised_ssh_key(once, keep_comment) == once,
                "a normalised key stays as it is");
        require(!sendable || !record::why_not_ssh_key(once), "a good key stays one");
    }
    require(!record::ssh_key_fingerprint(line).empty() || line.empty(), "a key has a fingerprint");
    if (!sendable) {
        return;
    }
    require(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }),
            "a key that may be sent is one line of printable ASCII");
    const auto type = line.substr(0, line.find(' '));
    require(std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end(),
            "a key that may be sent begins with its type, not with options");
    const auto rest = line.substr(std::min(type.size() + 1, line.size()));
    const auto blob = rest.substr(0, rest.find(' '));
    require(record::ssh_key_identity(line) == std::string(type) + " " + std::string(blob),
            "a key is known by its type and its blob");
}

void judge(std::string_view input) {
    std::vector<std::string> keys;
    judge_line(input);
    for (const auto line : lines_of(input)) {
        judge_line(line);
        keys.push_back(record::normalised_ssh_key(line, true));
    }
    auto sorted = keys;
    record::sort_ssh_keys(sorted);
    auto again = sorted;
    std::reverse(again.begin(), again.end());
    record::sort_ssh_keys(again);
    const auto identities = [](const std::vector<std::string>& lines) {
        return record::ssh_key_identities({lines.begin(), lines.end()});
    };
    require(identities(keys) == identities(sorted), "sorting loses no key");
    require(identities(again) == identities(sorted) && again.size() == sorted.size(),
            "the order of keys does not change which there are");
}

const Registration kTarget{"ssh_key", judge};

}  // namespace fuzz::ssh_key
