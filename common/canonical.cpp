#include "canonical.hpp"

#include "admission.hpp"
#include "ssh_key.hpp"

#include <array>
#include <cstring>

namespace identity {

namespace {

// Printable ASCII that stands for itself in JSON.
constexpr auto kPlain = [] {
    std::array<bool, 256> plain{};
    for (unsigned c = ' '; c <= '~'; ++c) {
        plain[c] = c != '"' && c != '\\';
    }
    return plain;
}();

bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

/// Goes over a line, from one expected piece to the next.
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

    /// Plain ASCII up to a quote, which is passed as well.
    std::optional<std::string_view> plain() {
        std::size_t length = 0;
        while (length < rest_.size() && is_plain(rest_[length])) {
            ++length;
        }
        return ends_at(length);
    }

    /// The same, with UTF-8; whether that is well-formed is for others to judge.
    std::optional<std::string_view> text() {
        std::size_t length = 0;
        while (length < rest_.size() && (is_plain(rest_[length]) || static_cast<unsigned char>(rest_[length]) >= 0x80)) {
            ++length;
        }
        return ends_at(length);
    }

    /// Anything up to a quote.
    std::optional<std::string_view> raw() {
        const void* quote = rest_.empty() ? nullptr : std::memchr(rest_.data(), '"', rest_.size());
        return quote == nullptr ? std::nullopt : ends_at(static_cast<std::size_t>(static_cast<const char*>(quote) - rest_.data()));
    }

    /// Passes plain ASCII with escaped quotes and backslashes (an ETag is `W/\"1\"`), and the quote behind it.
    bool skip_escaped() {
        std::size_t length = 0;
        while (length < rest_.size() && rest_[length] != '"') {
            if (is_plain(rest_[length])) {
                ++length;
            } else if (rest_[length] == '\\' && length + 1 < rest_.size() && (rest_[length + 1] == '"' || rest_[length + 1] == '\\')) {
                length += 2;
            } else {
                return false;
            }
        }
        return length > 0 && ends_at(length).has_value();
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

// `,"field":"…"` where it is there. False: it is there, and is no name that may be sent.
bool skip_name(Cursor& cursor, std::string_view field) {
    if (!cursor.skip(field)) {
        return true;
    }
    const auto name = cursor.text();
    return name && is_sendable_name(*name);
}

std::string_view blob_of(std::string_view key) { return key.substr(key.find(' ') + 1); }

// The list behind its bracket, sorted by blob and each key once, as sort_ssh_keys leaves them.
bool read_keys(Cursor& cursor, std::vector<std::string_view>& keys) {
    if (cursor.skip("]")) {
        return true;
    }
    do {
        const auto line = cursor.skip("\"") ? cursor.raw() : std::nullopt;
        if (!line || !is_sendable_ssh_key(*line) || line->find('\\') != std::string_view::npos) {
            return false;
        }
        const auto key = line->substr(0, line->find(' ', line->find(' ') + 1));
        if (!keys.empty() && blob_of(keys.back()) >= blob_of(key)) {
            return false;
        }
        keys.push_back(key);
    } while (cursor.skip(","));
    return cursor.skip("]");
}

bool is_member(std::string_view id) {
    return id.size() > kUserPrefix.size() && id.starts_with(kUserPrefix) && id.find(' ') == std::string_view::npos;
}

}  // namespace

std::optional<LineHead> head_of(std::string_view line, Kind kind, bool current) {
    Cursor cursor(line);
    if (!cursor.skip(kind == Kind::user ? R"({"type":"user","externalId":")" : R"({"type":"group","externalId":")")) {
        return std::nullopt;
    }
    const auto prefix = kind == Kind::user ? kUserPrefix : kGroupPrefix;
    const auto external_id = cursor.plain();
    if (!external_id || external_id->size() <= prefix.size() || !external_id->starts_with(prefix) ||
        external_id->find(' ') != std::string_view::npos || !cursor.skip(",")) {
        return std::nullopt;
    }
    LineHead head{.external_id = *external_id, .id = {}, .tail = {}};
    if (current) {
        const auto id = cursor.skip(R"("id":")") ? cursor.plain() : std::nullopt;
        if (!id || id->empty() || !cursor.skip(",")) {
            return std::nullopt;
        }
        if (cursor.skip(R"("version":")") && !(cursor.skip_escaped() && cursor.skip(","))) {
            return std::nullopt;
        }
        head.id = *id;
    }
    head.tail = cursor.rest();
    return head;
}

bool read_tail(std::string_view tail, UserTail& user) {
    Cursor cursor(tail);
    const auto user_name = cursor.skip(R"("userName":")") ? cursor.plain() : std::nullopt;
    if (!user_name || !is_user_name(*user_name, false) || !skip_name(cursor, R"(,"displayName":")") ||
        !skip_name(cursor, R"(,"givenName":")") || !skip_name(cursor, R"(,"familyName":")")) {
        return false;
    }
    if (cursor.skip(R"(,"email":")")) {
        const auto email = cursor.plain();
        if (!email || !is_address(*email)) {
            return false;
        }
    }
    user.user_name = *user_name;
    user.active = cursor.skip(R"(,"active":true)");
    user.keys.clear();
    if (!user.active && !cursor.skip(R"(,"active":false)")) {
        return false;
    }
    return (!cursor.skip(R"(,"sshKeys":[)") || read_keys(cursor, user.keys)) && cursor.rest() == "}";
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
    return cursor.rest() == "]}" && !members.ends_with(",]}") ? std::optional(GroupTail{*name, members}) : std::nullopt;
}

void for_each_member(std::string_view members, const std::function<bool(std::string_view)>& each) {
    Cursor cursor(members);
    while (cursor.skip("\"")) {
        const auto member = cursor.raw();
        if (!member || !each(*member)) {
            return;
        }
        (void)cursor.skip(",");
    }
}

}  // namespace identity
