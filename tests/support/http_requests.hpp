// Requests for the tests of http::Client, and a server that fails at first.
#pragma once

#include "http/client.hpp"
#include "support/scripted_transport.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace http_requests {

using http::Client;
using http::ClientSettings;
using http::Failure;
using http::Repeat;
using http::Request;
using http::Result;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline Request get(const std::string& url) {
    return {"GET", url, {}, {}};
}

inline Request post(const std::string& url) {
    return {"POST", url, {}, "{}"};
}

/// Answers the first `failures` calls with `bad`, all others with 200.
inline ScriptedTransport::Handler failing_at_first(std::size_t failures, Result bad) {
    return [failures, bad = std::move(bad), calls = std::size_t{0}](const Request&) mutable {
        return Scripted{calls++ < failures ? bad : Result(answer(200))};
    };
}

}  // namespace http_requests
