// The source of ACTIVATE's users and groups: its API (rest_source.hpp) or its own SCIM service
// (scim_source.hpp).
#pragma once

#include "activate/user_record.hpp"
#include "activate/users_and_groups.hpp"
#include "http/client.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace activate {

/// The members of a group, including disabled users; nullopt if they could not be read.
using MemberList = std::optional<std::vector<Member>>;

/// The answer to the lookup of one user: the user, or a reason why there is no answer, or neither
/// if the answer has no user. Only the list of all users proves that the user is gone.
struct Found {
    std::optional<Person> person{};
    std::string unclear{};
};

/// Every call throws Error: `denied` on 401 and on 403 for a list (ask() on 401 only),
/// `retry_later` if the list may lack a record.
class Source {
  public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    /// Requests the beginning of the list of users, so that its answer arrives while groups() waits
    /// for others. The next call of people() takes that answer, unless it is older than some
    /// seconds.
    virtual void begin_people() {}

    /// Calls `wanted` once for every group, and passes on each wanted group with its members. A row
    /// without an id is never wanted.
    virtual void groups(
        const std::function<bool(const Team&)>& wanted,
        const std::function<void(const Team& team, const MemberList& members)>& each) = 0;

    /// Every user, each once, page by page, including disabled users and malformed rows.
    virtual void people(const std::function<void(const std::vector<Person>& page)>& each) = 0;

    /// Looks up the user with an external id of this tool, whose userName was `user_name`. `done`
    /// is called later: see client(). An answer without a user, 403 included, is unclear or empty
    /// and never an error: the list of all users decides.
    virtual void ask(const record::ExternalId& id,
                     const std::string& user_name,
                     const Naming& naming,
                     const std::function<void(const Found&)>& done) = 0;

    [[nodiscard]] virtual http::Client& client() = 0;
};

/// The groups that ACTIVATE_SYNC_GROUPS lists, by exact name; all groups if it is empty.
class Scope {
  public:
    explicit Scope(std::vector<std::string> names)
        : names_(std::move(names)), seen_(names_.size()) {}

    [[nodiscard]] bool is_everything() const { return names_.empty(); }
    /// Whether the group is in scope. Remembers its name. A malformed group is not.
    [[nodiscard]] bool takes(const Team& team);
    /// To be called after all groups: the malformed ones that may be in scope. Without an id, a
    /// group is unknown. Without a name, it may be any of the scope that no other group is.
    [[nodiscard]] std::vector<Team> malformed() const;
    /// The names that no group has had so far.
    [[nodiscard]] std::vector<std::string> unmatched() const;
    /// To be called after all groups: logs each name that no group has. Throws Error{bad_config} if
    /// none of the names has a group, or Error{unavailable} if a malformed one may have it, or if
    /// all groups are malformed.
    void check() const;

  private:
    std::vector<std::string> names_;
    std::vector<bool> seen_;
    std::vector<Team> malformed_{};
    bool has_group_ = false;             // that is not malformed
    std::vector<std::string> others_{};  // names of groups out of scope
};

}  // namespace activate
