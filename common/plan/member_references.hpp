// The references in a list of members: the `value` of each, as in a line of a plan. Pure.
#pragma once

#include "base/json_text.hpp"
#include "plan/types.hpp"
#include "record/directory.hpp"

#include <string_view>
#include <unordered_map>
#include <vector>

namespace plan {

/// The id of the user's record (of several, the one that gets the grants), or a reference to the
/// line that creates it (RFC 7644 §3.7.2). Refers to the plan and its directories, which must
/// outlive this object.
class MemberReferences {
  public:
    MemberReferences(const Plan& plan, const record::Directory& current);

    /// The value of the attribute `members`.
    [[nodiscard]] JsonText values(const std::vector<record::ExternalId>& members,
                                  const std::vector<record::ResourceId>& foreign) const;

  private:
    std::unordered_map<std::string_view, const record::ResourceId*> ids_{};
};

}  // namespace plan
