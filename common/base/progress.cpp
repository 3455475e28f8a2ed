#include "base/progress.hpp"

#include "base/logging.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

inline namespace base {
namespace progress {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct State {
    Output output = Output::none;
    std::string path{};
    std::optional<Meter> meter{};  // from the first tick on
    Work work{};
};

State& state() {
    static State instance;
    return instance;
}

// The script reads the file each second. A line that cannot be written is not worth an error.
void write_file(const std::string& path, const std::string& sentence) {
    if (std::FILE* file = std::fopen(path.c_str(), "w"); file != nullptr) {
        (void)std::fputs((logging::presentable(sentence) + "\n").c_str(), file);
        (void)std::fclose(file);
    }
}

void log(const Line& line, bool at_any_level) {
    const auto number = [](auto value) { return static_cast<std::int64_t>(value); };
    logging::progress("progress: " + sentence_of(line),
                      {{"step", line.work.step},
                       {"done", number(line.work.done)},
                       {"total", number(line.work.total)},
                       {"rate", number(line.rate)},
                       {"retries", number(line.waiting.retries)},
                       {"in_flight", number(line.waiting.in_flight)},
                       {"wait_ms", number(line.waiting.pause.count())}},
                      at_any_level);
}

}  // namespace

std::string sentence_of(const Line& line) {
    const auto& [work, waiting, rate] = line;
    std::string text;
    if (!work.step.empty()) {
        text = work.step + ": " + std::to_string(work.done) +
               (work.total > 0 ? " of " + std::to_string(work.total) : "") + ", " +
               std::to_string(rate) + "/s";
    }
    if (waiting.retries > 0) {
        text += (text.empty() ? "" : ", ") + std::to_string(waiting.retries) +
                (waiting.retries == 1 ? " retry" : " retries");
    }
    text += text.empty() ? "" : "; ";
    if (waiting.pause > milliseconds(0)) {
        return text + "waiting " +
               std::to_string(std::chrono::ceil<seconds>(waiting.pause).count()) +
               " s before the next request to " + waiting.service +
               (waiting.asked_for ? ", as it asked (Retry-After)" : "");
    }
    return text + "waiting for " + std::to_string(waiting.in_flight) +
           (waiting.in_flight == 1 ? " response of " : " responses of ") + waiting.service;
}

Line Meter::line(const Work& work, Waiting waiting, Time now) {
    const auto before = work.step == last_work_.step ? std::min(last_work_.done, work.done) : 0;
    const auto passed = std::max(std::chrono::duration<double>(now - last_).count(), 0.001);
    last_ = now;
    last_work_ = work;
    return {work,
            std::move(waiting),
            static_cast<std::size_t>(static_cast<double>(work.done - before) / passed)};
}

void configure(Output output, std::string path) {
    state() = {output, std::move(path), {}, {}};
}

void set(Work work) {
    state().work = std::move(work);
}

void advance() {
    ++state().work.done;
}

void tick(Time now, const std::function<Waiting()>& waiting) {
    auto& [output, path, meter, work] = state();
    if (output == Output::none) {
        return;
    }
    const bool logs = output == Output::log || output == Output::always_log;
    if (!meter) {
        meter.emplace(seconds(logs ? 30 : 1), now);
    }
    if (!meter->is_due(now)) {
        return;
    }
    const auto line = meter->line(work, waiting(), now);
    if (logs) {
        log(line, output == Output::always_log);
    } else if (output == Output::file) {
        write_file(path, sentence_of(line));
    } else {
        logging::draw(sentence_of(line));
    }
}

}  // namespace progress
}  // namespace base
