#include "recorded_answers.hpp"

#include "base/parse_number.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fuzz {

http::Result answer_in(std::string_view line) {
    const auto blank = std::min(line.find(' '), line.size());
    const auto head = line.substr(0, blank);
    const auto at = std::min(head.find('@'), head.size());
    const int status = parse_number<int>(head.substr(0, at)).value_or(0);
    using Reason = http::Failure::Reason;
    if (status >= 0 && status <= 3) {
        constexpr std::array kReasons{
            Reason::timeout, Reason::interrupted, Reason::refused, Reason::too_large};
        return http::Failure{kReasons.at(static_cast<std::size_t>(status)), {}};
    }
    http::Response response{status, {}, std::string(line.substr(std::min(blank + 1, line.size())))};
    if (at < head.size()) {
        response.headers.emplace_back("location", std::string(head.substr(at + 1)));
    }
    return response;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

RecordedAnswers::RecordedAnswers(const std::vector<std::string_view>& lines) {
    std::transform(lines.begin(), lines.end(), std::back_inserter(answers_), answer_in);
    if (answers_.empty()) {
        answers_.push_back(answer_in("0"));
    }
}

void RecordedAnswers::start(const http::Request& request, Done done) {
    require(exchanges_.size() < kMostExchanges, "the number of requests is bounded");
    auto result = answers_[exchanges_.size() % answers_.size()];
    exchanges_.push_back({request, result});
    due_.emplace_back(std::move(done), std::move(result));
}

void RecordedAnswers::poll(std::chrono::milliseconds longest) {
    if (due_.empty()) {
        now_ += longest;
        return;
    }
    now_ += std::chrono::milliseconds(1);
    for (auto& [done, result] : std::exchange(due_, {})) {
        done(std::move(result));
    }
}

}  // namespace fuzz
