// The owners of names and keys: new users, returning users, protected users, and restores.

#include "plan/make_plan.hpp"
#include "plan/types.hpp"
#include "record/directory.hpp"

#include "plan/held_changes.hpp"
#include "plan/write_plan.hpp"
#include "support/catch.hpp"
#include "support/free_limits.hpp"
#include "support/people.hpp"
#include "support/ssh_blob.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using people::inactive;
using people::there;
using plan::Action;
using plan::Plan;
using plan::Policy;
using record::Directory;
using record::User;

namespace {

using Texts = std::vector<std::string>;

const std::string kKey = ssh_blob::valid_line(1);

User person(const std::string& name, const Texts& keys = {}) {
    User user;
    user.external_id = {"pw-activate:user:" + name};
    user.user_name = name + "@acme.org";
    user.ssh_keys = keys;
    return user;
}

User named(User user, const std::string& user_name) {
    user.user_name = user_name;
    return user;
}

Policy free_policy() {
    Policy policy;
    policy.limits = free_limits();
    return policy;
}

bool says_that_keys_are_kept(const std::optional<plan::Withheld>& withheld) {
    return withheld &&
           withheld->detail.find("this protected user keeps SSH keys") != std::string::npos;
}

const plan::UserChange* change_of(const Plan& plan, const User& user) {
    for (const auto& change : plan.users) {
        if ((change.desired != nullptr ? change.desired : change.current)->external_id ==
            user.external_id) {
            return &change;
        }
    }
    return nullptr;
}

std::string skip_of(const Plan& plan, const User& user) {
    for (const auto& skip : plan.account.skips) {
        if (skip.external_id == user.external_id) {
            return skip.withheld.reason + ": " + skip.withheld.detail;
        }
    }
    return "none";
}

bool warns(const Plan& plan, const std::string& part) {
    const auto& all = plan.account.warnings;
    return std::any_of(all.begin(), all.end(), [&](const std::string& warning) {
        return warning.find(part) != std::string::npos;
    });
}

}  // namespace

TEST_CASE("a POSIX collision names the same holder in any order of the records") {
    const Directory desired{.users = {named(person("new"), "ada@new.org")}};
    Directory current{.users = {there(named(person("b"), "ada@b.org"), "u2"),
                                there(named(person("a"), "ada@a.org"), "u1")}};
    const auto first = skip_of(plan::make_plan(desired, current, free_policy()), desired.users[0]);
    std::reverse(current.users.begin(), current.users.end());
    const auto second = skip_of(plan::make_plan(desired, current, free_policy()), desired.users[0]);
    CHECK(first == second);
    CHECK(first.find("record u1") != std::string::npos);
}

TEST_CASE("of two records with one SCIM id the same is named in any order") {
    const bool by_key =
        GENERATE(false, true);  // a new user would have their key, or their userName
    const Texts keys = by_key ? Texts{kKey} : Texts{};
    const Directory desired{
        .users = {by_key ? person("new", keys) : named(person("new"), "ada@acme.org")}};
    Directory current{
        .users = {there(by_key ? person("a", keys) : named(person("a"), "ada@acme.org"), "same"),
                  there(by_key ? person("b", keys) : named(person("b"), "ADA@acme.org"), "same")}};
    const auto first = plan::make_plan(desired, current, free_policy());
    std::reverse(current.users.begin(), current.users.end());
    const auto second = plan::make_plan(desired, current, free_policy());
    CHECK(skip_of(first, desired.users[0]) == skip_of(second, desired.users[0]));
    CHECK(first.account.warnings == second.account.warnings);
    CHECK((by_key ? first.account.warnings.size() : first.account.skips.size()) > 0);
}

TEST_CASE("of many users with one name five are named, and the rest counted") {
    Directory desired;
    for (int n = 10; n < 30; ++n) {
        desired.users.push_back(
            named(person(std::to_string(n)), "ada@" + std::to_string(n) + ".org"));
    }
    const auto plan = plan::make_plan(desired, {}, free_policy());
    REQUIRE(plan.account.skips.size() == 20);
    CHECK(plan.account.skips.back().withheld.detail ==
          "the POSIX name \"ada\" is claimed by more than one user: pw-activate:user:10, "
          "pw-activate:user:11, "
          "pw-activate:user:12, "
          "pw-activate:user:13, pw-activate:user:14 and 15 more; who is there already stays");
}

