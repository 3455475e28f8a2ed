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

std::optional<std::string> id_in(const std::string& body, const std::string& location = "") {
    return apply::created_id(Kind::user, answer(201, body, {{"location", location}}));
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

    const auto verdict = apply::judge_answer(Kind::user,
                                             "POST",
                                             R"({"externalId":"pw-activate:user:ada"})",
                                             answer(201, R"({"id":")" + id + "\"}"),
                                             {});
    CHECK(verdict.next == Next::look_up);
    CHECK(verdict.reason == apply::reason::kNoId);
}
