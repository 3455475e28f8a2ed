// A Transport for tests: answers come from a function, calls are kept, and time passes only in
// poll().
#pragma once

#include "http/transport.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The service's answer to one request, and its duration.
struct Scripted {
    http::Result result{};
    std::chrono::milliseconds after{10};
};

inline http::Response answer(int status,
                             std::string body = {},
                             std::vector<std::pair<std::string, std::string>> headers = {}) {
    return {status, std::move(headers), std::move(body)};
}

inline http::Failure failure(http::Failure::Reason reason) {
    return {reason, {}};
}

/// The URL of SCIM in these tests.
inline const std::string kScimUrl = "https://scim.example";

/// The path and query after kScimUrl.
inline std::string path_of(const http::Request& request) {
    return request.url.substr(kScimUrl.size());
}

class ScriptedTransport final : public http::Transport {
  public:
    using Handler = std::function<Scripted(const http::Request&)>;

    struct Call {
        http::Request request{};
        std::chrono::milliseconds at{};  ///< since the beginning
    };

    explicit ScriptedTransport(Handler handler) : handler_(std::move(handler)) {}

    void start(const http::Request& request, Done done) override {
        calls_.push_back({request, elapsed()});
        auto scripted = handler_(request);
        under_way_.push_back({now_ + scripted.after, std::move(scripted.result), std::move(done)});
        most_under_way_ = std::max(most_under_way_, under_way_.size());
    }

    /// Advances to the time of the next answer, if that is within `longest`, and passes on all that
    /// are due.
    void poll(std::chrono::milliseconds longest) override {
        if (++polls_ > kMostPolls) {
            throw std::logic_error("this would go on for ever");
        }
        auto until = now_ + longest;
        for (const auto& exchange : under_way_) {
            until = std::min(until, exchange.due);
        }
        now_ = std::max(now_, until);
        for (std::size_t i = 0; i < under_way_.size();) {
            if (under_way_[i].due > now_) {
                ++i;
                continue;
            }
            auto exchange = std::move(under_way_[i]);
            under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(i));
            exchange.done(std::move(exchange.result));
        }
    }

    [[nodiscard]] http::Clock::time_point now() const override { return now_; }

    [[nodiscard]] std::chrono::milliseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now_ - kBeginning);
    }
    [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }
    /// "POST /Users" for each call, in the order sent.
    [[nodiscard]] std::vector<std::string> sent() const {
        std::vector<std::string> all;
        for (const auto& call : calls_) {
            all.push_back(call.request.method + " " + path_of(call.request));
        }
        return all;
    }
    [[nodiscard]] std::size_t most_under_way() const { return most_under_way_; }
    /// The number of requests with this method.
    [[nodiscard]] std::size_t count(std::string_view method) const {
        return static_cast<std::size_t>(
            std::count_if(calls_.begin(), calls_.end(), [&](const Call& c) {
                return c.request.method == method;
            }));
    }

  private:
    struct Exchange {
        http::Clock::time_point due{};
        http::Result result{};
        Done done{};
    };

    static constexpr std::size_t kMostPolls = 1'000'000;
    static constexpr http::Clock::time_point kBeginning{std::chrono::hours(1)};

    Handler handler_;
    http::Clock::time_point now_ = kBeginning;
    std::vector<Exchange> under_way_{};
    std::vector<Call> calls_{};
    std::size_t most_under_way_ = 0;
    std::size_t polls_ = 0;
};