TEST_CASE("each copy of a record in SCIM is named with the record that gets the grants") {
    Directory current;
    for (int n = 10; n < 20; ++n) {
        current.users.push_back(there(person("ada"), "u" + std::to_string(n)));
    }
    const auto plan = plan::make_plan({.users = {person("ada")}}, current, free_policy());
    CHECK(plan.account.skips.size() == 9);
    CHECK(skip_of(plan, person("ada")).find("records u10 and u11 in SCIM") != std::string::npos);
}

TEST_CASE("a protected user who returns does not get back a key that another user has now") {
    const Directory desired{.users = {person("ada"), person("bob", {kKey})}};
    const Directory current{.users = {there(inactive(person("ada", {kKey})), "u1"),
                                      there(person("bob", {kKey}), "u2")}};
    auto policy = free_policy();
    policy.protected_users = {"ada@acme.org"};
    const auto plan = plan::make_plan(desired, current, policy);
    const auto* change = change_of(plan, person("ada"));
    REQUIRE(change != nullptr);
    CHECK(change->action == Action::reactivate);
    CHECK(change->keys);
    CHECK(change->target_keys.empty());
    CHECK(change_of(plan, person("bob")) == nullptr);
}

TEST_CASE("a protected user who returns keeps a key that no other user has") {
    const Directory desired{.users = {person("ada", {ssh_blob::valid_line(2)})}};
    const Directory current{.users = {there(inactive(person("ada", {kKey})), "u1")}};
    auto policy = free_policy();
    policy.protected_users = {"ada@acme.org"};
    const auto plan = plan::make_plan(desired, current, policy);
    const auto* change = change_of(plan, person("ada"));
    REQUIRE(change != nullptr);
    CHECK(change->target_keys.size() == 2);
    REQUIRE(change->withheld);
    CHECK(change->withheld->reason == "protected");
    CHECK(change->withheld->exit_status == ExitStatus::ok);
    CHECK(change->withheld->detail.find(record::ssh_key_fingerprint(kKey)) != std::string::npos);
}

TEST_CASE("a protected user whose keys are unchanged is reported to keep one") {
    const auto has_key = GENERATE(false, true);
    const Directory desired{.users = {person("ada", has_key ? Texts{kKey} : Texts{})}};
    const Directory current{.users = {there(person("ada", {kKey}), "u1")}};
    auto policy = free_policy();
    policy.protected_users = {"ada@acme.org"};
    const auto plan = plan::make_plan(desired, current, policy);
    CHECK(plan.users.empty());
    CHECK(plan.account.unchanged.size() == (has_key ? 1 : 0));
    REQUIRE(plan.account.skips.size() == (has_key ? 0 : 1));
    if (!has_key) {
        CHECK(plan.account.skips[0].withheld.reason == "protected");
        CHECK(plan.account.skips[0].withheld.exit_status == ExitStatus::ok);
    }
}

TEST_CASE("if a kept key of a protected user may not be sent, new keys wait until it is removed") {
    const bool has_new = GENERATE(false, true);
    const Directory desired{.users = {person("ada", has_new ? Texts{kKey} : Texts{})}};
    const Directory current{.users = {there(person("ada", {"ssh-dss AAAA"}), "u1")}};
    auto policy = free_policy();
    policy.protected_users = {"ada@acme.org"};
    const auto plan = plan::make_plan(desired, current, policy);
    CHECK(plan.users.empty());
    REQUIRE(plan.account.skips.size() == 1);
    CHECK(plan.account.skips[0].withheld.reason == (has_new ? "kept-key" : "protected"));
    CHECK(plan.account.warnings.size() == (has_new ? 0 : 1));
    if (has_new) {
        const auto& withheld = plan.account.skips[0].withheld;
        CHECK(withheld.reason == "kept-key");
        CHECK(withheld.exit_status == ExitStatus::unresolved);
        CHECK(withheld.detail.find("remove that key in CoreWeave") != std::string::npos);
    }
}

TEST_CASE("a protected user who returns without an old key is reported") {
    const Directory desired{.users = {person("ada"), person("bob", {kKey})}};
    const Directory current{.users = {there(inactive(person("ada", {kKey, "ssh-dss AAAA"})), "u1"),
                                      there(person("bob", {kKey}), "u2")}};
    auto policy = free_policy();
    policy.protected_users = {"ada@acme.org"};
    const auto plan = plan::make_plan(desired, current, policy);
    const auto& why = change_of(plan, person("ada"))->why;
    CHECK(std::none_of(why.begin(), why.end(), [](const auto& sentence) {
        return sentence.find("kept") != std::string::npos;
    }));
    CHECK_FALSE(says_that_keys_are_kept(change_of(plan, person("ada"))->withheld));
    CHECK(warns(plan, "are not given back"));
}

