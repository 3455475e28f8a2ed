// A PATCH that the service refused, divided by what it does to access, so that a refused name does
// not keep a leaver's access. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace apply {

/// Bodies of PATCHes; empty where there is nothing to do.
struct AccessParts {
    std::string removals{};  ///< only takes away: active, keys and members that the record has and
                             ///< `patch` does not leave
    std::string grants{};    ///< the rest of what `patch` does to access; to be sent after removals
    bool members_hidden = false;  ///< `patch` sets the members, and the record does not show any
};

/// `record`: the resource as it is now, so that a removal takes away what is there and gives
/// nothing.
[[nodiscard]] AccessParts split_refused(const nlohmann::json& patch, const nlohmann::json& record);

}  // namespace apply
