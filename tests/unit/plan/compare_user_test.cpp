// Keys of users that other users have as well.

#include "plan/compare_user.hpp"

#include "support/plan_run.hpp"

using namespace plan_run;

namespace {

const std::string kShared = ssh_blob::valid_line(7);
const std::string kRefused = "ssh-dss AAAAB3NzaC1kc3M=";

}  // namespace

TEST_CASE("unknown keys of an active user stay, even if another user has one of them") {
    auto bob = person("bob");
    bob.ssh_keys.reset();
    auto eve = person("eve");
    eve.ssh_keys = Texts{kShared};
    auto present = there(person("bob"), "1");
    present.ssh_keys = Texts{kShared, kRefused};
    const auto plan = planned({{bob, eve}, {}}, {{present, there(eve, "2")}, {}});
    INFO(plan.text());
    CHECK(plan.changes().empty());
}

TEST_CASE("unknown keys of a user who returns are those without the key of another user") {
    auto bob = person("bob");
    bob.ssh_keys.reset();
    auto eve = person("eve");
    eve.ssh_keys = Texts{kShared};
    const auto own = ssh_blob::valid_line(8);
    auto present = there(inactive(person("bob")), "1");
    present.ssh_keys = Texts{kShared, own, kRefused};
    const auto change =
        planned({{bob, eve}, {}}, {{present, there(eve, "2")}, {}}).change("pw-activate:user:bob");
    CHECK(change.at("action") == "reactivate");
    CHECK(change.at("after").at("sshKeys").dump() == json(Texts{own}).dump());
}

TEST_CASE("a key of two users stays with those who have it, and the warning says who that is") {
    auto ada = person("ada");
    auto bob = person("bob");
    ada.ssh_keys = Texts{kShared};
    bob.ssh_keys = Texts{kShared};
    const auto warning = [&](const Directory& current) {
        const Directory desired{{ada, bob}, {}};
        const auto plan = plan::make_plan(desired, current, without_rails());
        REQUIRE(plan.account.warnings.size() == 1);
        return plan.account.warnings.front();
    };
    CHECK(warning({}).ends_with("; none of them gets it"));
    CHECK(
        warning({{there(ada, "1")}, {}}).ends_with("; only the user who already has it keeps it"));
    CHECK(warning({{there(ada, "1"), there(bob, "2")}, {}})
              .ends_with("; users who have it in SCIM keep it"));
}
