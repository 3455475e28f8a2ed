// Many requests over one Transport: a window of them in flight, the rest waiting, failures sent again.
#pragma once

#include "http.hpp"
#include "retry.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace http {

struct ClientSettings {
    std::string what{};  ///< the service's name in messages: "ACTIVATE", "SCIM"
    std::size_t max_in_flight = 16;
    RetryPolicy retry{};
    std::vector<std::pair<std::string, std::string>> headers{};  ///< sent with every request: credential, media types
    std::function<double()> dice{};  ///< [0, 1); empty: 0.5 always
};

/// Whether sending a request twice does what sending it once does.
enum class Repeat { harmless, harmful };

/// Counts of what was sent; for logs and tests.
struct Traffic {
    std::size_t requests = 0;
    std::size_t retries = 0;
};

class Client {
 public:
    using Done = Transport::Done;

    Client(Transport& transport, ClientSettings settings);

    /// Queues the request. `done` is called from wait_for_room(), drain() or fetch(), with the last try's result. It may send more.
    void send(Request request, Repeat repeat, Done done);
    /// Returns as soon as another request could start at once: keeps a producer from piling up requests.
    void wait_for_room();
    /// Returns when nothing is queued or in flight.
    void drain();
    /// Sends one request and waits for its result; others go on meanwhile.
    [[nodiscard]] Result fetch(Request request, Repeat repeat = Repeat::harmless);

    /// From now on nothing new is sent: what waits, and what comes, ends as Failure{unusable}. In-flight requests go on. For SIGTERM.
    void stop();
    /// Lets things happen for at most `longest`.
    void pump(std::chrono::milliseconds longest);
    [[nodiscard]] bool idle() const { return waiting_.empty() && in_flight_ == 0; }

    [[nodiscard]] const Traffic& traffic() const { return traffic_; }

 private:
    struct Job {
        Request request{};
        Repeat repeat = Repeat::harmless;
        Done done{};
        int attempt = 0;
        Clock::time_point not_before{};
    };

    void start_ready();
    void start(Job job);
    void finish(Job job, Result result);
    [[nodiscard]] bool try_again(Job& job, const Result& result);
    [[nodiscard]] std::chrono::milliseconds until_next_start(std::chrono::milliseconds longest) const;

    Transport& transport_;
    ClientSettings settings_;
    std::deque<Job> waiting_{};
    std::size_t in_flight_ = 0;
    Clock::time_point paused_until_{};  ///< one pause for all: the server asked for silence, not for one request's silence
    Clock::time_point began_;
    bool stopped_ = false;
    Traffic traffic_{};
};

}  // namespace http
