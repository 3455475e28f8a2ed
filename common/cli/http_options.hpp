// How a tool gets its HTTP client: the options that all of them share, and the transport and client
// made from them.
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
    Option{"max-in-flight", "N", "SYNC_MAX_IN_FLIGHT", "16", "requests under way at once, at most"},
    Option{"rate",
           "N",
           "SYNC_RATE",
           "",
           "requests a second, at most; else found out from the answers"},
    Option{"http2",
           "",
           "SYNC_HTTP2",
           "",
           "use HTTP/2 where the server offers it; HTTP/1.1 costs less"},
    Option{"connect-timeout", "SECONDS", "", "10", "for a connection to be made"},
    Option{"timeout", "SECONDS", "", "120", "for one request, from start to end"},
    Option{"stall-timeout", "SECONDS", "", "30", "without a byte, before a request is given up"},
    Option{"retry-budget",
           "SECONDS",
           "",
           "600",
           "after this long without progress nothing is sent again"},
    Option{"ca-file", "FILE", "", "", "certificate authorities in PEM, instead of the system's"},
    Option{"extra-ca-file",
           "FILE",
           "SYNC_CA_FILE",
           "",
           "also trust the certificate authorities in this file (PEM)"},
};

/// A transport and a client over it, for one service. Not movable: callbacks point into it.
class ServiceConnection {
  public:
    /// `headers` go with every request. `service` names it in messages.
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
