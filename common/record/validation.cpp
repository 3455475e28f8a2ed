#include "record/validation.hpp"

#include "base/logging.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "record/attributes.hpp"
#include "record/ssh_key.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace record {

namespace {

constexpr std::size_t kLongestName = 256;
constexpr std::size_t kLongestAddress = 254;  // RFC 5321 §4.5.3.1.3
constexpr std::size_t kLongestLocalPart = 64;

// Printable ASCII without a special meaning in a passwd line.
bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != ':';
}

// Why a text must not become part of a line of a file; nullopt if it may.
std::optional<std::string> why_not_line(std::string_view value) {
    if (value.size() > kLongestName) {
        return "is longer than " + std::to_string(kLongestName) + " bytes";
    }
    for (std::size_t at = 0; at < value.size();) {
        if (is_plain(value[at])) {
            ++at;
            continue;
        }
        const auto start = at;
        const auto c = unicode::next(value, at);
        const auto has = [&](const char* what) {
            return "has " + unicode::describe_character(value, start) + what;
        };
        if (!c) {
            return "is not UTF-8";
        }
        if (unicode::is_control(*c)) {
            return has(", a control character");
        }
        if (unicode::is_line_separator(*c)) {
            return has(", which separates lines");
        }
        if (unicode::is_bidi_control(*c)) {
            return has(", which changes the direction of text");
        }
        if (*c == unicode::kReplacement) {
            return has(", which stands for a character that could not be read");
        }
        if (*c == U':') {
            return has(", which separates the fields of a passwd line");
        }
    }
    return std::nullopt;
}

// ASCII letters and digits, and the characters in `also`.
constexpr std::array<bool, 256> alphabet(std::string_view also) {
    std::array<bool, 256> allowed{};
    for (const auto range :
         {std::string_view("az"), std::string_view("AZ"), std::string_view("09")}) {
        for (char c = range.front(); c <= range.back(); ++c) {
            allowed[static_cast<unsigned char>(c)] = true;
        }
    }
    for (const char c : also) {
        allowed[static_cast<unsigned char>(c)] = true;
    }
    return allowed;
}

constexpr auto kLocalPart = alphabet("!#$%&'*+/=?^_`{|}~.-");
constexpr auto kDomain = alphabet(".-");
constexpr auto kAccountName = alphabet(".-_");

bool consists_of(std::string_view value, const std::array<bool, 256>& allowed) {
    return !value.empty() && std::all_of(value.begin(), value.end(), [&](char c) {
        return allowed[static_cast<unsigned char>(c)];
    });
}

std::string shown(std::string_view value) {
    constexpr std::size_t kShown = 80;
    return "\"" + logging::printable(value.substr(0, kShown)) + "\"";
}

std::optional<Refusal> why_not_name(std::string_view field,
                                    const std::optional<std::string>& value) {
    const auto fault = value ? why_not_line(*value) : std::nullopt;
    if (!fault) {
        return std::nullopt;
    }
    return Refusal{.reason = "bad-name",
                   .detail = std::string(field) + " " + shown(*value) + " " + *fault +
                             "; correct it in ACTIVATE"};
}

}  // namespace

namespace {

std::optional<Refusal> why_not_external_id(const ExternalId& id, Kind kind) {
    if (is_managed(id, kind)) {
        return std::nullopt;
    }
    return Refusal{
        .reason = "bad-external-id",
        .detail = "externalId " + shown(id.value) +
                  " has white space or a character that is not ASCII; correct it in ACTIVATE"};
}

std::optional<Refusal> why_not_user_name(const std::string& name, const NamePolicy& policy) {
    if (name.empty()) {
        return Refusal{
            .reason = "no-user-name",
            .detail = policy.user_name_is_address
                          ? "ACTIVATE has no e-mail address for this user; give them one there"
                          : "ACTIVATE has no username for this user"};
    }
    const auto bad = [&](const std::string& fault) {
        return Refusal{
            .reason = "bad-user-name",
            .detail = "userName " + shown(name) + " " + fault + "; correct it in ACTIVATE"};
    };
    if (!is_user_name(name, policy.user_name_is_address)) {
        return bad(std::string("is not one plain e-mail address") +
                   (policy.user_name_is_address ? "" : ", nor letters, digits, . - _ alone"));
    }
    if (const auto fault = why_not_posix_name(name, policy.permits_digits)) {
        return bad(*fault);
    }
    if (has_reserved_name(policy, name)) {
        return Refusal{
            .reason = std::string(kReservedUserName),
            .detail = "userName " + shown(name) + " would become the POSIX user \"" +
                      posix_name(name) +
                      "\", a name of the system; correct it in ACTIVATE, or set SYNC_ALLOW_USERS=" +
                      name + " (--allow-user)"};
    }
    return std::nullopt;
}

}  // namespace

