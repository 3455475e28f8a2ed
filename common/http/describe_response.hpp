// Describes responses and failures as text for people: what was wrong with an answer, and the Error
// that ends a run. Pure.
#pragma once

#include "http/transport.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace http {

/// The body as JSON, with bounded nesting; nullopt if it is not JSON. Text that cannot be decoded
/// becomes U+FFFD (replace_undecodable), so only the record that has it is rejected.
[[nodiscard]] std::optional<nlohmann::json> json_body(const Response& response);

/// The result of a request, for people: "HTTP 409 (uniqueness): userName is taken", "no answer in
/// time: …". Reads the error bodies of SCIM, RFC 9457 and ACTIVATE, and mentions a web page.
[[nodiscard]] std::string describe(const Result& result);

/// Describes a body that should have been JSON, for people: "a web page", "41 bytes of text/plain",
/// "JSON that goes wrong at byte 17 of 41".
[[nodiscard]] std::string describe_body(const Response& response);
/// The same as a sentence with the advice `hint`, if the URL may belong to another service.
[[nodiscard]] std::string no_json(const Response& response, const std::string& hint);

/// Throws the Error that ends a run for this answer: 401 and 403 `denied`, temporary failures
/// `retry_later`, the rest `unavailable`. `what` is the name of the requested thing; `hint` is the
/// advice after a refusal of the credential.
[[noreturn]] void throw_failure(const std::string& what,
                                const Result& result,
                                const std::string& hint);

}  // namespace http
