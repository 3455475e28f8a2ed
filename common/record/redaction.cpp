#include "record/redaction.hpp"

#include "base/sort_unique.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "record/attributes.hpp"
#include "record/name_rules.hpp"
#include "record/redacted_key.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

#include <iterator>

namespace record {

namespace {

constexpr std::size_t kTokenLetters = 12;  // 56 bits
constexpr std::size_t kLongestShortDomain = 150;

// The place of `id` among `ids`, with as many digits as the last one has.
std::string place_of(const std::string& id, const std::vector<std::string>& ids) {
    const auto place = std::lower_bound(ids.begin(), ids.end(), id) - ids.begin();
    auto digits = std::to_string(place);
    return std::string(std::to_string(ids.size()).size() - digits.size(), '0') + digits;
}

bool is_digits(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

void append_utf8(std::string& text, char32_t c) {
    const auto byte = [&](char32_t value) {
        text.push_back(static_cast<char>(static_cast<unsigned char>(value)));
    };
    if (c < 0x800) {
        byte(0xC0U | (c >> 6U));
    } else if (c < 0x10000) {
        byte(0xE0U | (c >> 12U));
        byte(0x80U | ((c >> 6U) & 0x3FU));
    } else {
        byte(0xF0U | (c >> 18U));
        byte(0x80U | ((c >> 12U) & 0x3FU));
        byte(0x80U | ((c >> 6U) & 0x3FU));
    }
    byte(0x80U | (c & 0x3FU));
}

// A letter for a letter and a digit for a digit, of as many bytes; what a rule is about stays.
void append_substitute(std::string& to, std::string_view text, std::size_t& at, unsigned random) {
    const char byte = text[at];
    if (byte >= 'a' && byte <= 'z') {
        to.push_back(static_cast<char>('a' + random % 26));
        ++at;
    } else if (byte >= 'A' && byte <= 'Z') {
        to.push_back(static_cast<char>('A' + random % 26));
        ++at;
    } else if (byte >= '0' && byte <= '9') {
        to.push_back(static_cast<char>('0' + random % 10));
        ++at;
    } else if ((static_cast<unsigned char>(byte) & 0x80U) == 0) {
        to.push_back(byte);
        ++at;
    } else {
        const auto start = at;
        const auto c = unicode::next(text, at);
        const bool stays = !c || unicode::is_control(*c) || unicode::is_line_separator(*c) ||
                           unicode::is_bidi_control(*c) || *c == unicode::kReplacement;
        switch (stays ? 0 : at - start) {
            case 2:
                append_utf8(to, 0xE0U + random % 16);
                break;  // à to ï
            case 3:
                append_utf8(to, 0x4E00U + random % 256);
                break;  // ideographs
            case 4:
                append_utf8(to, 0x20000U + random % 256);
                break;  // more of them
            default:
                to.append(text.substr(start, at - start));
        }
    }
}

}  // namespace

Redaction::Redaction(std::string_view secret, const Sides& sides) : digest_(secret) {
    std::set<std::string> keys;
    const auto see_user = [&](const User& user) {
        for (const auto line : views_of(user.ssh_keys)) {
            if (is_sendable_ssh_key(ssh_key_identity(line))) {
                keys.emplace(ssh_key_identity(line));
            }
        }
        external_ids_.push_back(user.external_id.value);
        resource_ids_.push_back(user.id.value);
    };
    const auto see_group = [&](const Group& group) {
        external_ids_.push_back(group.external_id.value);
        resource_ids_.push_back(group.id.value);
        for (const auto& member : group.members.value_or(std::vector<ExternalId>{})) {
            external_ids_.push_back(member.value);
        }
        for (const auto& member : group.foreign_members) {
            resource_ids_.push_back(member.value);
        }
    };
    for (const auto* side : {&sides.desired, &sides.current, &sides.found}) {
        if (*side) {
            std::for_each((*side)->users.begin(), (*side)->users.end(), see_user);
            std::for_each(
                (*side)->unmanaged_users.begin(), (*side)->unmanaged_users.end(), see_user);
            std::for_each((*side)->groups.begin(), (*side)->groups.end(), see_group);
            std::for_each(
                (*side)->unmanaged_groups.begin(), (*side)->unmanaged_groups.end(), see_group);
        }
    }
    for (const auto& [id, answer] : sides.confirmations.value_or(Confirmations{})) {
        external_ids_.push_back(id);
    }
    sort_unique(external_ids_);
    sort_unique(resource_ids_);
    see_keys(keys);
}

// The substitutes of keys of one type and size have the order of the keys. Keys of other types and
// sizes begin differently, and so do their substitutes.
void Redaction::see_keys(const std::set<std::string>& keys) {
    std::map<std::pair<std::string, std::size_t>, std::vector<std::string>> classes;
    for (const auto& key : keys) {
        classes[{key.substr(0, key.find(' ')), key.size()}].push_back(key);
    }
    for (const auto& [type, same] : classes) {
        std::vector<std::string> substitutes;
        std::transform(
            same.begin(), same.end(), std::back_inserter(substitutes), [&](const auto& key) {
                return redacted_ssh_key(*parse_ssh_key(key), digest_);
            });
        std::sort(substitutes.begin(), substitutes.end());
        for (std::size_t i = 0; i < same.size(); ++i) {
            keys_.emplace(same[i], substitutes[i]);
        }
    }
}

std::string Redaction::letters(std::string_view purpose,
                               std::string_view text,
                               std::size_t count) const {
    auto word = digest_.of(purpose, text, count);
    for (auto& c : word) {
        c = static_cast<char>('a' + static_cast<unsigned char>(c) % 26);
    }
    return word;
}

// Two texts that differ in case alone have substitutes that differ in case alone. A text in lower
// case has one in lower case.
std::string Redaction::with_case_of(std::string base,
                                    const std::string& text,
                                    const std::string& folded) const {
    if (text == folded) {
        return base;
    }
    const auto bits = digest_.of("case", text, base.size());
    bool changed = false;
    for (std::size_t i = 0; i < base.size(); ++i) {
        const bool is_letter = base[i] >= 'a' && base[i] <= 'z';
        if (is_letter && (!changed || (static_cast<unsigned char>(bits[i]) & 1U) != 0)) {
            base[i] = static_cast<char>(base[i] - 'a' + 'A');
            changed = true;
        }
    }
    return base;
}

// For a text that breaks a rule: of the same length, with the characters that are not letters or
// digits. It breaks the same rule, so it is not a name of the system. No two texts have one
// substitute, as long as there are enough.
std::string Redaction::substituted(const char* purpose, const std::string& text) {
    auto& known = substitutes_[{purpose, text}];
    constexpr int kMostAttempts = 100;
    for (int attempt = 0; known.empty() && attempt < kMostAttempts; ++attempt) {
        const auto random =
            digest_.of(purpose + ("/" + std::to_string(attempt)), text, text.size());
        std::string candidate;
        for (std::size_t at = 0; at < text.size();) {
            append_substitute(candidate, text, at, static_cast<unsigned char>(random[at]));
        }
        if (attempt + 1 == kMostAttempts ||
            taken_.insert(std::string(purpose) + "/" + candidate).second) {
            known = std::move(candidate);
        }
    }
    return known;
}

std::string Redaction::local_part(const std::string& text) {
    if (text.empty() || is_reserved_user(text)) {
        return text;
    }
    const auto folded = text::fold(text);
    const auto length = std::max(kTokenLetters, text.size());
    if (is_digits(text)) {
        auto digits = letters("local part", text, length);
        std::transform(digits.begin(), digits.end(), digits.begin(), [](char c) {
            return static_cast<char>('0' + (c - 'a') % 10);
        });
        return digits;
    }
    const bool is_plain = is_plain_user_name(text) && is_address(text + "@x");
    return with_case_of(
        is_plain ? letters("local part", folded, length) : substituted("local part", folded),
        text,
        folded);
}

std::string Redaction::domain(const std::string& text) {
    const auto folded = text::fold(text);
    const bool is_short = text.size() <= kLongestShortDomain && is_address("a@" + text);
    return with_case_of(is_short ? letters("domain", folded, kTokenLetters) + ".example"
                                 : substituted("domain", folded),
                        text,
                        folded);
}

std::string Redaction::address(const std::string& text) {
    const auto at = text.find('@');
    return at == std::string::npos
               ? local_part(text)
               : local_part(text.substr(0, at)) + "@" + domain(text.substr(at + 1));
}

// A name that is not in its comparable form has the substitute of that form, and a space after it.
std::string Redaction::person_name(const std::string& text) {
    const auto comparable = unicode::comparable_name(text);
    if (comparable.empty()) {
        return text;
    }
    if (!is_sendable_name(text)) {
        return substituted("person", text);
    }
    return letters("person", comparable, kTokenLetters) + (text == comparable ? "" : " ");
}

std::string Redaction::group_name(const std::string& text) {
    const auto comparable = unicode::comparable_name(text);
    if (comparable.empty() || has_power(text)) {
        return text;
    }
    const auto folded = text::fold(comparable);
    return with_case_of(why_not_group_name(comparable) ? substituted("group", folded)
                                                       : letters("group", folded, kTokenLetters),
                        comparable,
                        folded) +
           (text == comparable ? "" : " ");
}

std::string Redaction::name_space(const std::string& name) const {
    return name.empty() ? "" : letters("namespace", name, kTokenLetters);
}

std::string Redaction::external_id(const std::string& id) {
    if (id.empty()) {
        return id;
    }
    std::string prefix = id < std::string(kPrefix) ? "a" : "x";  // of other systems, in their order
    std::string_view rest = id;
    if (rest.starts_with(kPrefix)) {
        rest.remove_prefix(kPrefix.size());
        prefix = kPrefix;
        const auto colon = rest.find(':');
        if (colon != std::string_view::npos && is_namespace(rest.substr(0, colon))) {
            prefix += name_space(std::string(rest.substr(0, colon))) + ":";
            rest.remove_prefix(colon + 1);
        }
        for (const std::string_view kind : {"user:", "group:"}) {
            if (rest.starts_with(kind)) {
                prefix += kind;
                rest.remove_prefix(kind.size());
                break;
            }
        }
        if (rest.empty()) {
            return prefix;
        }
    }
    const bool is_plain =
        std::all_of(rest.begin(), rest.end(), [](char c) { return c > ' ' && c <= '~'; });
    return prefix + place_of(id, external_ids_) + "-" + letters("external id", id, 8) +
           (is_plain ? "" : " ");
}

std::string Redaction::resource_id(const std::string& id) const {
    return id.empty() ? id : "r" + place_of(id, resource_ids_) + "-" + letters("id", id, 8);
}

std::string Redaction::ssh_key(const std::string& line) {
    const auto key = parse_ssh_key(line);
    const std::string bare(ssh_key_identity(line));
    const auto known = keys_.find(bare);
    if (!key || known == keys_.end()) {
        return refused_key(line);
    }
    auto other = known->second;
    if (!key->comment.empty()) {
        const std::string comment(key->comment);
        other += " " + (is_sendable_ssh_key(bare + " " + comment)
                            ? letters("comment", comment, kTokenLetters)
                            : substituted("comment", comment));
    }
    return other;
}

// A line that is refused for the same reason.
std::string Redaction::refused_key(const std::string& line) const {
    const auto word = letters("refused key", line, kTokenLetters);
    const auto reason = why_not_ssh_key(line);
    const auto candidates = refused_ssh_keys_like(line, word, digest_);
    const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const auto& one) {
        return why_not_ssh_key(one) == reason;
    });
    return found == candidates.end() ? "x-" + word : *found;
}

