// The SCIM ids of our users by external id: of those created in this run, and of all of them once
// they were listed. Pure.
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
    /// The ids of the records that carry `external_id`: none, one, or more where the service let
    /// two be made.
    [[nodiscard]] std::vector<std::string> of(const std::string& external_id) const;
    [[nodiscard]] std::size_t size() const { return ids_.size(); }

  private:
    std::unordered_multimap<std::string, std::string> ids_{};
};

/// Replaces each `bulkId:` reference among the members of a group's POST or PATCH by the id of that
/// user (RFC 7644 §3.7.2). Who has none was not created and is left out; returns a sentence about
/// them, empty when all are there.
std::string resolve_members(nlohmann::json& data, const UserIds& users);

}  // namespace apply
