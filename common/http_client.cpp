#include "http_client.hpp"

#include "logging.hpp"

#include <algorithm>
#include <ctime>

namespace http {

using std::chrono::milliseconds;

Client::Client(Transport& transport, ClientSettings settings)
    : transport_(transport), settings_(std::move(settings)), began_(transport.now()) {}

void Client::send(Request request, Repeat repeat, Done done) {
    if (stopped_) {
        done(Failure{Failure::Reason::unusable, "stopped before it was sent"});
        return;
    }
    request.headers.insert(request.headers.end(), settings_.headers.begin(), settings_.headers.end());
    waiting_.push_back({std::move(request), repeat, std::move(done), 0, transport_.now()});
}

void Client::wait_for_room() {
    start_ready();
    while (!waiting_.empty() || in_flight_ >= settings_.max_in_flight) {
        pump(milliseconds(1000));
    }
}

void Client::drain() {
    while (!idle()) {
        pump(milliseconds(1000));
    }
}

Result Client::fetch(Request request, Repeat repeat) {
    std::optional<Result> result;
    send(std::move(request), repeat, [&](Result r) { result = std::move(r); });
    while (!result) {
        pump(milliseconds(1000));
    }
    return *std::move(result);
}

void Client::stop() {
    stopped_ = true;
    while (!waiting_.empty()) {
        auto job = std::move(waiting_.front());
        waiting_.pop_front();
        job.done(Failure{Failure::Reason::unusable, "stopped before it was sent"});
    }
}

void Client::pump(milliseconds longest) {
    start_ready();
    transport_.poll(until_next_start(longest));
    start_ready();
}

void Client::start_ready() {
    const auto now = transport_.now();
    for (std::size_t looked = waiting_.size(); looked > 0 && in_flight_ < settings_.max_in_flight && now >= paused_until_; --looked) {
        auto job = std::move(waiting_.front());
        waiting_.pop_front();
        if (job.not_before > now) {
            waiting_.push_back(std::move(job));
        } else {
            start(std::move(job));
        }
    }
}

void Client::start(Job job) {
    ++in_flight_;
    ++traffic_.requests;
    auto request = job.request;  // kept in the job for another try
    transport_.start(std::move(request), [this, job = std::move(job)](Result result) mutable {
        --in_flight_;
        finish(std::move(job), std::move(result));
    });
}

void Client::finish(Job job, Result result) {
    if (try_again(job, result)) {
        waiting_.push_back(std::move(job));
        return;
    }
    job.done(std::move(result));
}

bool Client::try_again(Job& job, const Result& result) {
    const auto now = transport_.now();
    const auto asked = retry_after(result, std::time(nullptr));
    if (stopped_ || !is_retryable(result, job.repeat == Repeat::harmless) || ++job.attempt >= settings_.retry.attempts ||
        (asked && *asked > settings_.retry.longest_retry_after)) {
        return false;
    }
    const auto wait = backoff(settings_.retry, job.attempt - 1, settings_.dice ? settings_.dice() : 0.5);
    job.not_before = now + std::max(asked.value_or(wait), wait);  // what the server asks for is a floor
    if (job.not_before - began_ > settings_.retry.budget) {
        return false;
    }
    if (asked) {
        paused_until_ = std::max(paused_until_, job.not_before);
    }
    ++traffic_.retries;
    logging::info(settings_.what + ": " + describe(result) + "; trying again",
                  {{"method", job.request.method},
                   {"attempt", std::to_string(job.attempt + 1)},
                   {"wait_ms", std::to_string(std::chrono::duration_cast<milliseconds>(job.not_before - now).count())}});
    return true;
}

milliseconds Client::until_next_start(milliseconds longest) const {
    if (waiting_.empty() || in_flight_ >= settings_.max_in_flight) {
        return longest;
    }
    const auto next = std::min_element(waiting_.begin(), waiting_.end(), [](const Job& a, const Job& b) {
        return a.not_before < b.not_before;
    });
    const auto wait = std::max(next->not_before, paused_until_) - transport_.now();
    return std::clamp(std::chrono::ceil<milliseconds>(wait), milliseconds(0), longest);
}

}  // namespace http
