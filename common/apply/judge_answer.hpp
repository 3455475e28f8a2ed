// Classifies the answer to a write, and decides the next step. Pure.
#pragma once

#include "apply/access_change.hpp"
#include "http/transport.hpp"
#include "record/record.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace apply {

enum class Next {
    go_on,       ///< it took, or nothing says that it did not
    read_again,  ///< accepted, but the answer leaves a doubt: only the resource itself can say
    look_up,     ///< a POST that may have made a record, or that found one in its way: ask which
    divide,      ///< too much at once
    fail,
};

struct Verdict {
    Next next = Next::go_on;
    std::string_view
        reason{};  ///< of a failure; of a look-up: of the failure that it is when nothing is found
    std::string detail{};
};

/// `method` and `body` are what was sent, `list` what the line does to the list in it. A PATCH that
/// takes access away took only if the answer shows that it did. 401 and 403 are not judged here.
[[nodiscard]] Verdict judge_answer(record::Kind kind,
                                   const std::string& method,
                                   const std::string& body,
                                   const http::Result& result,
                                   const ListChange& list);

/// The id of the record that a POST made: in the body, else at the end of Location (RFC 7644 §3.3);
/// nullopt where neither says it.
[[nodiscard]] std::optional<std::string> created_id(record::Kind kind, const http::Result& result);

}  // namespace apply
