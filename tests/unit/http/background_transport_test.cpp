// BackgroundTransport: what is done in which thread, waits that end early, and its end.

#include "http/background_transport.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <sys/time.h>

#include <array>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using http::BackgroundTransport;
using http::Result;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Answers when it is told to. A wait that nothing ends is a minute.
class HeldTransport final : public http::Transport {
  public:
    void start(const http::Request& request, Done done) override {
        const std::lock_guard lock(mutex_);
        begun_.emplace_back(request.url, std::move(done));
        started_in_ = std::this_thread::get_id();
        changed_.notify_all();
    }
    void poll(milliseconds /*longest*/) override {
        std::vector<std::pair<std::string, Done>> ended;
        {
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, seconds(60), [&] {
                return woken_ || fails_ || (answers_ && !begun_.empty());
            });
            woken_ = false;
            if (answers_) {
                ended.swap(begun_);
            }
        }
        for (auto& [url, done] : ended) {
            done(http::Response{.status = 204, .body = url});
        }
        const std::lock_guard lock(mutex_);
        if (fails_) {
            throw std::runtime_error("the transport failed");
        }
    }
    void wake() noexcept override { set(woken_); }
    [[nodiscard]] http::Clock::time_point now() const override { return http::Clock::now(); }

    void answer() { set(answers_); }
    void fail() { set(fails_); }
    void answer_and_fail() {
        const std::lock_guard lock(mutex_);
        answers_ = fails_ = true;
        changed_.notify_all();
    }
    /// Waits until `count` requests are in flight; false after half a minute.
    [[nodiscard]] bool has_begun(std::size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, seconds(30), [&] { return begun_.size() == count; });
    }
    [[nodiscard]] std::thread::id started_in() {
        const std::lock_guard lock(mutex_);
        return started_in_;
    }

  private:
    void set(bool& flag) noexcept {
        const std::lock_guard lock(mutex_);
        flag = true;
        changed_.notify_all();
    }

    std::mutex mutex_{};
    std::condition_variable changed_{};
    std::vector<std::pair<std::string, Done>> begun_{};
    std::thread::id started_in_{};
    bool woken_ = false;
    bool answers_ = false;
    bool fails_ = false;
};

const std::array<http::Request, 3> kRequests{{{.url = "/1"}, {.url = "/2"}, {.url = "/3"}}};

bool is_early(http::Clock::time_point began) {
    return http::Clock::now() - began < seconds(30);
}

extern "C" void ignore_signal(int) {}

}  // namespace

TEST_CASE("a request is started in another thread, and its result is passed on in that of poll()") {
    HeldTransport held;
    BackgroundTransport transport(held);
    std::optional<Result> result;
    std::thread::id done_in;
    transport.start(kRequests[0], [&](Result r) {
        result = std::move(r);
        done_in = std::this_thread::get_id();
    });
    REQUIRE(held.has_begun(1));
    CHECK(held.started_in() != std::this_thread::get_id());
    held.answer();
    const auto began = http::Clock::now();
    while (!result && is_early(began)) {
        transport.poll(seconds(60));
    }
    REQUIRE(result);
    CHECK(std::get<http::Response>(*result).body == "/1");
    CHECK(done_in == std::this_thread::get_id());
}

TEST_CASE("a request is started at once, also while the thread waits for an answer") {
    HeldTransport held;
    BackgroundTransport transport(held);
    for (std::size_t at = 0; at < kRequests.size(); ++at) {
        transport.start(kRequests.at(at), [](const Result&) {});
        CHECK(held.has_begun(at + 1));
    }
}

TEST_CASE("poll() without an answer returns after its limit") {
    HeldTransport held;
    BackgroundTransport transport(held);
    transport.start(kRequests[0], [](const Result&) { FAIL("the transport has not answered"); });
    const auto began = http::Clock::now();
    transport.poll(milliseconds(50));
    CHECK(http::Clock::now() - began >= milliseconds(50));
    CHECK(is_early(began));
}

TEST_CASE("a signal ends poll()") {
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = ignore_signal;
    sigaction(SIGALRM, &action, &before);
    HeldTransport held;
    BackgroundTransport transport(held);
    constexpr itimerval kSoon{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = 50'000}};
    const auto began = http::Clock::now();
    setitimer(ITIMER_REAL, &kSoon, nullptr);
    transport.poll(seconds(60));
    CHECK(is_early(began));
    sigaction(SIGALRM, &before, nullptr);
}

TEST_CASE("an exception of the transport is thrown by every later poll()") {
    HeldTransport held;
    BackgroundTransport transport(held);
    held.fail();
    CHECK_THROWS_AS(transport.poll(seconds(60)), std::runtime_error);
    transport.start(kRequests[0], [](const Result&) {});
    CHECK_THROWS_AS(transport.poll(seconds(60)), std::runtime_error);
}

TEST_CASE("results before an exception of the transport are passed on first") {
    HeldTransport held;
    BackgroundTransport transport(held);
    int ended = 0;
    transport.start(kRequests[0], [&](const Result&) { ++ended; });
    REQUIRE(held.has_begun(1));
    held.answer_and_fail();
    for (const auto began = http::Clock::now(); ended == 0;) {
        REQUIRE(is_early(began));
        transport.poll(seconds(60));
    }
    CHECK_THROWS_AS(transport.poll(seconds(60)), std::runtime_error);
}

TEST_CASE("after an exception of a callback, the next poll() passes on the other results") {
    HeldTransport held;
    BackgroundTransport transport(held);
    std::vector<std::string> ended;
    for (const auto& request : kRequests) {
        transport.start(request, [&](const Result& result) {
            ended.push_back(std::get<http::Response>(result).body);
            if (ended.size() == 1) {
                throw Error(ExitStatus::io_error, "the output is full");
            }
        });
    }
    REQUIRE(held.has_begun(kRequests.size()));
    held.answer();
    CHECK_THROWS_AS(transport.poll(seconds(60)), Error);
    for (const auto began = http::Clock::now(); ended.size() < kRequests.size();) {
        REQUIRE(is_early(began));
        transport.poll(seconds(60));
    }
    CHECK(ended == std::vector<std::string>{"/1", "/2", "/3"});
}

TEST_CASE("a request without an answer is dropped when the transport ends") {
    HeldTransport held;
    const auto began = http::Clock::now();
    {
        BackgroundTransport transport(held);
        transport.start(kRequests[0],
                        [](const Result&) { FAIL("the transport has not answered"); });
        REQUIRE(held.has_begun(1));
    }
    CHECK(is_early(began));
}
