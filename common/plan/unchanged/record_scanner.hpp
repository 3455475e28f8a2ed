// Recognises records in the spelling of our exports by their bytes, without a JSON document. Pure.
//
//   {"type":"user","externalId":"…","id":"…","version":"…","userName":"…","displayName":"…",…,"active":true,"sshKeys":["…"]}
//   `---------------------- head ----------------------´`------------------------- tail
//   --------------------------------´
//
// The tail has the values that both sides have of a user; the same bytes mean the same values. Only
// valid records are recognised: names and keys pass validation, lists are sorted and unique, and no
// inspected string contains an escape. Anything else is left to the JSON parser.
#pragma once

#include "record/attributes.hpp"
#include "record/record.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace plan::unchanged {

/// The part of a line that always differs between the sides. Refers to the line.
struct LineHead {
    std::string_view bytes{};  ///< the complete head
    std::string_view external_id{};
    std::string_view activate_username{};  ///< desired side only; empty: absent
    std::string_view id{};                 ///< current side only
    std::string_view version{};            ///< the same; with its escapes
    std::string_view tail{};               ///< the part after the head
};

/// Nullopt unless `line` begins as a managed record of that kind and side.
[[nodiscard]] std::optional<LineHead> head_of(std::string_view line,
                                              record::Kind kind,
                                              bool current);

struct UserTail {
    struct Key {
        std::string_view line{};
        std::string_view identity{};  ///< `type blob`: without the comment
    };

    std::string_view user_name{};
    bool user_name_is_address = false;
    /// By row of record::kUserAttributes; of the texts alone.
    std::array<std::optional<std::string_view>, record::kUserAttributes.size()> texts{};
    bool active = false;
    bool lists_keys = false;
    std::vector<Key> keys{};
};

/// Reads a tail; false if it does not have that spelling, or contains a value that needs the full
/// validation. `user` keeps its memory.
[[nodiscard]] bool read_tail(std::string_view tail, UserTail& user);
/// Only splits a tail into its values, for one that was read before. `user_name_is_address` is not
/// set.
[[nodiscard]] bool split_tail(std::string_view tail, UserTail& user);

struct GroupTail {
    std::string_view display_name{};
    std::string_view members{};  ///< for for_each_member
};
[[nodiscard]] std::optional<GroupTail> read_group_tail(std::string_view tail);

/// The record in a line, as user_from_json and group_from_json read it. `user` keeps its memory.
void assign(const LineHead& head, const UserTail& tail, record::User& user);
[[nodiscard]] record::User user_of(const LineHead& head, const UserTail& tail);
[[nodiscard]] record::Group group_of(const LineHead& head, const GroupTail& tail);

/// Members of a group whose tail was read, in their order.
template <class Each>
void for_each_member(std::string_view members, Each each) {
    while (members.starts_with('"')) {
        const auto end = members.find('"', 1);
        each(members.substr(1, end - 1));
        members.remove_prefix(end + (members[end + 1] == ',' ? 2U : 1U));
    }
}

}  // namespace plan::unchanged
