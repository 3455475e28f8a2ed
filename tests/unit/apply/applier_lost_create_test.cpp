// A POST is never repeated without a look-up, after any answer; a group is looked up before its
// first POST.

#include "support/apply_run.hpp"
#include "support/patched_records.hpp"

#include <chrono>
#include <string>
#include <vector>

using namespace apply_run;
using std::chrono::seconds;

namespace {

std::vector<milliseconds> times_of(const Run& run, const std::string& method) {
    std::vector<milliseconds> times;
    for (const auto& call : run.transport.calls()) {
        if (call.request.method == method) {
            times.push_back(call.at);
        }
    }
    return times;
}

/// P for each POST and G for each GET, in the order sent.
std::string methods_of(const Run& run) {
    std::string all;
    for (const auto& call : run.transport.calls()) {
        all += call.request.method.front();
    }
    return all;
}

}  // namespace

TEST_CASE("2, 4 and 8 seconds pass before the look-ups for a lost POST") {
    const auto lost = GENERATE(
        values<http::Result>({answer(504), failure(Reason::timeout), failure(Reason::unmatched)}));
    Run run([&](const Request& request) {
        return request.method == "GET" ? Scripted{answer(200, listed({}, 0))} : Scripted{lost};
    });
    run.apply({create_user("ada")});
    CHECK(methods_of(run) == "PGGPGGPGG");
    const auto posts = times_of(run, "POST");
    const auto gets = times_of(run, "GET");
    REQUIRE(posts.size() == 3);
    REQUIRE(gets.size() == 6);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto pause = gets[2 * i] - posts[i];
        CHECK(pause >= seconds(2 << i));
        CHECK(pause < seconds(2 << i) + seconds(1));
    }
    CHECK(run.reason("c-ada") == "no-answer");
    CHECK(run.applier.outcomes().unknown == 1);
}

TEST_CASE("a record that appears after its POST timed out is found, and not created twice") {
    const int status = GENERATE(429, 500, 503, 504);
    const bool group = GENERATE(false, true);
    Run* self = nullptr;
    Run run([&](const Request& request) {
        const bool late = self->transport.elapsed() >= milliseconds(1500);
        const auto line = group ? create_group("hpc", {}) : create_user("ada");
        auto record = line.at("data");
        record["id"] = "9f";
        return request.method == "POST" ? Scripted{answer(status)}
               : request.method == "PATCH"
                   ? yes(request)
                   : Scripted{answer(200, late ? listed({record}, 1) : listed({}, 0))};
    });
    self = &run;
    run.apply({group ? create_group("hpc", {}) : create_user("ada")});
    CHECK(run.transport.count("POST") == 1);
    CHECK(run.applier.outcomes().applied == 1);
}

TEST_CASE("after a busy service or a broken connection, a POST is sent up to seven times") {
    const int status = GENERATE(429, 503, 0);
    const std::size_t busy = GENERATE(std::size_t{5}, std::size_t{99});
    std::size_t posts = 0;
    Run run([&](const Request& request) {
        if (request.method == "GET") {
            return Scripted{answer(200, listed({}, 0))};
        }
        if (++posts > busy) {
            return yes(request);
        }
        return status == 0 ? Scripted{failure(Reason::interrupted)} : Scripted{answer(status)};
    });
    run.apply({create_user("ada")});
    CHECK(posts == (busy == 5 ? 6 : 8));
    CHECK(run.how("c-ada") == (busy == 5 ? "applied" : "failed"));
    // 429 asks for fewer requests, so one look-up must be enough.
    const std::size_t looked_up = busy == 5 ? 5 : 8;
    CHECK(run.transport.count("GET") == (status == 429 ? looked_up : 2 * looked_up));
    CHECK(methods_of(run).find("PP") == std::string::npos);
}

TEST_CASE("after ten creates in a row without an answer, creates are no longer sent again") {
    Run run([](const Request& request) {
        return request.method == "GET" ? Scripted{answer(200, listed({}, 0))}
                                       : Scripted{answer(504)};
    });
    std::vector<json> lines;
    for (int i = 0; i < 60; ++i) {
        lines.push_back(create_user("u" + std::to_string(i)));
    }
    run.apply(lines);
    CHECK(run.applier.outcomes().failed == 60);
    CHECK(run.transport.count("POST") < 60 + 2 * 30);
}

TEST_CASE("a conflict after a lost POST is caused by our own record, which may be listed later") {
    std::size_t posts = 0;
    Run* self = nullptr;
    Run run([&](const Request& request) {
        auto record = create_user("ada").at("data");
        record["id"] = "9f";
        if (request.method == "POST") {
            return Scripted{answer(++posts == 1 ? 504 : 409)};
        }
        return Scripted{answer(
            200, self->transport.elapsed() < seconds(5) ? listed({}, 0) : listed({record}, 1))};
    });
    self = &run;
    run.apply({create_user("ada")});
    CHECK(posts == 2);
    CHECK(run.how("c-ada") == "applied");
}

