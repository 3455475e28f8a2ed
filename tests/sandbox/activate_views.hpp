// The JSON shapes of ACTIVATE's API, made from the stored state. Only fields that the published
// schemas declare.
#pragma once

#include "call.hpp"
#include "fixture.hpp"

#include <string>
#include <vector>

namespace sandbox {

/// Go marshals an empty slice that was never made as null.
[[nodiscard]] Json go_list(Json list);

/// OrgUser, MemberDetail[] | null, Group, GroupWithMembers, UserProfile, AuthSession.
[[nodiscard]] Json org_user(const World& world, const Json& user);
[[nodiscard]] Json member_details(const World& world, const Json& group);
[[nodiscard]] Json group_row(const World& world, const Json& group);
[[nodiscard]] Json group_with_members(const World& world, const Json& group);
[[nodiscard]] Json user_profile(const World& world, const Json& user);
[[nodiscard]] Json session_of(const World& world, const Json& user);

/// SSHPublicKey[] | null: a user's view of their own keys.
[[nodiscard]] Json own_keys(const Json& user);

/// The user's key file with comments and empty lines.
[[nodiscard]] std::string key_text(const Json& user);

/// The lines of the file that have a key.
[[nodiscard]] std::vector<std::string> key_lines(const Json& user);

/// Small letters, no dots.
[[nodiscard]] std::string safe_username(const std::string& username);

}  // namespace sandbox
