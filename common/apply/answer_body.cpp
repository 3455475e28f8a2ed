#include "apply/answer_body.hpp"

#include "base/error.hpp"
#include "http/describe_response.hpp"

#include <utility>

namespace apply {

using nlohmann::json;

Answer::Answer(const http::Result& result) : result_(result) {
    if (const auto* answered = response()) {
        body_ = http::json_body(*answered);
    }
}

json body_of(const http::Result& result) {
    if (!http::is_success(result)) {
        throw Error(ExitStatus::unavailable, http::describe(result));
    }
    const auto& response = std::get<http::Response>(result);
    auto body = http::json_body(response);
    if (!body) {
        throw Error(ExitStatus::unavailable, "the answer is " + http::describe_body(response));
    }
    return *std::move(body);
}

}  // namespace apply
