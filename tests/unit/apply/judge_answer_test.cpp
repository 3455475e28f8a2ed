// The classification of answers to writes.

#include "apply/judge_answer.hpp"

#include "apply/outcome.hpp"
#include "support/catch.hpp"
#include "support/scripted_transport.hpp"

#include <optional>
#include <string>

using apply::Next;
using record::Kind;

namespace {

std::optional<std::string> created_id(Kind kind, const http::Result& result) {
    return apply::created_id(kind, apply::Answer(result));
}

apply::Verdict judge(Kind kind,
                     const std::string& method,
                     const nlohmann::json& sent,
                     const http::Result& result) {
    const auto effects = method == "PATCH" ? apply::effects_of(kind, sent, {}) : apply::Effects{};
    return apply::judge_answer(
        kind,
        method,
        [&]() -> const nlohmann::json& { return sent; },
        apply::Answer(result),
        effects);
}

std::optional<std::string> id_in(const std::string& body, const std::string& location = "") {
    return created_id(Kind::user, answer(201, body, {{"location", location}}));
}

}  // namespace

TEST_CASE("the id of a new record is in the body, otherwise at the end of Location") {
    CHECK(id_in(R"({"id":"u-1"})", "https://x.org/Users/u-2") == "u-1");
    CHECK(id_in(R"({"ID":"u-1"})") == "u-1");
    CHECK(id_in("", "https://x.org/Users/u%2D2") == "u-2");
    CHECK_FALSE(id_in("", "https://x.org/Groups/u-2"));
    CHECK_FALSE(id_in(R"({"id":7})"));
    CHECK_FALSE(id_in(""));
}

TEST_CASE("an id that cannot be part of a path is ignored") {
    const auto id = GENERATE(as<std::string>{}, "", ".", "..", "u\\n1");
    CHECK_FALSE(id_in(R"({"id":")" + id + "\"}"));
    CHECK_FALSE(id_in("", "https://x.org/Users/"));
    CHECK_FALSE(id_in("", "https://x.org/Users/.."));
    CHECK_FALSE(id_in("", "https://x.org/Users/%2E%2E"));
    CHECK_FALSE(id_in("", "https://x.org/Users/u%0A"));

    const auto verdict = judge(Kind::user,
                               "POST",
                               {{"externalId", "pw-activate:user:ada"}},
                               answer(201, R"({"id":")" + id + "\"}"));
    CHECK(verdict.next == Next::look_up);
    CHECK(verdict.reason == apply::reason::kNoId);
}

TEST_CASE("a Location without a segment for the id, or of another place, has no id") {
    for (const char* location : {"", "u-2", "https://x.org/Users", "https://x.org/users-2/u-2"}) {
        CAPTURE(location);
        CHECK_FALSE(id_in("", location));
        CHECK_FALSE(id_in("{}", location));
    }
    CHECK(id_in(R"({"id":""})", "/Users/u-2") == "u-2");
    CHECK_FALSE(created_id(Kind::group, answer(201, "", {{"location", "/Users/u-2"}})));
    CHECK(created_id(Kind::group, answer(201, "", {{"location", "/Groups/g-2"}})) == "g-2");
}

TEST_CASE("a request without an answer has created no id") {
    CHECK_FALSE(created_id(Kind::user, failure(http::Failure::Reason::timeout)));
}

TEST_CASE("each refusal of a PATCH and of a POST has its reason") {
    struct Row {
        http::Result result{};
        std::string patch{};
        std::string post{};
    };
    const std::string uniqueness = R"({"scimType":"Uniqueness"})";
    const auto row = GENERATE_COPY(values<Row>({
        {failure(http::Failure::Reason::timeout), "no-answer", "look up, no-answer"},
        {answer(400), "refused", "refused"},
        {answer(400, uniqueness), "refused", "look up, conflict"},
        {answer(400, R"({"scimType":["uniqueness"]})"), "refused", "refused"},
        {answer(404), "gone", "refused"},
        {answer(405), "unsupported", "unsupported"},
        {answer(408), "no-answer", "look up, no-answer"},
        {answer(409), "conflict", "look up, conflict"},
        {answer(410), "gone", "refused"},
        {answer(412), "moved", "look up, conflict"},
        {answer(413), "divide, too-large", "divide, too-large"},
        {answer(422), "refused", "refused"},
        {answer(422, uniqueness), "refused", "refused"},
        {answer(429), "no-answer", "look up, no-answer"},
        {answer(499), "refused", "refused"},
        {answer(500), "no-answer", "look up, no-answer"},
        {answer(501), "unsupported", "unsupported"},
        {answer(505), "no-answer", "no-answer"},
    }));
    const auto said = [&](const char* method) {
        const auto verdict = judge(Kind::user, method, nlohmann::json::object(), row.result);
        CHECK_FALSE(verdict.detail.empty());
        return std::string(verdict.next == Next::look_up  ? "look up, "
                           : verdict.next == Next::divide ? "divide, "
                                                          : "") +
               std::string(verdict.reason);
    };
    CAPTURE(http::status_of(row.result));
    CHECK(said("PATCH") == row.patch);
    CHECK(said("POST") == row.post);
}
