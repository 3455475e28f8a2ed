#include "plan/unchanged/record_scanner.hpp"

#include "base/json_text.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace plan::unchanged {

namespace {

// Printable ASCII that JSON does not escape.
constexpr auto kPlain = [] {
    std::array<bool, 256> plain{};
    for (unsigned c = ' '; c <= '~'; ++c) {
        plain[c] = c != '"' && c != '\\';
    }
    return plain;
}();

bool is_plain(char c) {
    return kPlain[static_cast<unsigned char>(c)];
}

/// Reads a line from one expected piece to the next.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    bool skip(std::string_view piece) {
        if (!rest_.starts_with(piece)) {
            return false;
        }
        rest_.remove_prefix(piece.size());
        return true;
    }

    /// Plain ASCII up to a quote, which is skipped as well.
    std::optional<std::string_view> plain() {
        const auto found = raw();
        return found && is_plain_ascii(*found) ? found : std::nullopt;
    }

    /// The same, with UTF-8 that is validated elsewhere.
    std::optional<std::string_view> text() {
        std::size_t length = 0;
        while (length < rest_.size() &&
               (is_plain(rest_[length]) || static_cast<unsigned char>(rest_[length]) >= 0x80)) {
            ++length;
        }
        return ends_at(length);
    }

    /// Anything up to a quote.
    std::optional<std::string_view> raw() {
        const void* quote = rest_.empty() ? nullptr : std::memchr(rest_.data(), '"', rest_.size());
        return quote == nullptr ? std::nullopt
                                : ends_at(static_cast<std::size_t>(static_cast<const char*>(quote) -
                                                                   rest_.data()));
    }

    /// Plain ASCII with escaped quotes and backslashes (an ETag is `W/\"1\"`).
    std::optional<std::string_view> escaped() {
        std::size_t length = 0;
        while (length < rest_.size() && rest_[length] != '"') {
            if (is_plain(rest_[length])) {
                ++length;
            } else if (rest_[length] == '\\' && length + 1 < rest_.size() &&
                       (rest_[length + 1] == '"' || rest_[length + 1] == '\\')) {
                length += 2;
            } else {
                return std::nullopt;
            }
        }
        return length > 0 ? ends_at(length) : std::nullopt;
    }

    [[nodiscard]] std::string_view rest() const { return rest_; }

  private:
    std::optional<std::string_view> ends_at(std::size_t length) {
        if (length >= rest_.size() || rest_[length] != '"') {
            return std::nullopt;
        }
        const auto found = rest_.substr(0, length);
        rest_.remove_prefix(length + 1);
        return found;
    }

    std::string_view rest_;
};

// `,"name":"` of each row.
const auto kFields = [] {
    std::array<std::string, record::kUserAttributes.size()> fields;
    std::transform(record::kUserAttributes.begin(),
                   record::kUserAttributes.end(),
                   fields.begin(),
                   [](const auto& row) { return ",\"" + std::string(row.name) + "\":\""; });
    return fields;
}();

// The texts that are there.
bool split_texts(Cursor& cursor, UserTail& user) {
    for (std::size_t at = 0; at < kFields.size(); ++at) {
        const auto& row = record::kUserAttributes[at];
        auto& text = user.texts[at];
        text.reset();
        if (row.text == nullptr || !cursor.skip(kFields[at])) {
            continue;
        }
        text = record::is_name(row) ? cursor.text() : cursor.plain();
        if (!text) {
            return false;
        }
    }
    return true;
}

bool are_sendable_texts(const UserTail& user) {
    for (std::size_t at = 0; at < user.texts.size(); ++at) {
        const auto& text = user.texts[at];
        if (text && !(record::is_name(record::kUserAttributes[at]) ? record::is_sendable_name(*text)
                      : *text == user.user_name                    ? user.user_name_is_address
                                                                   : record::is_address(*text))) {
            return false;
        }
    }
    return true;
}

// The list after its bracket.
bool split_keys(Cursor& cursor, std::vector<UserTail::Key>& keys) {
    if (cursor.skip("]")) {
        return true;
    }
    do {
        const auto line = cursor.skip("\"") ? cursor.raw() : std::nullopt;
        if (!line) {
            return false;
        }
        const auto identity = line->substr(0, line->find(' ', line->find(' ') + 1));
        keys.push_back({.line = *line, .identity = identity});
    } while (cursor.skip(","));
    return cursor.skip("]");
}

std::string_view blob_of(const UserTail::Key& key) {
    return key.identity.substr(key.identity.find(' ') + 1);
}

// Valid, sorted by blob and each key once, as sort_ssh_keys orders them.
bool are_sendable_keys(const std::vector<UserTail::Key>& keys) {
    const auto is_sendable = [](const UserTail::Key& key) {
        return key.line.find('\\', key.identity.size()) == std::string_view::npos &&
               record::is_sendable_ssh_key(key.line);
    };
    return std::all_of(keys.begin(), keys.end(), is_sendable) &&
           std::adjacent_find(
               keys.begin(), keys.end(), [](const UserTail::Key& a, const UserTail::Key& b) {
                   return blob_of(a) >= blob_of(b);
               }) == keys.end();
}

std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        at += text[at] == '\\' ? 1U : 0U;
        plain += text[at];
    }
    return plain;
}

