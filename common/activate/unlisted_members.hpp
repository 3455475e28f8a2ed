// Members of groups who are not in the list of users: ACTIVATE is queried for each of them.
#pragma once

#include "activate/source.hpp"
#include "activate/user_record.hpp"

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace activate {

/// More of them are not queried: they are not rare exceptions then, and the list may be short.
inline constexpr std::size_t kMostLookups = 100;

struct UnlistedMember {
    Member member{};      ///< empty if the members of the group could not be read again
    std::string group{};  ///< the name of a group with that member
    /// Why the list of users may be short. Empty: the user is gone or disabled.
    std::string unclear{};
};

/// The members of the groups with the ids `teams` for whose id `is_unlisted`, each once. Reads the
/// members again, because an export does not keep their names. Throws like Source::groups().
[[nodiscard]] std::vector<UnlistedMember> look_up_unlisted(
    const std::set<std::string>& teams,
    const std::function<bool(const std::string& id)>& is_unlisted,
    const Naming& naming,
    Source& source);

/// A name for messages: id, username or address, and group.
[[nodiscard]] std::string name_of(const UnlistedMember& unlisted);

}  // namespace activate
