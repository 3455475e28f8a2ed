#include "http/client.hpp"

#include "base/logging.hpp"
#include "http/describe_response.hpp"

#include <algorithm>
#include <ctime>

namespace http {

using std::chrono::milliseconds;

namespace {

constexpr auto kStep = milliseconds(1000);            // between two checks of settings.stop
constexpr auto kUnnamedSilence = milliseconds(1000);  // after a 429 without Retry-After
constexpr auto kLeastSilence =
    milliseconds(100);  // after Retry-After: 0, which servers may round down to

Heard heard(const Result& result, bool silence_asked) {
    if (const auto* failure = std::get_if<Failure>(&result)) {
        const bool overload = failure->reason == Failure::Reason::timeout ||
                              failure->reason == Failure::Reason::refused;
        return overload ? Heard::busy : Heard::nothing;
    }
    const int status = status_of(result);
    switch (status) {
        case 429:
            return Heard::too_fast;
        case 503:
        case 509:
            return silence_asked ? Heard::too_fast : Heard::busy;
        case 408:
        case 504:
            return Heard::busy;
        default:
            return status >= 520 && is_retryable(result, true) ? Heard::busy : Heard::served;
    }
}

// An answer that is not retried may have the header for another reason: in a redirect, it is the
// time when a resource moves.
std::optional<milliseconds> wait_asked(const Result& result) {
    return is_retryable(result, true) ? retry_after(result, std::time(nullptr)) : std::nullopt;
}

// These answers concern the load of the service, so all requests wait. Other answers may concern
// one request.
bool asks_for_silence(const Result& result) {
    const int status = status_of(result);
    return status == 429 || status == 503 || status == 509;
}

}  // namespace

Client::Client(Transport& transport, ClientSettings settings)
    : transport_(transport),
      settings_(std::move(settings)),
      pace_(settings_.max_in_flight, settings_.rate, transport.now()),
      last_progress_(transport.now()) {}

void Client::send(Request request, Repeat repeat, Done done) {
    request.headers.insert(
        request.headers.end(), settings_.headers.begin(), settings_.headers.end());
    ready_.push_back({.request = std::move(request),
                      .repeat = repeat,
                      .done = std::move(done),
                      .attempt = 0,
                      .sendings = 0,
                      .number = 0});
    if (closed_) {
        end_unsent(*closed_);
    }
}

void Client::send_later(Clock::duration pause, Request request, Repeat repeat, Done done) {
    request.headers.insert(
        request.headers.end(), settings_.headers.begin(), settings_.headers.end());
    Jobs jobs;
    jobs.push_back({.request = std::move(request),
                    .repeat = repeat,
                    .done = std::move(done),
                    .attempt = 0,
                    .sendings = 0,
                    .not_before = transport_.now() + pause,
                    .number = 0});
    keep_for_later(jobs, jobs.begin());
    if (closed_) {
        end_unsent(*closed_);
    }
}

void Client::wait_for_room() {
    start_ready();
    // Requests that wait for their next try do not block others, up to a limit.
    while (!closed_ &&
           (!ready_.empty() || !pace_.has_room() || later_.size() >= settings_.max_in_flight)) {
        pump(kStep);
    }
}

void Client::drain() {
    while (!idle()) {
        pump(kStep);
    }
}

// Shared with an answer that may come after the wait has ended.
Client::Awaited Client::begin(Request request, Repeat repeat) {
    auto awaited = std::make_shared<std::optional<Result>>();
    send(std::move(request), repeat, [awaited](Result result) { *awaited = std::move(result); });
    return awaited;
}

Result Client::await(const Awaited& awaited) {
    while (!*awaited) {
        if (settings_.stop && settings_.stop()) {
            stop();
            return awaited->has_value() ? **awaited
                                        : Failure{Failure::Reason::stopped,
                                                  "interrupted while waiting for the response"};
        }
        pump(kStep);
    }
    return std::move(**awaited);
}

void Client::stop() {
    end_unsent({Failure::Reason::stopped, "stopped before it was sent"});
}

void Client::keep_for_later(Jobs& from, Jobs::iterator job) {
    const auto place = std::find_if(later_.begin(), later_.end(), [&](const Job& other) {
        return other.not_before > job->not_before;
    });
    later_.splice(place, from, job);
}

void Client::end_unsent(Failure failure) {
    closed_ = std::move(failure);
    while (!ready_.empty() || !later_.empty()) {
        Jobs ended;
        auto& waiting = ready_.empty() ? later_ : ready_;
        ended.splice(ended.begin(), waiting, waiting.begin());
        ended.front().done(*closed_);
    }
}

void Client::pump(milliseconds longest) {
    if (before_waiting_) {
        before_waiting_();
    }
    start_ready();
    progress::tick(transport_.now(), [this] { return waiting(); });
    transport_.poll(until_next_start(longest));
    start_ready();
}

void Client::start_ready() {
    if (!closed_ && settings_.stop && settings_.stop()) {
        stop();
    }
    const auto now = transport_.now();
    const auto first = ready_.begin();  // requests that were tried before go first
    while (!later_.empty() && later_.front().not_before <= now) {
        ready_.splice(first, later_, later_.begin());
    }
    while (!ready_.empty() && pace_.has_room() && pace_.next_start() <= now) {
        start_first();
    }
}

void Client::start_first() {
    under_way_.splice(under_way_.begin(), ready_, ready_.begin());
    const auto job = under_way_.begin();
    ++traffic_.requests;
    ++job->sendings;
    job->began = transport_.now();
    job->number = pace_.started(job->began);
    transport_.start(job->request, [this, job](Result result) { finish(job, std::move(result)); });
}

void Client::finish(Jobs::iterator job, Result result) {
    const auto now = transport_.now();
    trace(*job, result);
    if (const auto* received = std::get_if<Response>(&result)) {
        traffic_.bytes += received->body.size();
    }
    const auto asked = wait_asked(result);
    const bool silence = asked && asks_for_silence(result);
    const auto load = heard(result, silence);
    pace_.ended(job->number, load, std::max(asked.value_or(kUnnamedSilence), kLeastSilence), now);
    if (!is_retryable(result, true)) {
        last_progress_ = now;
    }
    if (!closed_ && try_again(*job, result, asked)) {
        keep_for_later(under_way_, job);
        return;
    }
    Jobs ended;
    ended.splice(ended.begin(), under_way_, job);
    if (silence && *asked > settings_.retry.longest_retry_after) {
        const auto why = describe(result) + "; the service asked us to wait " +
                         std::to_string(std::chrono::ceil<std::chrono::seconds>(*asked).count()) +
                         " s (Retry-After)";
        logging::warning(settings_.what + ": " + why +
                         "; nothing more is sent in this run; if later runs end like this, ask the "
                         "operator of that service");
        end_unsent({Failure::Reason::stopped, why});
    }
    if (auto* response = std::get_if<Response>(&result)) {
        response->repeated = response->repeated || ended.front().sendings > 1;
    }
    ended.front().done(std::move(result));
}

bool Client::try_again(Job& job, const Result& result, std::optional<Clock::duration> asked) {
    const bool damaged = is_damaged(job.request, result);
    const int attempts = damaged ? settings_.retry.attempts_of_damaged : settings_.retry.attempts;
    if (!(damaged || is_retryable(result, job.repeat == Repeat::harmless)) ||
        ++job.attempt >= attempts || (asked && *asked > settings_.retry.longest_retry_after)) {
        return false;
    }
    const auto now = transport_.now();
    const auto wait =
        backoff(settings_.retry, job.attempt - 1, settings_.dice ? settings_.dice() : 0.5);
    job.not_before = now + std::max<Clock::duration>(asked.value_or(wait),
                                                     wait);  // Retry-After is the minimum
    if (job.not_before - last_progress_ > settings_.retry.budget) {
        return false;
    }
    ++traffic_.retries;
    logging::info(
        settings_.what + ": " + describe(result) + (damaged ? ", and the answer is not JSON" : "") +
            "; trying again",
        {{"method", job.request.method},
         {"attempt", static_cast<std::int64_t>(job.attempt + 1)},
         {"wait_ms",
          std::int64_t{std::chrono::duration_cast<milliseconds>(job.not_before - now).count()}}});
    return true;
}

// A line for each request. Headers and bodies have credentials and names, so they are not logged.
void Client::trace(const Job& job, const Result& result) const {
    if (!logging::is_logged(logging::Level::debug)) {
        return;
    }
    const auto* received = std::get_if<Response>(&result);
    const auto took = std::chrono::duration_cast<milliseconds>(transport_.now() - job.began);
    logging::debug(
        settings_.what + ": " + (received != nullptr ? "answered" : describe(result)),
        {{"method", job.request.method},
         {"url", job.request.url},
         {"status", std::int64_t{status_of(result)}},
         {"ms", std::int64_t{took.count()}},
         {"bytes", static_cast<std::int64_t>(received != nullptr ? received->body.size() : 0)},
         {"attempt", std::int64_t{job.attempt} + 1}});
}

// Between two requests, the pace makes pauses as well, but short ones.
progress::Waiting Client::waiting() const {
    const auto now = transport_.now();
    const bool asked_for = pace_.next_start() - now >= kStep;
    auto next = now;
    if (under_way_.empty() && !later_.empty()) {
        next = later_.front().not_before;
    }
    if (asked_for) {
        next = std::max(next, pace_.next_start());
    }
    return {.service = settings_.what,
            .in_flight = under_way_.size(),
            .retries = traffic_.retries,
            .pause = std::chrono::duration_cast<milliseconds>(next - now),
            .asked_for = asked_for};
}

milliseconds Client::until_next_start(milliseconds longest) const {
    auto next = Clock::time_point::max();
    if (!later_.empty()) {
        next = later_.front().not_before;
    }
    if (!ready_.empty() && pace_.has_room()) {
        next = std::min(next, pace_.next_start());
    }
    if (next == Clock::time_point::max()) {
        return longest;
    }
    return std::clamp(
        std::chrono::ceil<milliseconds>(next - transport_.now()), milliseconds(0), longest);
}

}  // namespace http
