// The state of each user after the plan, as the planning of groups needs it. Pure.
#pragma once

#include "record/record.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace plan {

struct UserStanding {
    const record::ResourceId* id =
        nullptr;         ///< the existing record; null: the plan creates it, or it is never created
    bool joins = false;  ///< may become a member: active after the plan
    bool stays = false;  ///< keeps existing memberships but gains no new ones
    std::string_view held{};    ///< the limit that holds the deactivation of this user; empty: none
    bool gains_access = false;  ///< the record was inactive, or of another user, until this plan
    std::string left_out{};     ///< why the user is not added
};

/// By external id; refers to the directories, which must outlive this object.
class UserStandings {
  public:
    void reserve(std::size_t users) { standings_.reserve(users); }
    void set(const record::ExternalId& id, UserStanding standing) {
        standings_.insert_or_assign(id.value, std::move(standing));
    }
    /// The standing of a user. Each user of a UserChange has one, and each user in
    /// GroupChange::before. Throws std::out_of_range if the user has none.
    [[nodiscard]] UserStanding& at(const record::ExternalId& id) { return standings_.at(id.value); }
    [[nodiscard]] const UserStanding& at(const record::ExternalId& id) const {
        return standings_.at(id.value);
    }
    /// Null if the user has none.
    [[nodiscard]] const UserStanding* find(const record::ExternalId& id) const {
        const auto found = standings_.find(id.value);
        return found == standings_.end() ? nullptr : &found->second;
    }

    /// A managed record that another managed record takes over: members by the old external id are
    /// members by the new one.
    void alias(const record::ExternalId& old_id, const record::ExternalId& new_id) {
        aliases_.insert_or_assign(old_id.value, new_id);
    }
    [[nodiscard]] const record::ExternalId& resolve(const record::ExternalId& id) const {
        const auto found = aliases_.find(id.value);
        return found == aliases_.end() ? id : found->second;
    }

  private:
    std::unordered_map<std::string_view, UserStanding> standings_{};
    std::unordered_map<std::string_view, record::ExternalId> aliases_{};
};

}  // namespace plan
