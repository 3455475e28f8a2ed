// After SIGTERM, nothing new is sent, requests in flight get an outcome, and the run ends in time.
// Each test runs in its own process, because a recorded signal stays recorded.

#include "support/another_process.hpp"
#include "support/apply_run.hpp"

#include <chrono>
#include <csignal>

using namespace apply_run;

TEST_CASE("after a signal nothing new is sent, and requests in flight get their outcome") {
    const int status = status_of(in_another_process([] {
        Run run([](const Request& request) {
            std::raise(SIGTERM);
            return yes(request);
        });
        os::signals::note();
        run.apply({deactivate_user("ada"),
                   deactivate_user("ben"),
                   deactivate_user("cyd"),
                   create_group("hpc", {})});
        const auto& outcomes = run.applier.outcomes();
        const bool well = run.transport.calls().size() == 1 && outcomes.applied == 1 &&
                          outcomes.applied + outcomes.failed + outcomes.not_sent == 4 &&
                          run.how("d-ada") == "applied";
        return well ? 0 : 1;
    }));
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("after a signal, requests in flight are waited for fifteen seconds, once") {
    const int status = status_of(in_another_process([] {
        Run run([](const Request& request) {
            std::raise(SIGTERM);
            auto never = yes(request);
            never.after = std::chrono::hours(1);
            return never;
        });
        os::signals::note();
        bool ended = false;
        try {
            run.apply({deactivate_user("ada"), deactivate_user("ben"), create_group("hpc", {})});
            ended = true;
        } catch (const std::exception&) {  // the script would now send SIGKILL
        }
        const auto waited = run.transport.elapsed();
        return ended && waited >= std::chrono::seconds(15) && waited < std::chrono::seconds(16) ? 0
                                                                                                : 1;
    }));
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE(
    "if a signal interrupts a list, requests in flight get their outcome and the rest is counted") {
    const int status = status_of(in_another_process([] {
        Run run(
            [](const Request& request) {
                if (request.method == "GET") {
                    std::raise(SIGTERM);
                    auto late = Scripted{answer(200, listed({}, 0))};
                    late.after = std::chrono::minutes(1);
                    return late;
                }
                auto slow = yes(request);
                slow.after = std::chrono::seconds(5);
                return slow;
            },
            {.group_writes = apply::GroupWrites::add_remove});
        os::signals::note();
        auto second = update_group("two", {"7f"});
        second["before"]["members"] = {user_id("ada")};
        auto first = create_group("hpc", {});
        run.apply({deactivate_user("ben"), second, first});
        const auto& outcomes = run.applier.outcomes();
        const bool well = run.how("d-ben") == "applied" && outcomes.not_sent == 2 &&
                          run.transport.elapsed() <=
                              std::chrono::seconds(5) + apply::kGrace + std::chrono::seconds(1);
        return well ? 0 : 1;
    }));
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
