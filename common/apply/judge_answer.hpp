// Classifies the answer to a write, and decides the next step. Pure.
#pragma once

#include "apply/access_change.hpp"
#include "apply/answer_body.hpp"
#include "record/record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace apply {

enum class Next {
    go_on,       ///< it was stored, or no sign shows that it was not
    read_again,  ///< accepted, but the answer leaves a doubt: read the resource
    look_up,     ///< a POST that may have created a record, or that met an existing one: look it up
    divide,      ///< too much in one message
    fail,
};

struct Verdict {
    Next next = Next::go_on;
    std::string_view
        reason{};  ///< the reason of a failure; of a look-up: the reason if it finds no record
    std::string detail{};
};

/// `method` is that of the request. `sent` gives its body, and is called if the answer has a body.
/// A write of a group counts as stored only if the answer shows its values. So does a write of a
/// user with any of the `effects`; `active` must then be shown, too. 401 and 403 are handled
/// elsewhere.
[[nodiscard]] Verdict judge_answer(record::Kind kind,
                                   const std::string& method,
                                   const std::function<const nlohmann::json&()>& sent,
                                   const Answer& answer,
                                   const Effects& effects);

/// The id of the record that a POST created, from the body, otherwise from the end of Location (RFC
/// 7644 §3.3); nullopt if neither has it.
[[nodiscard]] std::optional<std::string> created_id(record::Kind kind, const Answer& answer);

}  // namespace apply
