// The SCIM ids of managed users by external id: of those created in this run, and of all after they
// were listed. Pure.
#pragma once

#include "record/record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace apply {

class UserIds {
  public:
    void remember(const std::string& external_id, const std::string& id);
    /// The ids of the records with this `external_id`. There may be several if the service has
    /// stored duplicates.
    [[nodiscard]] std::vector<std::string> of(const std::string& external_id) const;
    /// The takeover of the record `id` by this user failed: in the plan, the record is a member by
    /// this external id.
    void remember_taken_over(const std::string& external_id, const std::string& id) {
        taken_over_.insert_or_assign(external_id, id);
    }
    /// The ids of the records that the plan calls so as members before a change.
    [[nodiscard]] std::vector<std::string> before(const std::string& external_id) const;
    [[nodiscard]] std::size_t size() const { return ids_.size(); }

  private:
    std::unordered_multimap<std::string, std::string> ids_{};
    std::unordered_map<std::string, std::string> taken_over_{};
};

/// Replaces each `bulkId:` reference among the members of a group's POST or PATCH by the id of that
/// user (RFC 7644 §3.7.2). A user without an id was not created and is left out. Returns a sentence
/// about those users; empty if none was left out.
std::string resolve_members(nlohmann::json& data, const UserIds& users);

}  // namespace apply
