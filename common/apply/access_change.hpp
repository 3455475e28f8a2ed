// The effect of a PATCH on access: removals, grants, a changed name. Pure.
//
// A user has access by `active`, SSH keys and memberships. The name of a group counts as access
// too, since rights downstream follow it; the names of a user do not.
#pragma once

#include "record/record.hpp"

#include <nlohmann/json_fwd.hpp>

namespace apply {

/// How a line changes the list that it replaces: the keys of a user, or the members of a group.
struct ListChange {
    bool removes = false;
    bool grants = false;
};

/// The change from `before` to `after` of a change line. Both effects if the line does not have
/// these fields.
[[nodiscard]] ListChange list_change_of(const nlohmann::json& line);

/// The effects of one request. If all are false, it changes only the names of a user.
struct Effects {
    bool removes = false;
    bool grants = false;
    bool names = false;      ///< it sets an identifying attribute: externalId, userName, or the
                             ///< displayName of a group
    bool activates = false;  ///< one of the ways in which it grants
    bool adds_keys = false;  ///< the other one of a user
};

/// `list`: how the line changes the list that `patch` may replace.
[[nodiscard]] Effects effects_of(record::Kind kind,
                                 const nlohmann::json& patch,
                                 const ListChange& list);

/// The effects of the POST of a user.
[[nodiscard]] Effects effects_of_create(const nlohmann::json& user);

/// True if each operation of the PATCH takes access away and has no other effect.
[[nodiscard]] bool only_removes(record::Kind kind,
                                const nlohmann::json& patch,
                                const ListChange& list);

/// True if `answer` shows each attribute from which `patch` removes access or may remove it. Only
/// then does the answer prove that the access was removed.
[[nodiscard]] bool shows_removals(const nlohmann::json& patch, const nlohmann::json& answer);

}  // namespace apply
