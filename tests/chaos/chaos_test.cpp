// The law of equal access under chaos. After any faults of both services, of the processes and of
// the clock, quiet runs end with status 0 and both sides grant the same access.
//
//     CHAOS_SEED=17 build/dev/tests/chaos/chaos_tests        one seed, with its events
//     CHAOS_SEEDS=1000 build/dev/tests/chaos/chaos_tests     more seeds than the 50 of the suite
//     CHAOS_SHARE=2/5 build/dev/tests/chaos/chaos_tests      seeds 2, 7, 12, ...
//     CHAOS_KEEP=/tmp/kept CHAOS_SEED=17 ...                 keeps its logs and captures

#include "laws/settings.hpp"
#include "pipeline.hpp"
#include "seed_run.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <cstdio>
#include <filesystem>
#include <iostream>

namespace {

using chaos::Report;

Report report_of(std::uint64_t seed) {
    const char* kept = std::getenv("CHAOS_KEEP");
    if (kept == nullptr || *kept == '\0') {
        const TemporaryFolder folder;
        return chaos::run_seed(seed, folder.path("."));
    }
    const auto folder = std::string(kept) + "/" + std::to_string(seed);
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    return chaos::run_seed(seed, folder);
}

struct Share {
    std::uint64_t first = 1;
    std::uint64_t step = 1;
};

Share share() {
    Share out;
    const char* text = std::getenv("CHAOS_SHARE");
    unsigned first = 1;
    unsigned step = 1;
    if (text != nullptr && std::sscanf(text, "%u/%u", &first, &step) == 2) {
        out = {first, step};
    }
    return out;
}

}  // namespace

TEST_CASE("after any faults, quiet runs end with the same access on both sides") {
    chaos::adopt_orphans();
    const auto one = laws::setting("CHAOS_SEED", 0);
    const auto part = share();
    const auto last = one != 0 ? one : laws::setting("CHAOS_SEEDS", 50);
    Report sum;
    std::size_t seeds = 0;
    for (auto seed = one != 0 ? one : part.first; seed <= last; seed += part.step) {
        const auto report = report_of(seed);
        ++seeds;
        for (const auto& [status, count] : report.disturbed_statuses) {
            sum.disturbed_statuses[status] += count;
        }
        sum.quiet_runs += report.quiet_runs;
        sum.requests += report.requests;
        sum.faults += report.faults;
        if (one != 0 || !report.violations.empty()) {
            std::cout << "=== seed " << seed << "\n" << report.story;
        }
        INFO("CHAOS_SEED=" << seed << " repeats this seed alone; its story is above");
        CHECK(report.violations.empty());
    }
    std::cout << "chaos: " << seeds << " seeds, " << sum.requests << " requests, " << sum.faults
              << " faults, " << sum.quiet_runs << " quiet runs; statuses of disturbed runs:";
    for (const auto& [status, count] : sum.disturbed_statuses) {
        std::cout << " " << status << " (" << count << ")";
    }
    std::cout << std::endl;
}
