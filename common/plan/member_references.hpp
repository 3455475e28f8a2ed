// Whom a list of members names: the `value` of each, as a plan's line carries it. Pure.
#pragma once

#include "plan/types.hpp"
#include "record/directory.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>
#include <unordered_map>
#include <vector>

namespace plan {

/// The id of the user's record (of several, the one that grants go to), else a reference to the
/// line that creates it (RFC 7644 §3.7.2). Views into the plan and its directories, which must
/// outlive this.
class MemberReferences {
  public:
    MemberReferences(const Plan& plan, const record::Directory& current);

    [[nodiscard]] nlohmann::ordered_json values(
        const std::vector<record::ExternalId>& members,
        const std::vector<record::ResourceId>& foreign) const;

  private:
    std::unordered_map<std::string_view, const record::ResourceId*> ids_{};
};

}  // namespace plan
