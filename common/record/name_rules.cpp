#include "record/name_rules.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <array>

namespace record {

namespace {

constexpr std::size_t kLongestPosixName = 64;
constexpr std::size_t kLongestGroupName = 63;

/// Characters that a POSIX name must not have, with their effect downstream.
struct RefusedCharacters {
    std::string_view characters{};
    std::string_view reason{};
};

constexpr std::array kAnywhere{
    RefusedCharacters{
        .characters = "/",
        .reason = "it separates directories, so the home directory would be another one"},
    RefusedCharacters{.characters = "*$`|;&<>\"", .reason = "a shell gives it a meaning"},
};
constexpr std::array kAtStart{
    RefusedCharacters{.characters = ".",
                      .reason = "such home directories are hidden, or are . or .."},
    RefusedCharacters{.characters = "-", .reason = "programs read such a name as an option"},
    RefusedCharacters{.characters = "+", .reason = "passwd files read such a name as an NIS entry"},
    RefusedCharacters{.characters = "#", .reason = "passwd files read such a line as a comment"},
    RefusedCharacters{.characters = "~", .reason = "a shell replaces it by a home directory"},
};

// System users of Debian (base-passwd, systemd and common daemons), of Slurm, and users with sudo
// in cloud images.
constexpr auto kReservedUsers = std::to_array<std::string_view>({
    "_apt",
    "_chrony",
    "adm",
    "avahi",
    "backup",
    "bin",
    "centos",
    "chrony",
    "cloud-user",
    "daemon",
    "dbus",
    "debian",
    "ec2-user",
    "fedora",
    "ftp",
    "games",
    "gnats",
    "halt",
    "irc",
    "list",
    "lp",
    "mail",
    "man",
    "messagebus",
    "munge",
    "mysql",
    "news",
    "nfsnobody",
    "nobody",
    "nscd",
    "nslcd",
    "ntp",
    "ntpsec",
    "nvidia-persistenced",
    "operator",
    "polkitd",
    "postfix",
    "postgres",
    "proxy",
    "redis",
    "rocky",
    "root",
    "rpc",
    "rpcuser",
    "shutdown",
    "slurm",
    "slurmdbd",
    "slurmrestd",
    "sshd",
    "sssd",
    "statd",
    "sync",
    "sys",
    "syslog",
    "systemd-coredump",
    "systemd-network",
    "systemd-resolve",
    "systemd-timesync",
    "tcpdump",
    "ubuntu",
    "uucp",
    "www-data",
});

// Roles of CoreWeave, and groups of Debian and Slurm whose members become root or read other users'
// data. Common names of teams (staff, users, operator) are not among them.
constexpr auto kPowerfulGroups = std::to_array<std::string_view>({
    "adm",         "admin",
    "backup",      "billing_viewer",
    "daemon",      "disk",
    "docker",      "incus",
    "incus-admin", "kmem",
    "kvm",         "libvirt",
    "lxd",         "metrics",
    "munge",       "podman",
    "read",        "root",
    "shadow",      "slurm",
    "slurmrestd",  "sshd",
    "ssl-cert",    "sudo",
    "sys",         "systemd-journal",
    "tape",        "tty",
    "wheel",       "write",
    "www-data",
});

// A search from the first to the last is the fastest for so few names: those of another length are
// not compared.
template <std::size_t N>
bool is_in(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view before_at(std::string_view user_name) {
    return user_name.substr(0, user_name.find('@'));
}

template <std::size_t N>
std::string reason_of(const std::array<RefusedCharacters, N>& table, char c) {
    const auto* const found = std::find_if(table.begin(), table.end(), [&](const auto& row) {
        return row.characters.find(c) != std::string_view::npos;
    });
    return found == table.end() ? std::string() : std::string(found->reason);
}

// By character: whether a row has it.
template <std::size_t N>
constexpr std::array<bool, 256> refused_by(const std::array<RefusedCharacters, N>& table) {
    std::array<bool, 256> refused{};
    for (const auto& row : table) {
        for (const char c : row.characters) {
            refused[static_cast<unsigned char>(c)] = true;
        }
    }
    return refused;
}
constexpr auto kRefusedAnywhere = refused_by(kAnywhere);
constexpr auto kRefusedAtStart = refused_by(kAtStart);

bool is_in(const std::array<bool, 256>& characters, char c) {
    return characters[static_cast<unsigned char>(c)];
}

}  // namespace

std::optional<std::string> why_not_posix_name(std::string_view user_name, bool permits_digits) {
    const auto name = before_at(user_name);
    if (name.empty()) {
        return "has nothing before the @";
    }
    if (name.size() > kLongestPosixName) {
        return "has more than " + std::to_string(kLongestPosixName) + " bytes before the @";
    }
    if (is_in(kRefusedAtStart, name.front())) {
        return "begins with \"" + std::string(1, name.front()) + "\"" + ": " +
               reason_of(kAtStart, name.front());
    }
    for (const char c : name) {
        if (is_in(kRefusedAnywhere, c)) {
            return "has \"" + std::string(1, c) + "\" before the @: " + reason_of(kAnywhere, c);
        }
    }
    if (name.find("..") != std::string_view::npos) {
        return "has \"..\" before the @: it would lead out of a directory";
    }
    if (!permits_digits && std::none_of(name.begin(), name.end(), is_letter)) {
        return "has no letter before the @: programs read such a name as a number, for example as "
               "a "
               "uid; to permit it, set SYNC_POSIX_NAMES=digits";
    }
    return std::nullopt;
}

bool is_reserved_user(std::string_view posix_name) {
    return is_in(kReservedUsers, text::fold(posix_name));
}

bool has_reserved_name(const NamePolicy& policy, std::string_view user_name) {
    const auto posix = posix_name(user_name);
    return is_reserved_user(posix) && !policy.users.contains(posix) &&
           !policy.users.contains(text::fold(user_name));
}

bool has_power(std::string_view group_name) {
    return is_in(kPowerfulGroups, text::fold(text::trim(group_name)));
}

std::optional<std::string> why_not_group_name(std::string_view name) {
    if (name.size() > kLongestGroupName) {
        return "is longer than " + std::to_string(kLongestGroupName) + " bytes";
    }
    const auto wrong = std::find_if_not(name.begin(), name.end(), [&](const char& c) {
        return is_letter(c) || is_digit(c) || (&c != name.data() && (c == '-' || c == '_'));
    });
    if (wrong == name.end()) {
        return std::nullopt;
    }
    const auto at = static_cast<std::size_t>(wrong - name.begin());
    return std::string(at == 0 ? "begins with " : "has ") + unicode::describe_character(name, at) +
           "; a name is a letter or digit, then letters, digits, - and _";
}

bool is_plain_user_name(std::string_view user_name) {
    return !why_not_posix_name(user_name, false) && !is_reserved_user(before_at(user_name));
}

std::string posix_name(std::string_view user_name) {
    return text::fold(before_at(user_name));
}

}  // namespace record
