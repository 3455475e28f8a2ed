// Sends many requests over one Transport: as many at once as the server can serve; the others wait,
// and failures are retried.
#pragma once

#include "base/progress.hpp"
#include "http/pace.hpp"
#include "http/retry.hpp"
#include "http/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace http {

struct ClientSettings {
    std::string what{};  ///< the service's name in messages: "ACTIVATE", "SCIM"
    std::size_t max_in_flight = 16;
    double rate = Pace::kNoLimit;  ///< requests per second, if the limit is known
    RetryPolicy retry{};
    std::vector<std::pair<std::string, std::string>>
        headers{};                   ///< sent with every request: credential, media types
    std::function<double()> dice{};  ///< [0, 1); empty: 0.5 always
    std::function<bool()> stop{};  ///< called at least once a second; true has the effect of stop()
};

/// Whether a request can be sent twice with the effect of sending it once.
enum class Repeat { harmless, harmful };

/// Counts of the traffic; for logs, seals and tests.
struct Traffic {
    std::size_t requests = 0;
    std::size_t retries = 0;
    std::size_t bytes = 0;  ///< of response bodies
};

class Client {
  public:
    using Done = Transport::Done;
    /// Empty until the result arrives.
    using Awaited = std::shared_ptr<std::optional<Result>>;

    Client(Transport& transport, ClientSettings settings);

    /// Queues the request. `done` is called with the result of the last try, from any function that
    /// waits, or from stop() if the request is not sent. It may send more requests.
    void send(Request request, Repeat repeat, Done done);
    /// The same, but its first try begins after `pause` at the earliest. Other requests are not
    /// delayed.
    void send_later(Clock::duration pause, Request request, Repeat repeat, Done done);
    /// Returns as soon as the next request would not be queued, so that a producer does not queue
    /// requests without limit. Returns at once after stop().
    void wait_for_room();
    /// Returns when nothing is queued or in flight.
    void drain();
    /// Queues a request whose result is awaited later.
    [[nodiscard]] Awaited begin(Request request, Repeat repeat = Repeat::harmless);
    /// Waits for the result; other requests are processed meanwhile.
    [[nodiscard]] Result await(const Awaited& awaited);
    [[nodiscard]] Result fetch(Request request, Repeat repeat = Repeat::harmless) {
        return await(begin(std::move(request), repeat));
    }

    /// From now on nothing new is sent: queued and later requests end with Failure{stopped}.
    /// Requests in flight continue. For SIGTERM.
    void stop();
    /// Processes events for at most `longest`.
    void pump(std::chrono::milliseconds longest);
    /// `before` is called before each wait, even a short one. An empty function cancels this.
    void before_waiting(std::function<void()> before) { before_waiting_ = std::move(before); }
    [[nodiscard]] bool idle() const {
        return ready_.empty() && later_.empty() && under_way_.empty();
    }

    [[nodiscard]] Clock::time_point now() const { return transport_.now(); }

    /// Counts a request that the caller itself sends a second time as a retry.
    void count_retry() { ++traffic_.retries; }
    [[nodiscard]] const Traffic& traffic() const { return traffic_; }

  private:
    struct Job {
        Request request{};
        Repeat repeat = Repeat::harmless;
        Done done{};
        int attempt = 0;
        int sendings = 0;
        Clock::time_point not_before{};
        std::uint64_t number = 0;   ///< its number in Pace, of the last try
        Clock::time_point began{};  ///< of the last try
    };
    using Jobs = std::list<Job>;  // the address of a job does not change: the transport refers to
                                  // its request

    void keep_for_later(Jobs& from, Jobs::iterator job);
    void end_unsent(Failure failure);
    void start_ready();
    void start_first();
    void finish(Jobs::iterator job, Result result);
    [[nodiscard]] bool try_again(Job& job,
                                 const Result& result,
                                 std::optional<Clock::duration> asked);
    [[nodiscard]] std::chrono::milliseconds until_next_start(
        std::chrono::milliseconds longest) const;
    [[nodiscard]] progress::Waiting waiting() const;
    void trace(const Job& job, const Result& result) const;

    Transport& transport_;
    ClientSettings settings_;
    std::function<void()> before_waiting_{};
    Pace pace_;
    Jobs ready_{};
    Jobs later_{};  // waiting for their next try, the earliest first
    Jobs under_way_{};
    Clock::time_point last_progress_;
    std::optional<Failure> closed_{};  // why nothing is sent any longer
    Traffic traffic_{};
};

}  // namespace http
