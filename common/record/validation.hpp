// Validation of a record before it is sent: the checks of every string bound for SCIM. Pure.
//
// Programs that read SCIM after CoreWeave write names into passwd lines, and keys into sshd's
// answers, without changes. A control character or a colon in a name can break the map for every
// user, or forge a record.
#pragma once

#include "record/name_rules.hpp"
#include "record/record.hpp"
#include "record/ssh_key.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace record {

/// A stable word (listed in scim-reasons(7)) and the sentence after it.
struct Refusal {
    std::string reason{};
    std::string detail{};
};

/// Reasons of users and groups whose name gives rights as long as it is in SCIM.
inline constexpr std::string_view kReservedUserName = "reserved-user-name";
inline constexpr std::string_view kPowerfulGroup = "powerful-group";

/// Why a desired user must not be created or updated; nullopt if it may. Keys are validated one by
/// one: see admitted_keys.
[[nodiscard]] std::optional<Refusal> why_not(const User& user, const NamePolicy& policy);

/// Why a desired group must not be created or updated.
[[nodiscard]] std::optional<Refusal> why_not(const Group& group, const NamePolicy& policy);

/// True if `name` may be part of a name that is sent: no control, bidi or line separator character,
/// no colon.
[[nodiscard]] bool is_sendable_name(std::string_view name);

/// True for one plain address of RFC 5321: no quoting, no comments, ASCII only.
[[nodiscard]] bool is_address(std::string_view value);
/// True if `name` may be a userName: an address, or, if userNames need not be addresses, letters,
/// digits, . - _ alone.
[[nodiscard]] bool is_user_name(std::string_view name, bool user_name_is_address);

/// The form in which a key is sent: the line, or the line without a comment that may not be sent.
struct JudgedKey {
    std::string_view sent{};  ///< a part of the key; empty: the key is rejected
    std::string fault{};      ///< why the key is rejected, or its comment left out; otherwise empty
};
[[nodiscard]] JudgedKey judge_key(std::string_view key);

/// The keys of `user` that may be sent. Rejected keys are reported in `warnings`.
[[nodiscard]] KeyViews admitted_keys(const User& user, std::vector<std::string>& warnings);

}  // namespace record
