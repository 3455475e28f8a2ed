// The HTTP client of a tool: the options that all tools share, and the transport and client that
// they configure.
#pragma once

#include "cli/options.hpp"
#include "http/background_transport.hpp"
#include "http/client.hpp"
#include "http/curl_transport.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

inline constexpr std::array kHttpOptions{
    Option{.name = "max-in-flight",
           .value = "N",
           .env = "SYNC_MAX_IN_FLIGHT",
           .fallback = "32",
           .help = "send at most this many requests at the same time"},
    Option{.name = "rate",
           .value = "N",
           .env = "SYNC_RATE",
           .help = "send at most this many requests a second (default: found from the answers)"},
    Option{.name = "http2",
           .env = "SYNC_HTTP2",
           .help = "use HTTP/2 if the service offers it; it uses more CPU"},
    Option{.name = "connect-timeout",
           .value = "SECONDS",
           .fallback = "10",
           .help = "abort an attempt to connect after this time"},
    Option{.name = "timeout",
           .value = "SECONDS",
           .fallback = "120",
           .help = "abort a request after this time"},
    Option{.name = "stall-timeout",
           .value = "SECONDS",
           .fallback = "30",
           .help = "abort a request when no data has arrived for this time"},
    Option{.name = "retry-budget",
           .value = "SECONDS",
           .fallback = "600",
           .help = "stop repeating requests after this time without progress; 0: no retries"},
    Option{.name = "ca-file",
           .value = "FILE",
           .help = "trust the certificate authorities in this PEM file, instead of the system's"},
    Option{.name = "extra-ca-file",
           .value = "FILE",
           .env = "SYNC_CA_FILE",
           .help = "trust the certificate authorities in this PEM file as well"},
};

/// A transport and a client over it, for one service. Not movable: callbacks point into it. The
/// transport has a thread of its own, unless a limit on processes (RLIMIT_NPROC, pids.max) leaves
/// none.
class ServiceConnection {
  public:
    /// `headers` are sent with every request. `service` is its name in messages.
    ServiceConnection(const Options& options,
                      std::string_view tool,
                      std::string service,
                      std::vector<std::pair<std::string, std::string>> headers);
    ServiceConnection(const ServiceConnection&) = delete;
    ServiceConnection& operator=(const ServiceConnection&) = delete;
    /// Ends the thread first: it refers to requests of the client.
    ~ServiceConnection() { background_.reset(); }

    [[nodiscard]] http::Client& client() { return client_; }

  private:
    http::CurlTransport curl_;
    std::optional<http::BackgroundTransport> background_{};
    http::Client client_;
};

}  // namespace cli