TEST_CASE("the keys of a protected user who returns are not compared if ACTIVATE's are unknown") {
    auto unread = person("ada");
    unread.ssh_keys.reset();
    const auto other = ssh_blob::valid_line(2);
    const Directory desired{.users = {unread, person("bob", {kKey})}};
    const Directory current{.users = {there(inactive(person("ada", {kKey, other})), "u1"),
                                      there(person("bob", {kKey}), "u2")}};
    auto policy = free_policy();
    policy.protected_users = {"ada@acme.org"};
    const auto plan = plan::make_plan(desired, current, policy);
    const auto* change = change_of(plan, person("ada"));
    REQUIRE(change != nullptr);
    CHECK(change->target_keys.size() == 1);
    CHECK_FALSE(says_that_keys_are_kept(change->withheld));
}

TEST_CASE("the line of a protected user who keeps a key has the reason of what is withheld") {
    const Directory desired{.users = {person("ada", {kKey}), person("bob")}};
    const Directory current{.users = {there(person("ada", {ssh_blob::valid_line(2)}), "u1"),
                                      there(person("bob", {kKey}), "u2")}};
    auto policy = free_policy();
    policy.protected_users = {"ada@acme.org"};
    const auto plan = plan::make_plan(desired, current, policy);
    REQUIRE(plan.account.skips.size() == 1);
    const auto& withheld = plan.account.skips[0].withheld;
    CHECK(withheld.reason == "key-moves");
    CHECK(withheld.exit_status == ExitStatus::unresolved);
    CHECK(warns(plan, "; the user gets it after that record has lost it"));
    CHECK(says_that_keys_are_kept(withheld));
}

TEST_CASE("a new user does not get the key of a protected user who returns") {
    const Directory desired{.users = {person("ada"), person("bob", {kKey})}};
    const Directory current{.users = {there(inactive(person("ada", {kKey})), "u1")}};
    auto policy = free_policy();
    policy.protected_users = {"ada@acme.org"};
    const auto plan = plan::make_plan(desired, current, policy);
    CHECK(change_of(plan, person("ada"))->target_keys.empty());
    CHECK(change_of(plan, person("bob"))->target_keys.empty());
    CHECK(warns(plan, "; none of them gets it"));
}

TEST_CASE("a user is protected by the name on either side") {
    const Directory desired{.users = {inactive(named(person("ada"), "ada@new.org"))}};
    const Directory current{.users = {there(named(person("ada"), "ada@old.org"), "u1")}};
    for (const auto* name : {"ada@old.org", "ada@new.org", "pw-activate:user:ada"}) {
        auto policy = free_policy();
        policy.protected_users = {name};
        const auto plan = plan::make_plan(desired, current, policy);
        CHECK(skip_of(plan, person("ada")).starts_with("protected: "));
        CHECK(plan.account.warnings.empty());
    }
}

TEST_CASE("a protected name that no user has is reported") {
    auto policy = free_policy();
    policy.protected_users = {"adda@acme.org"};
    const auto plan = plan::make_plan({.users = {person("ada")}}, {}, policy);
    CHECK(warns(plan, "\"adda@acme.org\" is to be protected, and no user"));
}

TEST_CASE("restore leaves a key with an inactive user even if another user has it") {
    const Directory both{.users = {there(inactive(person("ada", {kKey})), "u1"),
                                   there(person("bob", {kKey}), "u2")}};
    auto policy = free_policy();
    policy.restore = true;
    const auto plan = plan::make_plan(both, both, policy);
    CHECK(plan.users.empty());
    CHECK(plan.account.unchanged.size() == 2);
}

TEST_CASE("restore does not reactivate a user whose POSIX name another active user has") {
    const auto ada = named(person("ada"), "ada@old.org");
    const Directory captured{.users = {there(ada, "u1")}};
    const Directory now{.users = {there(inactive(ada), "u1")},
                        .unmanaged_users = {there(named(User{}, "ada@new.org"), "u2")}};
    auto policy = free_policy();
    policy.restore = true;
    const auto plan = plan::make_plan(captured, now, policy);
    CHECK(plan.users.empty());
    CHECK(skip_of(plan, ada).starts_with("posix-collision: "));
}

