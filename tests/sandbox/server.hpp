// The HTTP server around both services and the control API; only this file and wire use
// cpp-httplib.
#pragma once

#include "control_api.hpp"
#include "faults.hpp"
#include "fixture.hpp"

#include <httplib.h>

#include <functional>
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
    /// Returns when the listening socket fails, or after stop().
    void serve();

    // For a test with the server in its own process.

    /// `seen` is called with each request to a service before it is handled, in the thread of its
    /// connection.
    void on_request(std::function<void(const Call&)> seen) { seen_ = std::move(seen); }
    /// Calls `work` while no answer is being made.
    template <typename Work>
    auto with_state(Work work) {
        const std::lock_guard lock(mutex_);
        return work(world_, faults_);
    }

  private:
    bool process_and_close_socket(int socket) override;
    void handle(const httplib::Request& request, httplib::Response& response);
    Answer answer(const Call& call, Spoil& spoil);
    Answer answer_spoilt(Call call, Verdict& verdict);
    Answer answer_service(const Call& call);

    std::function<void(const Call&)> seen_{};
    std::mutex mutex_{};
    World world_{};
    Faults faults_{};
    RequestCounts counts_{};
};

}  // namespace sandbox
