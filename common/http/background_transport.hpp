// A transport on a thread of its own: it sends and receives while the caller prepares the next
// requests and judges the answers.
//
// Only the thread uses the transport. Requests and results are passed between the two threads in
// lists under a mutex, and each side wakes the other if it waits.
#pragma once

#include "http/transport.hpp"
#include "os/wake_up.hpp"

#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace http {

class BackgroundTransport final : public Transport {
  public:
    /// `transport` must outlive this object, and is used by its thread alone. Throws
    /// std::system_error if no thread can be started.
    explicit BackgroundTransport(Transport& transport);
    /// Drops requests that have not ended.
    ~BackgroundTransport() override;

    void start(const Request& request, Done done) override;
    /// Calls `done` in the calling thread. Throws an exception of the transport, after the results
    /// before it.
    void poll(std::chrono::milliseconds longest) override;
    [[nodiscard]] Clock::time_point now() const override { return Clock::now(); }

  private:
    struct Begun {
        const Request* request = nullptr;
        Done done{};
    };
    struct Ended {
        Done done{};
        Result result{};
    };

    [[nodiscard]] bool take_ended(bool or_wait);
    void work(const std::stop_token& stop);
    void send_and_receive(std::vector<Ended>& ended);
    void pass_on(std::vector<Ended>& ended);

    Transport& transport_;
    os::WakeUp something_ended_{};
    std::deque<Ended> for_caller_{};  // taken from ended_
    std::mutex mutex_{};              // of the members below
    std::vector<Begun> begun_{};
    std::vector<Ended> ended_{};
    std::exception_ptr fault_{};
    bool thread_waits_ = false;  // the thread is in Transport::poll(), or calls it next
    bool caller_waits_ = false;
    std::jthread thread_{};
};

}  // namespace http
