// The version (ETag) of a record, for If-Match. Pure.
#pragma once

#include "apply/answer_body.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace apply {

/// A weak ETag. By RFC 9110 §13.1.1, If-Match compares strongly, so a weak ETag never matches; most
/// services accept it all the same.
[[nodiscard]] bool is_weak_version(std::string_view version);

/// The version of the record in an answer to a write: its ETag if that is strong, otherwise
/// `meta.version` of the body, since proxies make ETags weak. Empty if neither can be sent in
/// If-Match.
[[nodiscard]] std::string version_in(const Answer& answer);
[[nodiscard]] std::string version_in(const nlohmann::json& record);

}  // namespace apply
