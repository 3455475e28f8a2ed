// The JSON body of an answer.
#pragma once

#include "http/transport.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace apply {

/// An answer to a request. Its body is parsed once.
class Answer {
  public:
    /// `result` must outlive this object.
    explicit Answer(const http::Result& result);

    [[nodiscard]] const http::Result& result() const { return result_; }
    /// Null if the request failed without an answer.
    [[nodiscard]] const http::Response* response() const {
        return std::get_if<http::Response>(&result_);
    }
    /// Null if the request failed without an answer, or if the body is empty or not JSON.
    [[nodiscard]] const nlohmann::json* body() const { return body_ ? &*body_ : nullptr; }

  private:
    const http::Result& result_;
    std::optional<nlohmann::json> body_{};
};

/// Throws Error{unavailable}, with the fault of the answer, if it is not a success or its body is
/// not JSON.
[[nodiscard]] nlohmann::json body_of(const http::Result& result);

}  // namespace apply
