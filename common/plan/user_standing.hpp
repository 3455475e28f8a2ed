// Where each user will stand when the plan is done: what groups need to know of users. Pure.
#pragma once

#include "record/record.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace plan {

struct UserStanding {
    const record::ResourceId* id =
        nullptr;  ///< of the record that is there; null: it is created by this plan, or never
    bool joins = false;  ///< may become a member: active when the plan is done
    bool stays = false;  ///< nothing is taken from them now: a member stays one, but becomes none
    std::string_view held{};     ///< the limit that holds their deactivation; empty: none
    bool is_taken_over = false;  ///< the record was another user's until this plan
    std::string left_out{};      ///< why they do not join
};

/// By external id; views into the directories, which must outlive this.
class UserStandings {
  public:
    void set(const record::ExternalId& id, UserStanding standing) {
        standings_.insert_or_assign(id.value, std::move(standing));
    }
    [[nodiscard]] UserStanding* find(const record::ExternalId& id) {
        const auto found = standings_.find(id.value);
        return found == standings_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] const UserStanding* find(const record::ExternalId& id) const {
        const auto found = standings_.find(id.value);
        return found == standings_.end() ? nullptr : &found->second;
    }

    /// A record of ours that another of ours takes over: who was a member by the old external id is
    /// one by the new.
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