std::optional<Refusal> why_not(const User& user, const NamePolicy& policy) {
    if (auto refusal = why_not_external_id(user.external_id, Kind::user)) {
        return refusal;
    }
    if (auto refusal = why_not_user_name(user.user_name, policy)) {
        return refusal;
    }
    if (user.email && !is_address(*user.email)) {
        return Refusal{.reason = "bad-email",
                       .detail = "e-mail " + shown(*user.email) +
                                 " is not one plain address; correct it in ACTIVATE"};
    }
    for (const auto& attribute : kUserAttributes) {
        if (!is_name(attribute)) {
            continue;
        }
        if (auto refusal = why_not_name(attribute.name, user.*attribute.text)) {
            return refusal;
        }
    }
    return std::nullopt;
}

std::optional<Refusal> why_not(const Group& group, const NamePolicy& policy) {
    if (auto refusal = why_not_external_id(group.external_id, Kind::group)) {
        return refusal;
    }
    if (group.display_name.empty()) {
        return Refusal{.reason = "no-group-name", .detail = "ACTIVATE has no name for this group"};
    }
    if (const auto fault = why_not_group_name(group.display_name)) {
        return Refusal{.reason = "bad-group-name",
                       .detail = "displayName " + shown(group.display_name) + " " + *fault +
                                 "; rename the group in ACTIVATE"};
    }
    if (has_power(group.display_name) && !policy.groups.contains(text::fold(group.display_name))) {
        return Refusal{.reason = std::string(kPowerfulGroup),
                       .detail = "a group named " + shown(group.display_name) +
                                 " may give its members rights or root; rename it in ACTIVATE, or "
                                 "set SYNC_ALLOW_GROUPS=" +
                                 group.display_name + " (--allow-group)"};
    }
    if (group.members &&
        std::any_of(group.members->begin(), group.members->end(), [](const ExternalId& id) {
            return !id.value.starts_with(user_prefix());
        })) {
        return Refusal{.reason = "nested-group",
                       .detail = "one of its members is not a user; groups are flat in CoreWeave"};
    }
    return std::nullopt;
}

bool is_sendable_name(std::string_view name) {
    return !why_not_line(name);
}

// No quoting, no comments, ASCII only (RFC 7644 §7.8 mentions the risk of look-alikes).
bool is_address(std::string_view value) {
    const auto at = value.find('@');
    if (at == std::string_view::npos || value.size() > kLongestAddress || at > kLongestLocalPart) {
        return false;
    }
    const auto domain = value.substr(at + 1);
    return consists_of(value.substr(0, at), kLocalPart) && consists_of(domain, kDomain) &&
           domain.front() != '.' && domain.back() != '.' &&
           domain.find("..") == std::string_view::npos;
}

bool is_user_name(std::string_view name, bool user_name_is_address) {
    return is_address(name) || (!user_name_is_address && consists_of(name, kAccountName));
}

JudgedKey judge_key(std::string_view key) {
    if (is_sendable_ssh_key(key)) {
        return {.sent = key};
    }
    const auto bare = ssh_key_identity(key);
    const bool is_only_comment = bare != key && is_sendable_ssh_key(bare);
    return {.sent = is_only_comment ? bare : std::string_view(), .fault = *why_not_ssh_key(key)};
}

KeyViews admitted_keys(const User& user, std::vector<std::string>& warnings) {
    KeyViews keys;
    for (const auto key : views_of(user.ssh_keys)) {
        auto judged = judge_key(key);
        if (!judged.fault.empty()) {
            warnings.push_back(
                user.user_name + ": SSH key " + ssh_key_fingerprint(key) +
                (judged.sent.empty() ? " is not sent: " : " is sent without its comment: ") +
                judged.fault);
        }
        if (!judged.sent.empty()) {
            keys.push_back(judged.sent);
        }
    }
    return keys;
}

}  // namespace record
