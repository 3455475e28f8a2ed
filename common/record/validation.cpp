#include "record/validation.hpp"

#include "base/logging.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "record/ssh_key.hpp"

#include <algorithm>
#include <array>

namespace record {

namespace {

constexpr std::size_t kLongestName = 256;
constexpr std::size_t kLongestAddress = 254;  // RFC 5321 §4.5.3.1.3
constexpr std::size_t kLongestLocalPart = 64;

// Printable ASCII that has no meaning in a passwd line.
bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != ':';
}

// What is wrong with a text that becomes part of a line somewhere; nullopt: nothing.
std::optional<std::string> why_not_line(std::string_view value) {
    if (value.size() > kLongestName) {
        return "is longer than " + std::to_string(kLongestName) + " bytes";
    }
    for (std::size_t at = 0; at < value.size();) {
        if (is_plain(value[at])) {
            ++at;
            continue;
        }
        const auto c = unicode::next(value, at);
        if (!c) {
            return "is not UTF-8";
        }
        if (unicode::is_control(*c)) {
            return "holds a control character";
        }
        if (unicode::is_line_separator(*c)) {
            return "holds a line separator";
        }
        if (unicode::is_bidi_control(*c)) {
            return "holds a character that turns the direction of text";
        }
        if (*c == U':') {
            return "holds a colon";
        }
    }
    return std::nullopt;
}

// The letters and digits of ASCII, and what is in `also`.
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

std::optional<Refusal> why_not_name(const char* field, const std::optional<std::string>& value) {
    const auto fault = value ? why_not_line(*value) : std::nullopt;
    if (!fault) {
        return std::nullopt;
    }
    return Refusal{
        "bad-name",
        std::string(field) + " " + shown(*value) + " " + *fault + "; correct it in ACTIVATE"};
}

}  // namespace

std::optional<Refusal> why_not(const User& user, bool user_name_is_address) {
    if (!is_managed(user.external_id, Kind::user)) {
        return Refusal{"bad-external-id",
                       "externalId " + shown(user.external_id.value) +
                           " holds a blank or a character that is not ASCII"};
    }
    if (user.user_name.empty()) {
        return Refusal{"no-user-name",
                       user_name_is_address
                           ? "ACTIVATE has no e-mail address for this user; give them one there"
                           : "ACTIVATE has no username for this user"};
    }
    if (!is_user_name(user.user_name, user_name_is_address)) {
        return Refusal{"bad-user-name",
                       "userName " + shown(user.user_name) + " is not one plain e-mail address" +
                           (user_name_is_address ? "" : ", nor letters, digits, . - _ alone") +
                           "; correct it in ACTIVATE"};
    }
    if (user.email && !is_address(*user.email)) {
        return Refusal{
            "bad-email",
            "e-mail " + shown(*user.email) + " is not one plain address; correct it in ACTIVATE"};
    }
    for (const auto& refusal : {why_not_name("displayName", user.display_name),
                                why_not_name("givenName", user.given_name),
                                why_not_name("familyName", user.family_name)}) {
        if (refusal) {
            return refusal;
        }
    }
    return std::nullopt;
}

std::optional<Refusal> why_not(const Group& group, const std::set<std::string>& allowed) {
    if (!is_managed(group.external_id, Kind::group)) {
        return Refusal{"bad-external-id",
                       "externalId " + shown(group.external_id.value) +
                           " holds a blank or a character that is not ASCII"};
    }
    if (group.display_name.empty()) {
        return Refusal{"no-group-name", "ACTIVATE has no name for this group"};
    }
    auto fault = why_not_line(group.display_name);
    if (!fault && group.display_name.find_first_of(", \t") != std::string::npos) {
        fault = "holds a blank or a comma";
    }
    if (fault) {
        return Refusal{"bad-group-name",
                       "displayName " + shown(group.display_name) + " " + *fault +
                           "; rename the group in ACTIVATE"};
    }
    const auto folded = text::fold(group.display_name);
    if (has_power(folded) && !allowed.contains(folded)) {
        return Refusal{
            "powerful-group",
            "a group named " + shown(group.display_name) +
                " may give its members rights or root; rename it, or say --allow-group " +
                group.display_name};
    }
    if (group.members &&
        std::any_of(group.members->begin(), group.members->end(), [](const ExternalId& id) {
            return !id.value.starts_with(kUserPrefix);
        })) {
        return Refusal{"nested-group",
                       "one of its members is not a user; groups are flat in CoreWeave"};
    }
    return std::nullopt;
}

bool is_sendable_name(std::string_view name) {
    return !why_not_line(name);
}

// No quoting, no comments, ASCII only (RFC 7644 §7.8 warns of look-alikes).
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

bool has_power(std::string_view group_name) {
    constexpr std::array<std::string_view, 8> kNames{
        "admin", "write", "read", "metrics", "billing_viewer", "sudo", "root", "wheel"};
    return std::find(kNames.begin(), kNames.end(), text::fold(text::trim(group_name))) !=
           kNames.end();
}

std::vector<std::string> admitted_keys(const User& user, std::vector<std::string>& warnings) {
    std::vector<std::string> keys;
    for (const auto& key : user.ssh_keys.value_or(std::vector<std::string>{})) {
        if (is_sendable_ssh_key(key)) {
            keys.push_back(key);
        } else {
            warnings.push_back(user.user_name + ": SSH key " + ssh_key_fingerprint(key) +
                               " is not sent: " + *why_not_ssh_key(key));
        }
    }
    return keys;
}

std::string posix_name(std::string_view user_name) {
    return text::fold(user_name.substr(0, user_name.find('@')));
}

}  // namespace record
