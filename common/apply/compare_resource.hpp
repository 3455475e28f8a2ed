// Compares a request body with the resource the service returned, to detect writes that were
// accepted but not stored. Pure.
//
// It compares the values that the next scim-diff compares. Otherwise a service that answers 200 and
// stores something else would get the same PATCH in every run. The spelling may differ as in
// scim_resource.hpp: attribute names in any case, booleans as text, keys by type and blob, members
// as a set.
#pragma once

#include "record/record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace apply {

/// Something that was sent and that the resource does not say.
struct Difference {
    std::string what{};   ///< for people, without values: "active", "members (2 too many)"
    std::string path{};   ///< of the attribute
    bool absent = false;  ///< the resource does not show the attribute, which in an answer to a
                          ///< write may mean nothing
};

/// `sent` is the body of a POST or a PATCH. An attribute that is absent and was sent empty, or as
/// its default, is no difference.
[[nodiscard]] std::vector<Difference> differences(const nlohmann::json& sent,
                                                  const nlohmann::json& resource);

/// True when an answer to a write leaves no doubt: it contradicts nothing, and it does not show a
/// resource without what was set. An answer that shows only parts says nothing about the others.
[[nodiscard]] bool agrees(const nlohmann::json& sent, const nlohmann::json& answer);

/// True when the differences are names of a user alone, which are no access.
[[nodiscard]] bool are_user_names(record::Kind kind, const std::vector<Difference>& differences);

/// "active, members (2 too many)".
[[nodiscard]] std::string describe(const std::vector<Difference>& differences);

}  // namespace apply
