// SCIM's error answers (RFC 7644 §3.12).
#pragma once

#include "call.hpp"

#include <stdexcept>
#include <string>

namespace sandbox {

/// Ends the handling of one SCIM request, and becomes its answer.
class ScimError : public std::runtime_error {
  public:
    /// `type` is the scimType; empty for statuses without one.
    ScimError(int status, std::string type, const std::string& detail)
        : std::runtime_error(detail), status_(status), type_(std::move(type)) {}

    [[nodiscard]] int status() const { return status_; }
    [[nodiscard]] Json body() const;
    [[nodiscard]] Answer answer() const;

  private:
    int status_;
    std::string type_;
};

/// A JSON answer of type application/scim+json.
[[nodiscard]] Answer scim_answer(int status, const Json& body);

}  // namespace sandbox
