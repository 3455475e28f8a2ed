// Answers of a server in an input, one a line, and a Transport that returns them in their order.
//
//   200 {"totalResults":0}                      status and body
//   201@https://scim.example/Users/u-ada {}     with a Location header
//   0                                           no answer: 0 timeout, 1 broken connection, 2
//   refused, 3 too large
#pragma once

#include "fuzz_target.hpp"
#include "http/transport.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

[[nodiscard]] http::Result answer_in(std::string_view line);

/// The lines of `text`, without their ends.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

/// Each request gets the next answer; after the last one the first comes again. Time passes only
/// in poll().
class RecordedAnswers final : public http::Transport {
  public:
    struct Exchange {
        http::Request request{};
        http::Result result{};
    };

    explicit RecordedAnswers(const std::vector<std::string_view>& lines);

    void start(const http::Request& request, Done done) override;
    void poll(std::chrono::milliseconds longest) override;
    [[nodiscard]] http::Clock::time_point now() const override { return now_; }

    /// All exchanges, in the order of the requests.
    [[nodiscard]] const std::vector<Exchange>& exchanges() const { return exchanges_; }

  private:
    static constexpr std::size_t kMostExchanges = 20'000;  // more requests mean an endless loop

    std::vector<http::Result> answers_{};
    std::vector<Exchange> exchanges_{};
    std::vector<std::pair<Done, http::Result>> due_{};
    http::Clock::time_point now_{std::chrono::hours(1)};
};

}  // namespace fuzz
