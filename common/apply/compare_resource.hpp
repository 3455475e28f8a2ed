// Compares a request body with the resource the service returned, to detect writes that were
// accepted but not stored. Pure.
//
// It compares the values that the next scim-diff compares. Otherwise a service that answers 200 and
// stores a different value would get the same PATCH in every run. The spelling may differ as in
// scim_resource.hpp: attribute names in any case, booleans as text, keys by type and blob, members
// as a set.
#pragma once

#include "record/record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace apply {

/// An attribute that was sent and that the resource does not have with this value.
struct Difference {
    std::string what{};   ///< as text, without values: "active", "members (2 too many)"
    std::string path{};   ///< the path of the attribute
    bool absent = false;  ///< the resource does not show the attribute, which in an answer to a
                          ///< write may mean nothing
};

/// `sent` is the body of a POST or a PATCH. An attribute that is absent and was sent empty, or with
/// its default, is not a difference. A POST of a user without keys, or of a group without members,
/// counts as one with an empty list of these.
[[nodiscard]] std::vector<Difference> differences(const nlohmann::json& sent,
                                                  const nlohmann::json& resource);

/// True if an answer to a write leaves no doubt: it contradicts nothing, and if it shows a
/// resource, it shows all that was set. An answer that shows only a part does not prove the rest.
[[nodiscard]] bool agrees(const nlohmann::json& sent, const nlohmann::json& answer);

/// True if `resource` proves that `sent`, a POST or a PATCH, was carried out: nothing differs, and
/// each attribute from which it removes access is shown.
[[nodiscard]] bool shows_all(const nlohmann::json& sent, const nlohmann::json& resource);

/// True if only names of a user differ, which do not give access.
[[nodiscard]] bool are_user_names(record::Kind kind, const std::vector<Difference>& differences);

/// The differences as text: "active, members (2 too many)".
[[nodiscard]] std::string describe(const std::vector<Difference>& differences);

}  // namespace apply
