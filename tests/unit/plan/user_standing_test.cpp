// The states of users after a plan, by external id.

#include "plan/user_standing.hpp"

#include "support/catch.hpp"

#include <utility>

namespace {

const record::ExternalId kAda{"pw-activate:user:ada"};
const record::ExternalId kBen{"pw-activate:user:ben"};

}  // namespace

TEST_CASE("at() changes a standing in place, and find() returns null for a user without one") {
    plan::UserStandings standings;
    standings.set(kAda, {.joins = true});
    REQUIRE(standings.find(kAda) != nullptr);
    standings.at(kAda).held = "max-deactivations";
    CHECK(std::as_const(standings).find(kAda)->held == "max-deactivations");
    CHECK(std::as_const(standings).find(kAda)->joins);
    CHECK(standings.find(kBen) == nullptr);
    CHECK(std::as_const(standings).find(kBen) == nullptr);
}
