// The HTTP server around both services and the control API; the only file, with wire, that knows
// cpp-httplib.
#pragma once

#include "control_api.hpp"
#include "faults.hpp"
#include "fixture.hpp"

#include <httplib.h>

#include <mutex>
#include <string>

namespace sandbox {

/// A thread for each connection; one mutex for all state, held while an answer is made and never
/// while one is delayed or sent.
class Server : public httplib::Server {
  public:
    Server();

    /// Binds 127.0.0.1, port 0 for any free one; returns the port. Throws std::runtime_error.
    int bind(int port);
    /// Between bind and serve, before any request.
    [[nodiscard]] World& world() { return world_; }
    /// Returns only when the listening socket fails.
    void serve();

  private:
    bool process_and_close_socket(int socket) override;
    void handle(const httplib::Request& request, httplib::Response& response);
    Answer answer(const Call& call, Spoil& spoil);
    Answer answer_spoilt(Call call, Verdict& verdict);
    Answer answer_service(const Call& call);

    std::mutex mutex_{};
    World world_{};
    Faults faults_{};
    RequestCounts counts_{};
};

}  // namespace sandbox
