// Splits a PATCH that the service refused by its effect on access, so that a leaver does not keep
// access because of a refused name. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace apply {

/// Bodies of PATCHes; a body is empty if it has nothing to send.
struct AccessParts {
    std::string removals{};  ///< only removes access: active, keys and members that the record has
                             ///< and `patch` does not keep
    std::string grants{};    ///< the other changes of access in `patch`; to be sent after removals
    bool members_hidden = false;  ///< `patch` sets the members, and the record does not show any
};

/// `record`: the resource as it is now, so that a removal removes existing values and gives nothing
/// back.
[[nodiscard]] AccessParts split_refused(const nlohmann::json& patch, const nlohmann::json& record);

}  // namespace apply
