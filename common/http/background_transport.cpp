#include "http/background_transport.hpp"

#include <csignal>
#include <iterator>
#include <utility>

namespace http {

namespace {

// A new thread inherits the mask: signals are delivered to the thread that waits for them.
class BlockedSignals {
  public:
    BlockedSignals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

}  // namespace

BackgroundTransport::BackgroundTransport(Transport& transport) : transport_(transport) {
    const BlockedSignals blocked;
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

BackgroundTransport::~BackgroundTransport() {
    thread_.request_stop();
    transport_.wake();
    thread_.join();
}

void BackgroundTransport::start(const Request& request, Done done) {
    bool waits = false;
    {
        const std::lock_guard lock(mutex_);
        begun_.push_back({.request = &request, .done = std::move(done)});
        waits = std::exchange(thread_waits_, false);
    }
    if (waits) {
        transport_.wake();
    }
}

void BackgroundTransport::poll(std::chrono::milliseconds longest) {
    if (for_caller_.empty() && !take_ended(true)) {
        something_ended_.wait(longest);
        (void)take_ended(false);
    }
    while (!for_caller_.empty()) {
        auto ended = std::move(for_caller_.front());
        for_caller_.pop_front();
        ended.done(std::move(ended.result));
    }
}

// True if a request has ended. Otherwise, with `or_wait`, the next one that ends wakes the caller.
bool BackgroundTransport::take_ended(bool or_wait) {
    const std::lock_guard lock(mutex_);
    if (ended_.empty() && fault_) {
        std::rethrow_exception(fault_);
    }
    std::move(ended_.begin(), ended_.end(), std::back_inserter(for_caller_));
    ended_.clear();
    caller_waits_ = or_wait && for_caller_.empty();
    return !for_caller_.empty();
}

void BackgroundTransport::work(const std::stop_token& stop) {
    std::vector<Ended> ended;  // also of the step that fails
    try {
        while (!stop.stop_requested()) {
            send_and_receive(ended);
        }
    } catch (...) {
        const std::lock_guard lock(mutex_);
        pass_on(ended);
        fault_ = std::current_exception();
    }
    something_ended_.call();
}

// The caller holds the mutex.
void BackgroundTransport::pass_on(std::vector<Ended>& ended) {
    std::move(ended.begin(), ended.end(), std::back_inserter(ended_));
    ended.clear();
}

void BackgroundTransport::send_and_receive(std::vector<Ended>& ended) {
    constexpr std::chrono::milliseconds kLongest{1000};
    std::vector<Begun> begun;
    bool waits = false;
    {
        const std::lock_guard lock(mutex_);
        begun.swap(begun_);
        waits = !ended.empty() && std::exchange(caller_waits_, false);
        pass_on(ended);
        thread_waits_ = true;
    }
    if (waits) {
        something_ended_.call();
    }
    for (auto& next : begun) {
        transport_.start(*next.request, [&ended, done = std::move(next.done)](Result result) {
            ended.push_back({.done = done, .result = std::move(result)});
        });
    }
    transport_.poll(kLongest);
}

}  // namespace http