TEST_CASE("restore does not give back a name whose POSIX name another active record has") {
    const Directory captured{.users = {there(named(person("ada"), "ada@old.org"), "u1")}};
    const Directory now{.users = {there(named(person("ada"), "lovelace@old.org"), "u1")},
                        .unmanaged_users = {there(named(User{}, "ada@new.org"), "u2")}};
    auto policy = free_policy();
    policy.restore = true;
    const auto plan = plan::make_plan(captured, now, policy);
    CHECK(plan.users.empty());
    CHECK(skip_of(plan, person("ada")).starts_with("rename-waits: "));
}

TEST_CASE("an approval of the removal of one unmanaged record is not valid for another") {
    const auto digest = [](const std::string& id) {
        const Directory desired{.users = {person("ada")}};
        Directory current;
        current.unmanaged_users = {there(named(User{}, "ada@acme.org"), id)};
        current.unmanaged_users[0].ssh_keys = Texts{kKey};
        Policy policy;
        policy.limits.keyless_users = {0, {}};
        policy.adopt_users = {"ada@acme.org"};
        const auto plan = plan::make_plan(desired, current, policy);
        REQUIRE(plan.held.changes.size() == 1);
        return plan::held_digests(plan.held).at("");
    };
    CHECK(digest("u1") != digest("u2"));
}

TEST_CASE("an id with a line end does not make two removals one") {
    const record::ResourceId group{"g"};
    CHECK(plan::held_foreign(group, {"a\nforeign /Groups/g \"b\""}).find('\n') ==
          std::string::npos);
}

TEST_CASE("a managed record is not adopted by its name: the limit on takeovers holds it") {
    const Directory desired{.users = {person("new")}};
    auto renamed = desired;
    renamed.users[0].user_name = "ada@acme.org";
    Directory current;
    current.users = {there(person("ada"), "u1")};
    Policy policy;
    policy.adopt_users = {"ada@acme.org"};
    const auto plan = plan::make_plan(renamed, current, policy);
    const auto* change = change_of(plan, renamed.users[0]);
    REQUIRE(change != nullptr);
    CHECK(change->held == plan::kMaxTakeovers);
}

TEST_CASE("a skip names the unmanaged record that has the name, and the variable that adopts it") {
    const Directory desired{.users = {person("ada")}};
    Directory current;
    current.unmanaged_users = {there(named(User{}, "ADA@acme.org"), "u-console")};
    const auto skip = skip_of(plan::make_plan(desired, current, {}), person("ada"));
    CHECK(skip.starts_with("user-name-taken: "));
    for (const auto* part : {"u-console", "unmanaged", "SYNC_ADOPT_FILE"}) {
        CHECK(skip.find(part) != std::string::npos);
    }
}

TEST_CASE("a name to adopt that no desired record has is a warning, also after the adoption") {
    const Directory desired{.users = {person("ada")}};
    const Directory current{.users = {there(person("ada"), "u1")}};
    Policy policy;
    policy.adopt_users = {"ada@acme.org", "adda@acme.org"};
    policy.adopt_groups = {"hpc"};
    const auto plan = plan::make_plan(desired, current, policy);
    REQUIRE(plan.account.warnings.size() == 2);
    CHECK(plan.account.warnings[0].starts_with("\"adda@acme.org\" is to be adopted"));
    CHECK(plan.account.warnings[1].starts_with("\"hpc\" is to be adopted"));
}

TEST_CASE(
    "of users who share a key, the only one who has it in SCIM keeps it and needs no action") {
    const Directory desired{.users = {person("ada", {kKey}), person("bob", {kKey})}};
    Directory current{
        .users = {there(person("ada", {kKey}), "u1"), there(person("bob", {}), "u2")}};
    const auto one = plan::make_plan(desired, current, free_policy());
    CHECK(skip_of(one, person("ada")) == "none");
    CHECK(skip_of(one, person("bob")).starts_with("key-shared: "));
    CHECK(warns(one, "only the user who already has it keeps it"));
    current.users[1].ssh_keys = Texts{kKey};
    const auto both = plan::make_plan(desired, current, free_policy());
    CHECK(skip_of(both, person("ada")).starts_with("key-shared: "));
    CHECK(skip_of(both, person("bob")).starts_with("key-shared: "));
    CHECK(warns(both, "users who have it in SCIM keep it"));
}
