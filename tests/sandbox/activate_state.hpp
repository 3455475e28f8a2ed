// The state of ACTIVATE: the users and groups of one organization, from the fixture.
#pragma once

#include "call.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sandbox {

/// Users are objects with the OrgUser fields of the API plus `sshKeys`, the lines of the key file.
/// Groups are objects with the Group fields, but `members` is a list of user names. Fields that
/// follow from others (licenseStatus, organization) are not stored.
class ActivateState {
  public:
    /// Takes the fixture's `organization`, `users` and `groups`.
    void load(const Json& fixture);

    [[nodiscard]] const Json& organization() const { return organization_; }
    [[nodiscard]] const std::vector<Json>& users() const { return users_; }
    [[nodiscard]] const std::vector<Json>& groups() const { return groups_; }
    /// By exact name; nullptr if there is none.
    [[nodiscard]] const Json* user(const std::string& username) const;
    [[nodiscard]] const Json* group(std::string_view name) const;
    /// The groups that list this user, in the fixture's order.
    [[nodiscard]] std::vector<const Json*> groups_of(const std::string& username) const;

    /// Creates or replaces the user. A missing `id` is generated; a `groups` member sets the
    /// memberships.
    void put_user(const std::string& username, Json user);
    /// A JSON merge patch (RFC 7396). After a new `username`, the groups list that name. False if
    /// there is no such user.
    [[nodiscard]] bool patch_user(const std::string& username, const Json& patch);
    /// Removes the user, also from all groups.
    [[nodiscard]] bool remove_user(const std::string& username);
    void put_group(const std::string& name, Json group);
    [[nodiscard]] bool patch_group(const std::string& name, const Json& patch);
    [[nodiscard]] bool remove_group(const std::string& name);

  private:
    Json* find_user(const std::string& username);
    Json* find_group(const std::string& name);
    void set_groups(const std::string& username, const Json& names);
    void rename_in_groups(const std::string& from, const std::string& to);
    void index();
    std::string made_up_id(char kind);

    Json organization_{};
    std::vector<Json> users_{};
    std::vector<Json> groups_{};
    std::unordered_map<std::string, std::size_t> by_username_{};
    unsigned made_up_ = 0;
};

}  // namespace sandbox
