// Outcomes: lines of the results, messages, counts and exit statuses.

#include "apply/outcome.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
#include <stdexcept>
#include <string>

using apply::Ending;
using apply::OutcomeLog;
using nlohmann::json;
namespace reason = apply::reason;

namespace {

plan::PlannedChange change(const std::string& name, record::Kind kind = record::Kind::user) {
    plan::PlannedChange one;
    one.id = "c-1";
    one.action = "update";
    one.kind = kind;
    one.external_id = {"pw-activate:user:1"};
    one.name = name;
    return one;
}

struct Fixture {
    CapturedLog words{};
    std::ostringstream out{};
    stream::Writer writer{out};
    OutcomeLog log{writer};

    [[nodiscard]] json line() const { return json::parse(out.str()); }
};

std::size_t times(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("each reason has one row, and a word without a row is a bug") {
    CHECK(apply::reason_row(reason::kDidNotTake).exit_status == ExitStatus::unresolved);
    CHECK(apply::reason_row(reason::kUserNameTaken).exit_status == ExitStatus::unresolved);
    CHECK(apply::reason_row(reason::kGroupNameTaken).exit_status == ExitStatus::unresolved);
    CHECK(apply::reason_row(reason::kDuplicateExternalId).exit_status == ExitStatus::unresolved);
    CHECK(apply::reason_row(reason::kConflict).exit_status == ExitStatus::unresolved);
    CHECK(apply::reason_row(reason::kRefused).exit_status == ExitStatus::unresolved);
    CHECK(apply::reason_row(reason::kNoAnswer).exit_status == ExitStatus::partial);
    CHECK(apply::reason_row(reason::kMoved).exit_status == ExitStatus::partial);
    CHECK(apply::reason_row(reason::kGone).exit_status == ExitStatus::partial);
    CHECK_THROWS_AS(apply::reason_row("no-such-reason"), std::logic_error);
}

TEST_CASE("an outcome has the name of its record, and a failure its exit status") {
    Fixture user;
    user.log.add(change("ada@x.org"), {Ending::failed, reason::kGone, 404, "HTTP 404"});
    CHECK(user.line().at("userName") == "ada@x.org");
    CHECK(user.line().at("exitStatus") == 2);
    CHECK(user.line().at("status") == 404);
    Fixture group;
    group.log.add(change("hpc", record::Kind::group), {Ending::applied, {}, 200, ""});
    CHECK(group.line().at("displayName") == "hpc");
    CHECK_FALSE(group.line().contains("exitStatus"));
}

TEST_CASE("a failure names the record, the reason and the remedy") {
    Fixture run;
    run.log.add(change("ada@x.org"), {Ending::failed, reason::kGone, 404, "HTTP 404"});
    CHECK(contains(run.words.text(),
                   "User ada@x.org (pw-activate:user:1): update failed: gone: HTTP 404; the next "
                   "run creates the record again if ACTIVATE still has it"));
}

TEST_CASE("an outcome may require another exit status than its reason") {
    Fixture run;
    run.log.add(change("ada@x.org"),
                {Ending::failed, reason::kDidNotTake, 200, "displayName", ExitStatus::ok});
    CHECK(run.line().at("exitStatus") == 0);
    CHECK(run.log.counts().failed == 1);
    CHECK(run.log.counts().unresolved == 0);
    CHECK(run.log.counts().partial == 0);
}

TEST_CASE("twenty failures of one reason are logged, and further ones are counted") {
    Fixture run;
    for (int i = 0; i < 23; ++i) {
        run.log.add(change("u" + std::to_string(i)), {Ending::failed, reason::kRefused, 400, "no"});
    }
    run.log.add(change("other"),
                {Ending::skipped, reason::kMoved, 0, "active has changed since the plan was made"});
    run.log.log_rest();
    CHECK(times(run.words.text(), "update failed: refused") == 20);
    CHECK(contains(run.words.text(), "and 3 more: refused"));
    CHECK(times(run.words.text(), "update skipped: moved") == 1);
    CHECK_FALSE(contains(run.words.text(), "more: moved"));
    CHECK(run.log.counts().unresolved == 23);
    CHECK(run.log.counts().partial == 1);
}
