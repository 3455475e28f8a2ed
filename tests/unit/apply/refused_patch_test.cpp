// The account of a PATCH that was refused, and of its parts.

#include "apply/refused_patch.hpp"

#include "support/catch.hpp"

#include <string>

using apply::Effects;
using apply::RefusedPatch;

namespace {

const Effects kRemoves{.removes = true};
const Effects kGrants{.grants = true};
const Effects kNames{.names = true};

RefusedPatch refused_patch() {
    return RefusedPatch({.ending = apply::Ending::failed,
                         .reason = apply::reason::kRefused,
                         .status = 400,
                         .detail = "HTTP 400"});
}

std::string detail(const RefusedPatch& patch) {
    return patch.outcome().detail;
}

bool concerns_access(const RefusedPatch& patch) {
    return patch.outcome().exit_status != ExitStatus::ok;
}

}  // namespace

TEST_CASE("a PATCH that was refused completely has no account of its parts") {
    auto patch = refused_patch();
    patch.refused(kRemoves);
    patch.refused(kGrants);
    patch.member_refused("u1");
    CHECK(detail(patch) == "HTTP 400");
    CHECK(concerns_access(patch));
}

TEST_CASE("the account has what became of removals and of additions") {
    auto patch = refused_patch();
    patch.applied(kRemoves);
    patch.refused(kGrants);
    CHECK(detail(patch) ==
          "HTTP 400; the removals of this change were applied; its additions were refused");
    patch.refused(kRemoves);
    patch.applied(kGrants);
    patch.member_refused("u1");
    CHECK(detail(patch) ==
          "HTTP 400; some removals of this change were applied; some additions were applied; "
          "members that were refused: u1");
    patch.forget_applied();
    patch.unclear("one was not stored");
    CHECK(detail(patch) ==
          "HTTP 400; the removals of this change were refused; its additions were refused; members "
          "that were refused: u1; one was not stored");
}

TEST_CASE("additions that wait for a name are named, and concern access") {
    auto patch = refused_patch();
    patch.waits(kGrants);
    CHECK(detail(patch) == "HTTP 400; its additions wait until the service accepts the name");
    CHECK(concerns_access(patch));
    patch.applied(kGrants);
    CHECK(detail(patch) ==
          "HTTP 400; its additions wait until the service accepts the name; its additions were "
          "applied");
}

TEST_CASE("a refusal concerns access unless only names of a user were refused") {
    auto patch = refused_patch();
    CHECK_FALSE(concerns_access(patch));
    patch.refused({});
    patch.applied(kGrants);
    patch.applied(kRemoves);
    CHECK_FALSE(concerns_access(patch));
    for (const auto& effects : {kRemoves, kGrants, kNames}) {
        auto other = patch;
        other.refused(effects);
        CHECK(concerns_access(other));
    }
    patch.unclear("its answer was lost");
    CHECK(concerns_access(patch));
    patch.unclear("");
    CHECK(detail(patch) ==
          "HTTP 400; the removals of this change were applied; its additions were applied; its "
          "answer was lost");
}
