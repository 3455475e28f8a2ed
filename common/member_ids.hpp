// Whom a list of members names: the `value` of each, as a plan's line carries it. Pure.
#pragma once

#include "directory.hpp"
#include "types.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>
#include <unordered_map>
#include <vector>

namespace identity {

/// The id of the record that is there (of each, where two claim to be the same user), else a reference to the line that creates it
/// (RFC 7644 §3.7.2). Views into the plan's directories, which must outlive this.
class MemberIds {
 public:
    MemberIds(const Plan& plan, const Directory& current);

    [[nodiscard]] nlohmann::ordered_json values(const std::vector<ExternalId>& members, const std::vector<ResourceId>& foreign) const;

 private:
    std::unordered_map<std::string_view, std::vector<const ResourceId*>> ids_{};
};

}  // namespace identity
