// The HTTP client of a tool: the options that all tools share, and the transport and client that
// they configure.
#pragma once

#include "cli/options.hpp"
#include "http/client.hpp"
#include "http/curl_transport.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace cli {

inline constexpr std::array kHttpOptions{
    Option{"max-in-flight",
           "N",
           "SYNC_MAX_IN_FLIGHT",
           "16",
           "send at most this many requests at the same time"},
    Option{"rate",
           "N",
           "SYNC_RATE",
           "",
           "send at most this many requests a second (default: found from the answers)"},
    Option{"http2", "", "SYNC_HTTP2", "", "use HTTP/2 if the service offers it; it uses more CPU"},
    Option{"connect-timeout", "SECONDS", "", "10", "abort an attempt to connect after this time"},
    Option{"timeout", "SECONDS", "", "120", "abort a request after this time"},
    Option{"stall-timeout",
           "SECONDS",
           "",
           "30",
           "abort a request when no data has arrived for this time"},
    Option{"retry-budget",
           "SECONDS",
           "",
           "600",
           "stop repeating requests after this time without progress; 0: no retries"},
    Option{"ca-file",
           "FILE",
           "",
           "",
           "trust the certificate authorities in this PEM file, instead of the system's"},
    Option{"extra-ca-file",
           "FILE",
           "SYNC_CA_FILE",
           "",
           "trust the certificate authorities in this PEM file as well"},
};

/// A transport and a client over it, for one service. Not movable: callbacks point into it.
class ServiceConnection {
  public:
    /// `headers` are sent with every request. `service` is its name in messages.
    ServiceConnection(const Options& options,
                      std::string_view tool,
                      std::string service,
                      std::vector<std::pair<std::string, std::string>> headers);

    [[nodiscard]] http::Client& client() { return client_; }

  private:
    http::CurlTransport transport_;
    http::Client client_;
};

}  // namespace cli
