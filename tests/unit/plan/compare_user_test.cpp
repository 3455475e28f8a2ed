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

TEST_CASE("a refused user loses keys that ACTIVATE does not list, unless the user is protected") {
    auto wanted = person("bob");
    wanted.display_name = "Bob:Stone";
    auto present = there(person("bob"), "1");
    present.ssh_keys = Texts{ssh_blob::valid_line(8)};
    auto policy = without_rails();
    const auto line = only_line(planned({{wanted}, {}}, {{present}, {}}, policy));
    CHECK(line.at("withheld") == "bad-name");
    CHECK(line.at("after").at("sshKeys").empty());
    policy.protected_users = {"bob@acme.org"};
    const auto skip = only_line(planned({{wanted}, {}}, {{present}, {}}, policy));
    CHECK(skip.at("type") == "skip");
    CHECK(skip.at("reason") == "bad-name");
}

TEST_CASE("a key of two users stays with those who have it, and the warning says who that is") {
    auto ada = person("ada");
    auto bob = person("bob");
    ada.ssh_keys = Texts{kShared};
    bob.ssh_keys = Texts{kShared};
    auto stranger = there(ada, "9");
    stranger.external_id = {};
    stranger.user_name = "eve@acme.org";
    const auto warning = [&](const Directory& current) {
        const Directory desired{{ada, bob}, {}};
        const auto plan = plan::make_plan(desired, current, without_rails());
        REQUIRE(plan.account.warnings.size() == 1);
        return plan.account.warnings.front();
    };
    const auto key = "SSH key " + record::ssh_key_fingerprint(kShared) +
                     " is that of pw-activate:user:ada, pw-activate:user:bob";
    CHECK(warning({}) == key + "; none of them gets it");
    CHECK(warning({{there(ada, "1")}, {}}) == key + "; only the user who already has it keeps it");
    CHECK(warning({{there(ada, "1"), there(bob, "2")}, {}}) ==
          key + "; users who have it in SCIM keep it");
    CHECK(warning({.unmanaged_users = {stranger}}) ==
          key + " and now of record 9 (no externalId); no other user gets it");
    CHECK(warning({{there(ada, "1")}, {}, {stranger}, {}}) ==
          key + " and now of record 9 (no externalId); only the user who already has it keeps it");
    CHECK(
        warning({{there(person("eve"), "2"), there(bob, "3"), there(ada, "1")}, {}, {stranger}, {}})
            .ends_with(" and now of record 9 (no externalId); users who have it in SCIM keep "
                       "it"));
}

TEST_CASE("a key of another record is withheld, with the exit status of what becomes of it there") {
    auto ada = person("ada");
    ada.ssh_keys = Texts{kShared};
    auto eve = there(person("eve"), "2");
    eve.ssh_keys = Texts{kShared + " comment", kShared};  // still one user
    const auto key = "SSH key " + record::ssh_key_fingerprint(kShared);
    const auto withheld = [&](const Directory& desired, const Directory& current, Policy policy) {
        const auto line = planned(desired, current, policy).change("pw-activate:user:ada");
        return line.at("exitStatus").dump() + " " + line.at("withheld").get<std::string>() + ": " +
               line.at("detail").get<std::string>();
    };
    const auto moves = "key-moves: " + key +
                       " is still held by record 2 (pw-activate:user:eve); this user gets it after "
                       "that record has lost it: if no run removes it there, remove it in "
                       "CoreWeave";
    CHECK(withheld({{ada}, {}}, {{eve}, {}}, without_rails()) == "2 " + moves);
    CHECK(withheld({{ada, person("eve")}, {}}, {{eve}, {}}, without_rails()) == "2 " + moves);
    auto held = without_rails();
    held.limits.key_removals = {0, {}};
    CHECK(withheld({{ada, person("eve")}, {}}, {{eve}, {}}, held) == "4 " + moves);
    held.limits.deactivations = {0, {}};
    CHECK(withheld({{ada}, {}}, {{eve}, {}}, held) == "4 " + moves);
    auto shared = person("bob");
    shared.ssh_keys = Texts{kShared};
    CHECK(withheld({{ada, shared}, {}}, {{eve}, {}}, without_rails()) ==
          "4 key-shared: " + key +
              " is listed by another user as well; remove it from one of them in ACTIVATE");
    CHECK(planned({{ada}, {}}, {{inactive(eve)}, {}})
              .change("pw-activate:user:ada")
              .at("after")
              .at("sshKeys")
              .size() == 1);
}

TEST_CASE("a user with two keys of other records is withheld both, and gets the third") {
    const auto second = ssh_blob::valid_line(8);
    const auto own = ssh_blob::valid_line(9);
    auto ada = person("ada");
    ada.ssh_keys = Texts{kShared, second, own};
    auto eve = there(person("eve"), "2");
    eve.ssh_keys = Texts{kShared};
    auto bob = there(person("bob"), "3");
    bob.ssh_keys = Texts{second};
    const auto line = planned({{ada, person("eve"), person("bob")}, {}}, {{eve, bob}, {}})
                          .change("pw-activate:user:ada");
    CHECK(line.at("after").at("sshKeys").dump() == json(Texts{own}).dump());
    CHECK(line.at("exitStatus") == 2);
    for (const auto& key : {kShared, second}) {
        CHECK(contains(line.at("detail").get<std::string>(), record::ssh_key_fingerprint(key)));
    }
}

TEST_CASE("a user who has one key with two comments does not share it") {
    auto ada = person("ada");
    ada.ssh_keys = Texts{kShared, kShared + " comment"};
    const Directory desired{{ada}, {}};
    const auto plan = plan::make_plan(desired, {}, without_rails());
    CHECK(plan.account.warnings.empty());
    REQUIRE(plan.users.size() == 1);
    CHECK_FALSE(plan.users[0].withheld);
    CHECK(record::ssh_key_identities(plan.users[0].target_keys).size() == 1);
}
