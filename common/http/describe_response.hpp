// Responses and failures in words: what was wrong with an answer, for people, and the Error that it
// ends a run with. Pure.
#pragma once

#include "http/transport.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace http {

/// The body as JSON, nesting bounded; nullopt when it is none. Text that cannot be decoded is
/// U+FFFD (replace_undecodable): it costs the record that has it, and no other.
[[nodiscard]] std::optional<nlohmann::json> json_body(const Response& response);

/// What became of a request, for people: "HTTP 409 (uniqueness): userName is taken", "no answer in
/// time: …". Reads SCIM's, RFC 9457's and ACTIVATE's error bodies, and says so when the body is a
/// web page.
[[nodiscard]] std::string describe(const Result& result);

/// What a body that should have been JSON is instead, for people: "a web page", "41 bytes of
/// text/plain", "JSON that goes wrong at byte 17 of 41".
[[nodiscard]] std::string describe_body(const Response& response);
/// The same as a sentence with what to do: `hint` where this may be another service altogether.
[[nodiscard]] std::string no_json(const Response& response, const std::string& hint);

/// Throws the Error that ends a run for this answer: 401 and 403 `denied`, what may pass
/// `retry_later`, the rest `unavailable`. `what` names the thing that was asked for; `hint` says
/// what to do about a refusal of the credential.
[[noreturn]] void throw_failure(const std::string& what,
                                const Result& result,
                                const std::string& hint);

}  // namespace http
