// HTTP without a library: what is asked, what is answered, and the seam behind which libcurl (or a test) does it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace http {

using Clock = std::chrono::steady_clock;

struct Request {
    std::string method = "GET";
    std::string url{};
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
};

struct Response {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers{};  ///< names in lower case
    std::string body{};

    /// The first header of that lower-case name; empty when there is none.
    [[nodiscard]] std::string header(std::string_view name) const;
};

/// No answer, or not a whole one.
struct Failure {
    enum class Reason {
        refused,      ///< no connection was made: the server has seen nothing of this request
        timeout,      ///< connected, but no whole answer in time: its fate is unknown
        interrupted,  ///< the connection broke in mid-exchange: its fate is unknown
        too_large,    ///< the answer was longer than we take
        untrusted,    ///< TLS could not prove who the server is
        unusable,     ///< the URL or a setting is wrong
    };
    Reason reason = Reason::interrupted;
    std::string detail{};
};

using Result = std::variant<Response, Failure>;

/// Sends requests, many at a time. Implemented over libcurl, and by doubles in tests, where time is an argument.
class Transport {
 public:
    using Done = std::function<void(Result)>;

    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    /// Begins the request, which must stay where it is until `done` is called: once, from a later poll().
    virtual void start(const Request& request, Done done) = 0;
    /// Waits up to `longest` for something to finish, and calls the `done` of what has. May return early.
    virtual void poll(std::chrono::milliseconds longest) = 0;
    /// The transport's time; it passes in poll().
    [[nodiscard]] virtual Clock::time_point now() const = 0;
};

/// The body as JSON, nesting bounded; nullopt when it is none.
[[nodiscard]] std::optional<nlohmann::json> json_body(const Response& response);

/// What became of a request, for people: "HTTP 409 (uniqueness): userName is taken", "no answer in time: …". Reads SCIM's, RFC 9457's
/// and ACTIVATE's error bodies, and says so when the body is a web page.
[[nodiscard]] std::string describe(const Result& result);

/// What a body that should have been JSON is instead, for people: "a web page", "41 bytes of text/plain", "JSON that goes wrong at byte 17 of 41".
[[nodiscard]] std::string describe_body(const Response& response);
/// The same as a sentence with what to do: `hint` where this may be another service altogether.
[[nodiscard]] std::string no_json(const Response& response, const std::string& hint);

/// True for 200 to 299.
[[nodiscard]] bool is_success(const Result& result);
/// The status, 0 when there was no answer.
[[nodiscard]] int status_of(const Result& result);

/// Throws the Error that ends a run for this answer: 401 and 403 `denied`, what may pass `retry_later`, the rest
/// `unavailable`. `what` names the thing that was asked for; `hint` says what to do about a refusal of the credential.
[[noreturn]] void throw_failure(const std::string& what, const Result& result, const std::string& hint);

}  // namespace http
