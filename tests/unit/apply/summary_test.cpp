// The end of a run of scim-apply: exit status and last line.

#include "apply/summary.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"

#include <string>

using apply::Outcomes;
using plan::PlanSummary;

TEST_CASE("the exit status is that of the gravest outcome") {
    const PlanSummary plan;
    CHECK(apply::status_of({.applied = 3}, plan) == ExitStatus::ok);
    CHECK(apply::status_of({.partial = 1}, plan) == ExitStatus::partial);
    CHECK(apply::status_of({.applied = 1, .not_sent = 1}, plan) == ExitStatus::partial);
    CHECK(apply::status_of({.unresolved = 1, .partial = 1}, plan) == ExitStatus::unresolved);
    CHECK(apply::status_of({.held = 1, .unresolved = 1}, plan) == ExitStatus::refused);
    PlanSummary left_out;
    left_out.partial = 1;
    CHECK(apply::status_of({}, left_out) == ExitStatus::partial);
    left_out.unresolved = 1;
    CHECK(apply::status_of({}, left_out) == ExitStatus::unresolved);
    PlanSummary incomplete;
    incomplete.exports.partial = 1;
    CHECK(apply::status_of({.applied = 1}, incomplete) == ExitStatus::partial);
    incomplete.exports.unresolved = 1;
    CHECK(apply::status_of({.applied = 1}, incomplete) == ExitStatus::unresolved);
}

TEST_CASE("the last line has each part that there is, and no other") {
    PlanSummary plan;
    CHECK(apply::summary_of({.applied = 1}, plan, ExitStatus::ok).empty());
    plan.held_digest = "d1";
    plan.unresolved = 1;
    plan.partial = 2;
    const Outcomes outcomes{.applied = 2, .failed = 1, .skipped = 1, .held = 1};
    CHECK(apply::summary_of(outcomes, plan, ExitStatus::unresolved) ==
          "1 of 3 changes failed; 1 change was skipped; 1 change is held until approved: "
          "--approve=d1; the plan leaves out 3 records or a part of it, and says why; access "
          "differs until an operator acts: the messages above and the outcomes have the remedy");
    CHECK(apply::summary_of({.failed = 1}, {}, ExitStatus::partial) ==
          "1 of 1 change failed; the next run tries again");
    CHECK(apply::summary_of({.failed = 1, .not_sent = 2}, {}, ExitStatus::partial) ==
          "1 of 1 change failed; 2 changes were not sent; the next run tries again");
}

TEST_CASE("the last line has what the exports of the plan lack, and where the remedy is") {
    PlanSummary plan;
    plan.exports.partial = 1;
    CHECK(apply::summary_of({.applied = 1}, plan, ExitStatus::partial) ==
          "the exports lack 1 record or a part of it, so access may differ: the messages of the "
          "exports and of scim-diff name each and the remedy; export and plan again");
    plan.exports.unresolved = 1;
    CHECK(apply::summary_of({.applied = 1}, plan, ExitStatus::unresolved) ==
          "the exports lack 2 records or a part of them, so access may differ: the messages of the "
          "exports and of scim-diff name each and the remedy; follow them, then export and plan "
          "again");
}

TEST_CASE("an account names unknown results and other failures apart") {
    CHECK(apply::account_of({.applied = 1, .not_sent = 4}) == "1 change applied, 4 not sent");
    CHECK(apply::account_of({.applied = 2, .failed = 3, .unknown = 1}) ==
          "2 changes applied, 0 not sent, 1 with an unknown result, 2 failed");
    CHECK(apply::account_of({.failed = 2, .unknown = 2}) ==
          "0 changes applied, 0 not sent, 2 with an unknown result");
}
