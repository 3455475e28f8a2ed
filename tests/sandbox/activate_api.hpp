// ACTIVATE's REST API, the read calls of its published OpenAPI document
// (tests/contract/activate-openapi.json).
#pragma once

#include "call.hpp"
#include "fixture.hpp"

#include <stdexcept>
#include <string>

namespace sandbox {

/// Ends the handling of one request, and becomes its answer in the form that the request's Accept
/// asks for.
class ActivateError : public std::runtime_error {
  public:
    /// `parameter` is the name of the invalid query parameter, if there is one.
    ActivateError(int status, const std::string& message, std::string parameter = {})
        : std::runtime_error(message), status_(status), parameter_(std::move(parameter)) {}

    /// The envelope {"error":true,…}, or an RFC 9457 problem if the request accepts
    /// application/problem+json.
    [[nodiscard]] Answer answer(const Call& call) const;

  private:
    int status_;
    std::string parameter_;
};

/// Answers any request below /api and /healthzz, ACTIVATE's own SCIM service included.
[[nodiscard]] Answer answer_activate(World& world, const Call& call);

}  // namespace sandbox
