// The effect of a PATCH on access: removals, grants, a changed name. Pure.
//
// Access of a user is active, SSH keys and memberships. The name of a group is access as well,
// since rights downstream follow it; the names of a user are not.
#pragma once

#include "record/record.hpp"

#include <nlohmann/json_fwd.hpp>

namespace apply {

/// What a line does to the list that it replaces: the keys of a user, the members of a group.
struct ListChange {
    bool removes = false;
    bool grants = false;
};

/// By `before` and `after` of a change line. Both, when the line does not say.
[[nodiscard]] ListChange list_change_of(const nlohmann::json& line);

/// What one PATCH does. All false: it changes names of a user alone.
struct Effects {
    bool removes = false;
    bool grants = false;
    bool names = false;  ///< it sets what a record is known by: externalId, userName, the name of a
                         ///< group
};

/// `list`: what the line does to the list that `patch` may replace.
[[nodiscard]] Effects effects_of(record::Kind kind,
                                 const nlohmann::json& patch,
                                 const ListChange& list);

/// True when `answer` shows each attribute from which `patch` takes access away, or might: only
/// then does the answer say that it was taken away.
[[nodiscard]] bool shows_removals(const nlohmann::json& patch, const nlohmann::json& answer);

}  // namespace apply
