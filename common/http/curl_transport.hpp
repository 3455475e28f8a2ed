// Transport over libcurl's multi interface: one loop, no threads, connections kept alive and
// reused.
#pragma once

#include "http/transport.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace http {

struct CurlSettings {
    std::string user_agent{};
    std::string trusted_pem{};      ///< certificate authorities; empty: the system's
    bool only_trusted_pem = false;  ///< otherwise the system's directory of them is used, too
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds total_timeout{120'000};
    std::chrono::seconds stall_timeout{
        30};  ///< fail if less than a byte a second arrives for this long
    std::size_t max_body = std::size_t{64} << 20U;
    std::size_t max_connections = 16;
    bool http2 = false;  ///< if the server offers it in its TLS handshake
};

class CurlTransport final : public Transport {
  public:
    explicit CurlTransport(CurlSettings settings);
    ~CurlTransport() override;

    void start(const Request& request, Done done) override;
    void poll(std::chrono::milliseconds longest) override;
    void wake() noexcept override;
    [[nodiscard]] Clock::time_point now() const override { return Clock::now(); }

  private:
    struct Exchange;
    struct Handles;

    void collect_finished();
    [[nodiscard]] std::unique_ptr<Exchange> idle_exchange();

    CurlSettings settings_;
    std::unique_ptr<Handles> handles_;
};

}  // namespace http
