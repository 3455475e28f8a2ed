// HTTP without a library: requests, responses, and the interface that libcurl or a test implements.
#pragma once

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
    bool repeated =
        false;  ///< the request was sent more than once, and may have been carried out before

    /// The first header with that lower-case name; empty if there is none.
    [[nodiscard]] std::string header(std::string_view name) const;
};

/// The reason why there is no answer, or no complete one.
struct Failure {
    enum class Reason {
        refused,      ///< no connection was made: the server has not received this request
        timeout,      ///< connected, but no complete answer in time: the result is unknown
        interrupted,  ///< the connection broke during the exchange: the result is unknown
        unmatched,    ///< it was one of many in a request, and the answer has no result for it
        too_large,    ///< the answer was longer than the maximum
        untrusted,    ///< TLS could not verify the identity of the server
        unusable,     ///< the URL or a setting is wrong
        blocked,      ///< a proxy refuses to connect to the service
        stopped,      ///< the run ended before it was sent
    };
    Reason reason = Reason::interrupted;
    std::string detail{};
};

using Result = std::variant<Response, Failure>;

/// Sends requests, many at a time. Implemented over libcurl, and by doubles in tests, where time is
/// an argument.
class Transport {
  public:
    using Done = std::function<void(Result)>;

    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    /// Begins the request, which must stay where it is until `done` is called: once, from a later
    /// poll().
    virtual void start(const Request& request, Done done) = 0;
    /// Waits up to `longest` for requests to finish, and calls their `done`. May return early.
    virtual void poll(std::chrono::milliseconds longest) = 0;
    /// Ends the poll() that runs, or the next one. The only function that another thread may call.
    virtual void wake() noexcept {}
    /// The transport's time, which advances only in poll().
    [[nodiscard]] virtual Clock::time_point now() const = 0;
};

/// True for 200 to 299.
[[nodiscard]] bool is_success(const Result& result);
/// The status; 0 if there was no answer.
[[nodiscard]] int status_of(const Result& result);

}  // namespace http
