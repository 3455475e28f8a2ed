// The secret and the current sides of the tests of redaction.
#pragma once

#include "record/external_ids.hpp"
#include "record/read_exports.hpp"
#include "record/record.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redaction_inputs {

inline constexpr std::string_view kSecret = "0123456789abcdef";

inline record::User user(const std::string& key, const std::string& id) {
    record::User user;
    user.external_id.value = record::user_prefix() + key;
    user.id.value = id;
    return user;
}

inline record::Sides sides_with(std::vector<record::User> users) {
    record::Sides sides;
    sides.current.emplace().users = std::move(users);
    return sides;
}

}  // namespace redaction_inputs
