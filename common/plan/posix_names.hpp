// POSIX names of users: the part of the userName before the @. Two users never share one. Pure.
#pragma once

#include "plan/conflicts.hpp"
#include "plan/text_index.hpp"
#include "record/directory.hpp"
#include "record/validation.hpp"

#include <span>
#include <string>
#include <vector>

namespace plan {

/// The POSIX names that admitted users need, and those that active records have. Refers to both
/// sides and the claims.
class PosixNames {
  public:
    PosixNames(const record::Directory& current, const NameClaims<record::User>& claims);

    /// Whether another active record has the user's new name, or another user needs it.
    [[nodiscard]] bool is_contested(const record::User& user) const;

    /// Refuses users without an active record whose name another user has or needs. A record that
    /// is deactivated in this run keeps its name until the next: two users never share a home
    /// directory.
    void refuse_newcomers(const Renames& renames, NameClaims<record::User>& claims) const;

  private:
    using ByName = TextIndex<const record::User*>;
    using Users = std::span<const record::User* const>;

    [[nodiscard]] std::string name_after(const record::User& user, const Renames& renames) const;
    [[nodiscard]] std::vector<const record::User*> others(Users claimants, Users holders) const;

    const NameClaims<record::User>& claims_;
    KeyedHash hash_{};
    std::vector<const record::User*> claimants_{};
    ByName wanted_{hash_};  // the users that need a name
    ByName held_{hash_};    // active records of the current side
};

}  // namespace plan
