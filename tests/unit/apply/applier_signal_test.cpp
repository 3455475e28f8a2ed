// After SIGTERM, nothing new is sent, requests in flight get an outcome, and the run ends in time.
// Each test runs in its own process, because a recorded signal stays recorded.

#include "support/another_process.hpp"
#include "support/apply_run.hpp"

#include <algorithm>
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

namespace {

/// Does not answer in time, and ends the run.
Scripted never() {
    std::raise(SIGTERM);
    return {answer(200), std::chrono::hours(1)};
}

/// Whether each of the changes has one outcome, or is counted as not sent.
bool has_outcomes(const Run& run, std::size_t applied, std::size_t failed, std::size_t not_sent) {
    const auto& outcomes = run.applier.outcomes();
    const auto text = run.out.str();
    return outcomes.applied == applied && outcomes.failed == failed &&
           outcomes.not_sent == not_sent &&
           static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) == applied + failed;
}

}  // namespace

TEST_CASE("a group that is being sent in parts when the run ends has one outcome") {
    const bool create = GENERATE(false, true);
    const int status = GENERATE(413, 400);
    const int exit = status_of(in_another_process([&] {
        Run run([&](const Request& request) {
            const bool is_complete = contains(request.body, "9f") && contains(request.body, "8f");
            if (request.method == "GET") {
                return yes(request);
            }
            return is_complete ? Scripted{answer(status)} : never();
        });
        os::signals::note();
        auto line = update_group("hpc", {"8f", "9f"});
        line["before"] = {{"members", json::array()}};
        line["data"]["Operations"].erase(0);
        run.apply({create ? create_group("hpc", {"8f", "9f"}) : line});
        return has_outcomes(run, 0, 1, 0) ? 0 : 1;
    }));
    REQUIRE(WIFEXITED(exit));
    CHECK(WEXITSTATUS(exit) == 0);
}

TEST_CASE("a group whose ETag is not sent after all has one outcome when the run ends") {
    const int exit = status_of(in_another_process([] {
        // The first group shows that the service compares weak ETags strongly. The last one was
        // prepared before that, and waits until there is room for its request.
        Run run([](const Request& request) {
            const auto path = path_of(request);
            const bool has_etag =
                std::any_of(request.headers.begin(), request.headers.end(), [](const auto& one) {
                    return one.first == "If-Match";
                });
            if (path == "/Groups/first") {
                auto record = json{{"id", "first"}, {"meta", {{"version", "W/\"1\""}}}};
                return request.method == "GET" ? Scripted{answer(200, record.dump())}
                       : has_etag              ? Scripted{answer(412)}
                                               : yes(request);
            }
            if (path == "/Groups/last") {
                return never();
            }
            auto slow = yes(request);
            slow.after = std::chrono::seconds(5);
            return slow;
        });
        os::signals::note();
        const auto with_etag = [](const std::string& name) {
            auto line = with(update_group(name, {}), "version", "W/\"1\"");
            line["before"] = {{"members", {user_id("ada")}}};
            return line;
        };
        run.apply({with_etag("first"),
                   update_group("a", {}),
                   update_group("b", {}),
                   update_group("c", {}),
                   with_etag("last")});
        return has_outcomes(run, 4, 1, 0) && run.transport.sent().back() == "GET /Groups/last" ? 0
                                                                                               : 1;
    }));
    REQUIRE(WIFEXITED(exit));
    CHECK(WEXITSTATUS(exit) == 0);
}