User Redaction::redacted(User user) {
    const auto replace = [](std::optional<std::string>& value, const auto& by) {
        if (value) {
            value = by(*value);
        }
    };
    user.external_id.value = external_id(user.external_id.value);
    user.id.value = resource_id(user.id.value);
    user.version = user.version.empty() ? "" : letters("version", user.version, 8);
    user.user_name = address(user.user_name);
    replace(user.activate_username, [this](const std::string& text) { return local_part(text); });
    for (const auto& row : kUserAttributes) {
        if (row.text != nullptr) {
            replace(user.*row.text, [&](const std::string& text) {
                return is_name(row) ? person_name(text) : address(text);
            });
        }
    }
    if (user.ssh_keys) {
        for (auto& key : *user.ssh_keys) {
            key = ssh_key(key);
        }
        sort_ssh_keys(*user.ssh_keys);
    }
    return user;
}

Group Redaction::redacted(Group group) {
    group.external_id.value = external_id(group.external_id.value);
    group.id.value = resource_id(group.id.value);
    group.version = group.version.empty() ? "" : letters("version", group.version, 8);
    group.display_name = group_name(group.display_name);
    if (group.members) {
        for (auto& member : *group.members) {
            member.value = external_id(member.value);
        }
        std::sort(group.members->begin(), group.members->end());
    }
    for (auto& member : group.foreign_members) {
        member.value = resource_id(member.value);
    }
    return group;
}

stream::Header Redaction::redacted(stream::Header header) {
    for (auto& name : header.scope) {
        name = group_name(name);
    }
    header.org = header.org.empty() ? "" : letters("org", header.org, kTokenLetters);
    header.target =
        header.target.empty() ? "" : "https://scim.example/" + letters("target", header.target, 8);
    header.name_space = name_space(header.name_space);
    return header;
}

}  // namespace record