bool is_member(std::string_view id) {
    return id.size() > record::user_prefix().size() && id.starts_with(record::user_prefix()) &&
           id.find(' ') == std::string_view::npos;
}

}  // namespace

std::optional<LineHead> head_of(std::string_view line, record::Kind kind, bool current) {
    Cursor cursor(line);
    if (!cursor.skip(kind == record::Kind::user ? R"({"type":"user","externalId":")"
                                                : R"({"type":"group","externalId":")")) {
        return std::nullopt;
    }
    const auto& prefix = record::prefix_of(kind);
    const auto external_id = cursor.plain();
    if (!external_id || external_id->size() <= prefix.size() || !external_id->starts_with(prefix) ||
        external_id->find(' ') != std::string_view::npos || !cursor.skip(",")) {
        return std::nullopt;
    }
    LineHead head{.external_id = *external_id};
    if (current) {
        const auto id = cursor.skip(R"("id":")") ? cursor.plain() : std::nullopt;
        if (!id || id->empty() || *id == "." || *id == ".." || !cursor.skip(",")) {
            return std::nullopt;
        }
        if (cursor.skip(R"("version":")")) {
            const auto version = cursor.escaped();
            if (!version || !cursor.skip(",")) {
                return std::nullopt;
            }
            head.version = *version;
        }
        head.id = *id;
    } else if (cursor.skip(R"("activateUsername":")")) {
        const auto username = cursor.plain();
        if (!username || username->empty() || !cursor.skip(",")) {
            return std::nullopt;
        }
        head.activate_username = *username;
    }
    head.tail = cursor.rest();
    head.bytes = line.substr(0, line.size() - head.tail.size());
    return head;
}

bool split_tail(std::string_view tail, UserTail& user) {
    Cursor cursor(tail);
    const auto user_name = cursor.skip(R"("userName":")") ? cursor.plain() : std::nullopt;
    if (!user_name || !split_texts(cursor, user)) {
        return false;
    }
    user.user_name = *user_name;
    user.active = cursor.skip(R"(,"active":true)");
    user.keys.clear();
    if (!user.active && !cursor.skip(R"(,"active":false)")) {
        return false;
    }
    user.lists_keys = cursor.skip(R"(,"sshKeys":[)");
    return (!user.lists_keys || split_keys(cursor, user.keys)) && cursor.rest() == "}";
}

bool read_tail(std::string_view tail, UserTail& user) {
    if (!split_tail(tail, user)) {
        return false;
    }
    user.user_name_is_address = record::is_address(user.user_name);
    return (user.user_name_is_address || record::is_user_name(user.user_name, false)) &&
           record::is_plain_user_name(user.user_name) && are_sendable_texts(user) &&
           are_sendable_keys(user.keys);
}

std::optional<GroupTail> read_group_tail(std::string_view tail) {
    Cursor cursor(tail);
    const auto name = cursor.skip(R"("displayName":")") ? cursor.text() : std::nullopt;
    if (!name || !cursor.skip(R"(,"members":[)")) {
        return std::nullopt;
    }
    const auto members = cursor.rest();
    std::string_view before;
    while (cursor.skip("\"")) {
        const auto member = cursor.plain();
        if (!member || !is_member(*member) || *member <= before) {
            return std::nullopt;
        }
        before = *member;
        if (!cursor.skip(",")) {
            break;
        }
    }
    return cursor.rest() == "]}" && !members.ends_with(",]}")
               ? std::optional(GroupTail{.display_name = *name, .members = members})
               : std::nullopt;
}

void assign(const LineHead& head, const UserTail& tail, record::User& user) {
    const auto set = [](std::optional<std::string>& to, std::optional<std::string_view> text) {
        if (!text) {
            to.reset();
        } else {
            (to ? *to : to.emplace()) = *text;
        }
    };
    user.external_id.value = head.external_id;
    user.id.value = head.id;
    user.version = unescaped(head.version);
    user.user_name = tail.user_name;
    user.active = tail.active;
    set(user.activate_username,
        head.activate_username.empty() ? std::nullopt : std::optional(head.activate_username));
    for (std::size_t at = 0; at < tail.texts.size(); ++at) {
        if (const auto text = record::kUserAttributes[at].text) {
            set(user.*text, tail.texts[at]);
        }
    }
    if (!tail.lists_keys) {
        user.ssh_keys.reset();
        return;
    }
    auto& keys = user.ssh_keys ? *user.ssh_keys : user.ssh_keys.emplace();
    keys.resize(tail.keys.size());
    for (std::size_t at = 0; at < keys.size(); ++at) {
        keys[at] = tail.keys[at].line;
    }
}

record::User user_of(const LineHead& head, const UserTail& tail) {
    record::User user;
    assign(head, tail, user);
    return user;
}

record::Group group_of(const LineHead& head, const GroupTail& tail) {
    record::Group group{.external_id = {std::string(head.external_id)},
                        .id = {std::string(head.id)},
                        .version = unescaped(head.version),
                        .display_name = std::string(tail.display_name)};
    auto& members = group.members.emplace();
    for_each_member(tail.members,
                    [&](std::string_view member) { members.push_back({std::string(member)}); });
    return group;
}

}  // namespace plan::unchanged
