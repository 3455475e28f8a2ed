// A refused credential: 401 ends the run, 403 is the outcome of one record unless all writes get
// it.

#include "apply/credential_watch.hpp"

#include "support/apply_run.hpp"

#include <chrono>
#include <string>
#include <vector>

using namespace apply_run;

namespace {

std::vector<json> deactivations(int count) {
    std::vector<json> lines;
    for (int i = 0; i < count; ++i) {
        lines.push_back(deactivate_user("u" + std::to_string(i)));
    }
    return lines;
}

}  // namespace

TEST_CASE("after 401, requests in flight get their outcome, and the rest is counted") {
    const bool bulk = GENERATE(false, true);
    Run run(
        [](const Request& request) {
            auto scripted = contains(request.url + request.body, "ada")
                                ? Scripted{answer(401, R"({"detail":"expired"})")}
                                : yes(request);
            scripted.after = milliseconds(contains(request.url, "/ben") ? 5000 : 10);
            return scripted;
        },
        {.bulk = bulk ? std::optional(scim::BulkLimits{2, 1'000'000}) : std::nullopt});
    run.apply({deactivate_user("ben"),
               GENERATE(create_user("ada"), deactivate_user("ada")),
               deactivate_user("cyd"),
               with(deactivate_user("dan"), "held", "max-deactivations"),
               create_group("hpc", {})});
    const auto& outcomes = run.applier.outcomes();
    REQUIRE(run.applier.ended_by());
    CHECK(run.applier.ended_by()->status() == ExitStatus::denied);
    CHECK(contains(run.applier.ended_by()->what(), "expired"));
    CHECK(contains(run.applier.ended_by()->what(), "CW_SCIM_BEARER_TOKEN"));
    CHECK(outcomes.held == 1);
    CHECK(outcomes.applied + outcomes.failed + outcomes.not_sent == 4);
    CHECK(outcomes.not_sent >= 1);
    if (!bulk) {
        CHECK(run.how("d-ben") == "applied");
        CHECK(outcomes.failed == 1);
    }
    for (const auto& request : run.writes()) {
        CHECK_FALSE(contains(request.url, "/Groups"));
    }
}

TEST_CASE("403 is the outcome of its record") {
    Run run([](const Request& request) {
        return contains(request.url, "/ada") ? Scripted{answer(403, R"({"detail":"owner"})")}
                                             : yes(request);
    });
    run.apply({deactivate_user("ada"), deactivate_user("ben")});
    CHECK_FALSE(run.applier.ended_by());
    CHECK(run.reason("d-ada") == "denied");
    CHECK(run.outcome("d-ada").at("status") == 403);
    CHECK(run.outcome("d-ada").at("exitStatus") == 4);
    CHECK(run.detail("d-ada") == "HTTP 403: owner");
    CHECK(run.how("d-ben") == "applied");
}

TEST_CASE("ten writes that are all answered 403 end the run; one other answer prevents this") {
    const bool all = GENERATE(true, false);
    Run run([&](const Request& request) {
        return all || !contains(request.url, "/u3") ? Scripted{answer(403)} : yes(request);
    });
    run.apply(deactivations(40));
    REQUIRE(run.applier.ended_by().has_value() == all);
    if (all) {
        CHECK(run.applier.ended_by()->status() == ExitStatus::denied);
        CHECK(contains(run.applier.ended_by()->what(), "only be allowed to read"));
        CHECK(run.writes().size() < 20);
        CHECK(run.applier.outcomes().failed + run.applier.outcomes().not_sent == 40);
    } else {
        CHECK(run.writes().size() == 40);
    }
}

TEST_CASE("nine writes that are answered 403 do not end the run") {
    Run run([&](const Request&) { return Scripted{answer(403)}; });
    run.apply(deactivations(9));
    CHECK_FALSE(run.applier.ended_by());
    CHECK(run.applier.outcomes().failed == 9);
}

TEST_CASE("403 to the read of one record is not a refusal of the credential") {
    Run run([](const Request& request) {
        return request.method == "GET" ? Scripted{answer(403)} : yes(request);
    });
    run.apply({create_group("hpc", {}), deactivate_user("ada")});
    CHECK_FALSE(run.applier.ended_by());
    CHECK(run.how("c-hpc") == "applied");
}

TEST_CASE("if the list of users cannot be read, the run ends after the requests in flight") {
    Run run(
        [](const Request& request) {
            if (request.method == "GET") {
                return Scripted{answer(501)};
            }
            auto slow = yes(request);
            slow.after = std::chrono::seconds(3);
            return slow;
        },
        {.group_writes = apply::GroupWrites::add_remove});
    auto second = with(update_group("two", {"7f"}), "before", {{"members", {user_id("ada")}}});
    run.apply({deactivate_user("ben"), create_group("one", {}), second, create_group("hpc", {})});
    REQUIRE(run.applier.ended_by());
    CHECK(run.applier.ended_by()->status() == ExitStatus::unavailable);
    CHECK(run.how("d-ben") == "applied");
    CHECK(run.applier.outcomes().not_sent == 3);
}
