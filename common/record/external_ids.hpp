// External ids: `pw-activate:user:KEY` and `pw-activate:group:ID`, or with a namespace
// (SYNC_NAMESPACE) `pw-activate:NAMESPACE:user:KEY`, so that two deployments can share one SCIM
// service.
//
// The namespace is a constant of the process, like the settings of the log: it is set once, before
// the first record is read.
#pragma once

#include <string>
#include <string_view>

namespace record {

enum class Kind { user, group };

inline constexpr std::string_view kPrefix = "pw-activate:";  ///< of every deployment

/// True for 1 to 32 letters, digits, `-` and `_`, and not `user` or `group`.
[[nodiscard]] bool is_namespace(std::string_view name);

/// The namespace in an external id of `kind` that any deployment has written; empty: it has none,
/// or is of another system.
[[nodiscard]] std::string_view namespace_in(Kind kind, std::string_view external_id);

/// The beginning of external ids of `kind` in the namespace `name`; empty: none.
[[nodiscard]] std::string prefix_of(Kind kind, std::string_view name);

/// Makes `name` the namespace of the process. Empty: none.
void use_namespace(const std::string& name);
/// The namespace of the process.
[[nodiscard]] const std::string& own_namespace();

/// Throws Error{bad_config} unless `name`, of the stream at `place`, is the namespace of the
/// process.
void require_own_namespace(const std::string& name, const std::string& place);

/// True for an external id of a deployment without a namespace.
[[nodiscard]] bool is_of_no_namespace(std::string_view external_id);

/// The beginning of the external ids of managed records: all, those of users, those of groups.
[[nodiscard]] const std::string& managed_prefix();
[[nodiscard]] const std::string& user_prefix();
[[nodiscard]] const std::string& group_prefix();
[[nodiscard]] inline const std::string& prefix_of(Kind kind) {
    return kind == Kind::user ? user_prefix() : group_prefix();
}

}  // namespace record