TEST_CASE("a group is looked up once before its creation, by externalId and by name") {
    Run run(yes);
    run.apply({create_group("hpc", {})});
    CHECK(run.transport.sent() ==
          Texts{"GET /Groups?filter=externalId%20eq%20%22pw-activate%3Agroup%3Ahpc%22%20or%20"
                "displayName%20eq%20%22hpc%22",
                "POST /Groups"});
}

TEST_CASE("a managed record of the same name is named, and no adoption is advised") {
    const bool user = GENERATE(false, true);
    const std::string owner = user ? user_id("eve") : "pw-activate:group:eve";
    const json other{
        {"id", "7"}, {"externalId", owner}, {"userName", "hpc@x.org"}, {"displayName", "hpc"}};
    Run run([&](const Request& request) {
        return request.method == "POST" ? Scripted{answer(409)}
                                        : Scripted{answer(200, listed({other}, 1))};
    });
    run.apply({user ? create_user("hpc") : create_group("hpc", {})});
    CHECK(run.reason("c-hpc") == "conflict");
    CHECK(run.detail("c-hpc").starts_with("managed record 7 (" + owner + ") has this "));
    CHECK_FALSE(contains(run.log.text(), "adopt"));
}

TEST_CASE("an unmanaged group of the same name prevents a create and stays unchanged") {
    const bool takes_or = GENERATE(true, false);
    Run run([&](const Request& request) {
        if (!takes_or && contains(request.url, "%20or%20")) {
            return Scripted{answer(400, scim_error({{"scimType", "invalidFilter"}}))};
        }
        return contains(request.url, "displayName")
                   ? Scripted{answer(200, listed({{{"id", "7"}, {"displayName", "HPC"}}}, 1))}
                   : yes(request);
    });
    run.apply({create_group("hpc", {"7f"})});
    CHECK(run.reason("c-hpc") == "group-name-taken");
    CHECK(run.detail("c-hpc") == "unmanaged record 7 has this displayName");
    CHECK(run.writes().empty());
    CHECK(run.transport.count("GET") == (takes_or ? 1 : 3));
}

TEST_CASE("a filter with \"or\" is sent once to a service that does not understand it") {
    const auto refusal = GENERATE(as<std::string>{},
                                  R"({"totalResults":300,"Resources":[{"id":"1"}]})",
                                  R"({"schemas":["x"],"detail":"no or"})");
    Run run([&](const Request& request) {
        return contains(request.url, "%20or%20")
                   ? Scripted{answer(contains(refusal, "300") ? 200 : 400, refusal)}
                   : yes(request);
    });
    run.apply({create_group("one", {}), create_group("two", {})});
    CHECK(run.applier.outcomes().applied == 2);
    std::size_t asked = 0;
    for (const auto& sent : run.transport.sent()) {
        asked += contains(sent, "%20or%20") ? 1U : 0U;
    }
    CHECK(asked <= 2);  // both may be in flight
    CHECK(run.transport.count("POST") == 2);
}

TEST_CASE("answers without an id are not lost answers, and a lost POST is then tried again") {
    int posts = 0;
    Run run([&](const Request& request) {
        if (request.method == "GET") {
            return Scripted{answer(200, listed({}, 0))};
        }
        return Scripted{++posts <= 12 ? answer(201, "{}") : answer(504)};
    });
    for (int n = 0; n < 12; ++n) {
        run.apply({create_user("u" + std::to_string(n))});
        REQUIRE(run.reason("c-u" + std::to_string(n)) == "no-id");
    }
    run.apply({create_user("ada")});
    CHECK(run.reason("c-ada") == "no-answer");
    CHECK(posts == 12 + 3);
}

TEST_CASE("after ten creates without an answer, one POST is sent for each until one succeeds") {
    bool answers = false;
    Run run([&](const Request& request) {
        return request.method == "GET" ? Scripted{answer(200, listed({}, 0))}
               : answers               ? yes(request)
                                       : Scripted{answer(504)};
    });
    const auto posts_of = [&](const std::string& name) {
        const auto before = run.transport.count("POST");
        run.apply({create_user(name)});
        return run.transport.count("POST") - before;
    };
    for (int n = 0; n < 10; ++n) {
        CHECK(posts_of("lost-" + std::to_string(n)) == 3);
    }
    CHECK(posts_of("eleventh") == 1);
    CHECK(posts_of("twelfth") == 1);
    answers = true;
    CHECK(posts_of("ada") == 1);
    CHECK(run.how("c-ada") == "applied");
    answers = false;
    CHECK(posts_of("ben") == 3);
}
