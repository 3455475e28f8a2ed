// The values of one attribute of a resource, in the form in which they are compared. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <set>
#include <string>

namespace apply {

using Texts = std::set<std::string>;

/// Whether `path` is the path of the SSH keys.
[[nodiscard]] bool is_keys(const std::string& path);

/// The attribute at the path of a PATCH operation; null if the resource does not have it.
[[nodiscard]] const nlohmann::json* at_path(const nlohmann::json& resource,
                                            const std::string& path);

/// The text of a value, which may be an object with a `value`; empty if it has none.
[[nodiscard]] std::string text_in(const nlohmann::json& value);

/// The form in which one value of the multi-valued attribute is compared: keys by type and blob,
/// addresses without case.
[[nodiscard]] std::string identity_of(const std::string& path, const nlohmann::json& value);

/// All values of the attribute. A single value stands for a list of one.
[[nodiscard]] Texts values_of(const std::string& path, const nlohmann::json& list);

/// The member in `members[value eq "…"]`, as split_members.cpp writes it; nullopt for any other
/// path.
[[nodiscard]] std::optional<std::string> member_in(const std::string& path);

}  // namespace apply
