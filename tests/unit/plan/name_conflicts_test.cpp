// The sentences about names that another record has, and the exit status of each.

#include "plan/conflicts.hpp"

#include "support/plan_run.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace plan_run;

namespace {

User named(const std::string& key, const std::string& user_name) {
    auto user = person(key);
    user.user_name = user_name;
    return user;
}

User unmanaged(const std::string& id, const std::string& user_name) {
    auto user = there(named("x", user_name), id);
    user.external_id = {};
    return user;
}

Group unmanaged_group(const std::string& id, const std::string& name) {
    auto one = there(group("x", name), id);
    one.external_id = {};
    return one;
}

/// `4 user-name-taken: the sentence` for each skip with that key, and "none" without one.
std::string skip_of(const Planned& plan, const std::string& key) {
    std::string all;
    for (const auto& line : plan.of_type("skip")) {
        if (line.at("externalId").get<std::string>().ends_with(":" + key)) {
            all += line.at("exitStatus").dump() + " " + line.at("reason").get<std::string>() +
                   ": " + line.at("detail").get<std::string>();
        }
    }
    return all.empty() ? "none" : all;
}

Policy renaming() {
    auto policy = without_rails();
    policy.rename_users = true;
    return policy;
}

const std::string kWaits = "; while this waits, another user has the old or the new address: ";
const std::string kRemedy =
    "give one of them another address in ACTIVATE, or delete the record of a leaver in CoreWeave";

}  // namespace

TEST_CASE("the skip of a new user names the record with that userName, and how to resolve it") {
    const auto skip = [](const Directory& current, Policy policy = without_rails()) {
        return skip_of(planned({{named("ada", "ada@acme.org")}, {}}, current, policy), "ada");
    };
    CHECK(skip({.unmanaged_users = {unmanaged("9", "ADA@acme.org")}}) ==
          "4 user-name-taken: ADA@acme.org is record 9 (unmanaged: no externalId); to manage that "
          "record, add ADA@acme.org to the file that SYNC_ADOPT_FILE (--adopt) names");
    auto stays = without_rails();
    stays.protected_users = {"pw-activate:user:ben"};
    CHECK(skip({.users = {there(named("ben", "ada@acme.org"), "2")}}, stays) ==
          "4 user-name-taken: ada@acme.org is record 2 (pw-activate:user:ben); its user stays "
          "(protected, or not confirmed as absent): another line names that user");
    auto foreign = unmanaged("9", "ada@acme.org");
    foreign.external_id = {"okta:1"};
    CHECK(skip({.unmanaged_users = {unmanaged("1", "Ada@acme.org"), foreign}}) ==
          "4 foreign-external-id: Ada@acme.org is record 9 (okta:1), which another system "
          "provisions; it is never adopted");
}

TEST_CASE("if a migration left out a user, the skip of that user names the migration") {
    struct Acme {
        Acme() { record::use_namespace("acme"); }
        Acme(const Acme&) = delete;
        Acme& operator=(const Acme&) = delete;
        ~Acme() { record::use_namespace(""); }
    } const acme;
    auto user = named("ada", "ada@acme.org");
    user.external_id = {"pw-activate:acme:user:ada"};
    auto left = unmanaged("9", "ada@acme.org");
    left.external_id = {"pw-activate:user:ada"};
    const auto skip = [&] {
        const auto plan =
            plan::make_plan({{user}, {}}, {.unmanaged_users = {left}}, without_rails());
        REQUIRE(plan.account.skips.size() == 1);
        return plan.account.skips.front().withheld.detail;
    };
    CHECK(skip() ==
          "ada@acme.org is record 9 (pw-activate:user:ada), the same User without a namespace; if "
          "the migration to acme was not completed, run it again: scim-diff "
          "--migrate-namespace=acme in scim-diff(1)");
    left.external_id = {"pw-activate:user:ben"};
    CHECK(contains(skip(), "another system"));
    left.external_id = {"pw-activate:acme2:user:ada"};
    CHECK(skip() ==
          "ada@acme.org is record 9 (pw-activate:acme2:user:ada), which the deployment with the "
          "namespace acme2 manages; if that is this one, set SYNC_NAMESPACE=acme2 again; otherwise "
          "it is never adopted");
}

TEST_CASE("of two records with the userName of a new user, none is adopted or taken over") {
    auto policy = without_rails();
    policy.adopt_users = {"ada@acme.org"};
    const Directory desired{{named("ada", "ada@acme.org")}, {}};
    CHECK(skip_of(planned(desired,
                          {.unmanaged_users = {unmanaged("9", "ADA@acme.org"),
                                               unmanaged("8", "ada@acme.org")}},
                          policy),
                  "ada") ==
          "4 user-name-taken: ada@acme.org is record 8 (unmanaged: no externalId), and others have "
          "that name, too: rename or delete all but one in CoreWeave");
    const Directory leavers{
        {there(named("b", "ada@acme.org"), "2"), there(named("c", "ada@acme.org"), "1")}, {}};
    // Both are deactivated in this plan, so nothing is in the way of the next run.
    CHECK(skip_of(planned(desired, leavers, policy), "ada") ==
          "2 user-name-taken: ada@acme.org is record 1 (pw-activate:user:c), and others have that "
          "name, too: rename or delete all but one in CoreWeave");
}

TEST_CASE("a record whose externalId another record has as well is not taken over") {
    auto copy = there(named("old", "other@acme.org"), "2");
    CHECK(skip_of(planned({{named("ada", "ada@acme.org")}, {}},
                          {{there(named("old", "ada@acme.org"), "1"), copy}, {}}),
                  "ada")
              .starts_with("2 user-name-taken: ada@acme.org is record 1 (pw-activate:user:old); "));
    CHECK(skip_of(planned({{}, {group("new", "hpc")}},
                          {{}, {there(group("old", "hpc"), "1"), there(group("old", "x"), "2")}}),
                  "new") ==
          "4 group-name-taken: hpc is record 1 (pw-activate:group:old); its "
          "group may still be in ACTIVATE");
}

TEST_CASE("a new user waits for the userName of a user who gets another one") {
    const Directory desired{{named("ada", "ada@acme.org"), named("ben", "ben@acme.org")}, {}};
    const Directory current{{there(named("ben", "ada@acme.org"), "2")}, {}};
    const std::string taken =
        "user-name-taken: ada@acme.org is record 2 (pw-activate:user:ben); the userName of its "
        "user in ACTIVATE is another one now";
    CHECK(skip_of(planned(desired, current), "ada") ==
          "4 " + taken + ": set SYNC_RENAME_USERS=true (--rename-users) to send that");
    CHECK(skip_of(planned(desired, current), "ben") ==
          "4 rename-waits: userName \"ada@acme.org\" -> \"ben@acme.org\" is not sent without "
          "--rename-users" +
              kWaits + "set --rename-users, or " + kRemedy);
    const auto plan = planned(desired, current, renaming());
    CHECK(skip_of(plan, "ada") == "2 " + taken);  // the next run creates the user
    CHECK(value_at(plan.change("pw-activate:user:ben"), "userName") == quoted("ben@acme.org"));
}

TEST_CASE("a userName that two new users would have is refused to both, and stays with its user") {
    const Directory desired{{named("ada", "ada@acme.org"), named("two", "ADA@acme.org")}, {}};
    const std::string collision =
        "4 user-name-collision: the userName \"ada@acme.org\" is claimed by more than one user: "
        "pw-activate:user:ada, pw-activate:user:two; who is there already stays";
    CHECK(skip_of(planned(desired, {}), "ada") == collision);
    CHECK(skip_of(planned(desired, {}), "two") == collision);
    const auto plan = planned(desired, {{there(named("ada", "ada@acme.org"), "1")}, {}});
    CHECK(skip_of(plan, "ada") == "none");
    CHECK(skip_of(plan, "two") == collision);
    const auto groups = planned({{}, {group("a", "hpc"), group("b", "HPC")}}, {});
    CHECK(skip_of(groups, "b") ==
          "4 group-name-collision: the name \"hpc\" is claimed by more than one group: "
          "pw-activate:group:a, pw-activate:group:b; who is there already stays");
}

TEST_CASE("a userName is not changed to that of another record, also if its user leaves") {
    const Directory desired{{named("ada", "new@acme.org")}, {}};
    const auto skip = [&](const std::vector<User>& others, const Policy& policy) {
        Directory current{{there(named("ada", "ada@acme.org"), "1")}, {}};
        for (const auto& user : others) {
            (user.external_id.value.empty() ? current.unmanaged_users : current.users)
                .push_back(user);
        }
        return skip_of(planned(desired, current, policy), "ada");
    };
    const std::string change =
        "rename-waits: userName \"ada@acme.org\" -> \"new@acme.org\" is "
        "not sent";
    const auto taken_by = [&](const std::string& record) {
        return "4 " + change + ": record " + record + " has that name" + kWaits + kRemedy;
    };
    const auto stays = unmanaged("9", "NEW@acme.org");
    const auto leaves = there(named("ben", "new@acme.org"), "2");
    const auto by_ben = taken_by("2 (pw-activate:user:ben)");
    CHECK(skip({stays}, renaming()) == taken_by("9 (unmanaged: no externalId)"));
    CHECK(skip({leaves}, renaming()) == by_ben);  // an inactive record keeps its userName
    CHECK(skip({stays, leaves}, renaming()) == by_ben);
    CHECK(skip({leaves}, without_rails()) == by_ben);
    CHECK(skip({inactive(unmanaged("9", "new@else.org"))}, without_rails()) == "none");
    CHECK(skip({unmanaged("9", "new@else.org")}, renaming()) ==
          "4 " + change + ": another record has that POSIX name, or is to get it" + kWaits +
              kRemedy);
}

TEST_CASE("a userName that two users are to get is changed for none of them") {
    const Directory current{{there(named("a", "a@acme.org"), "1"),
                             there(named("b", "b@acme.org"), "2"),
                             there(named("c", "new@acme.org"), "3")},
                            {}};
    const auto plan = planned(
        {{named("a", "new@acme.org"), named("b", "NEW@acme.org")}, {}}, current, renaming());
    for (const auto* key : {"a", "b"}) {
        // Not even after the record that has it now is inactive.
        CHECK(skip_of(plan, key).starts_with("4 rename-waits: "));
    }
    const auto free = planned({{named("a", "new@acme.org"), named("b", "NEW@acme.org")}, {}},
                              {{current.users[0], current.users[1]}, {}},
                              renaming());
    for (const auto* key : {"a", "b"}) {
        CHECK(skip_of(free, key).starts_with("4 rename-waits: "));
        CHECK(contains(skip_of(free, key), ": another user is to get that name"));
    }
    CHECK(free.changes().empty());
    const auto posix = planned({{named("a", "new@x.org"), named("b", "new@y.org")}, {}},
                               {{current.users[0], current.users[1]}, {}},
                               renaming());
    for (const auto* key : {"a", "b"}) {
        CHECK(contains(skip_of(posix, key), "another record has that POSIX name"));
    }
    CHECK(posix.changes().empty());
}

TEST_CASE("without --rename-users, a changed userName that no other user needs is a warning") {
    const Directory desired{{named("ada", "new@acme.org")}, {}};
    const Directory current{{there(named("ada", "ada@acme.org"), "1")}, {}};
    const auto plan = plan::make_plan(desired, current, without_rails());
    CHECK(plan.account.skips.empty());
    CHECK(plan.account.warnings ==
          Texts{"pw-activate:user:ada: userName \"ada@acme.org\" -> \"new@acme.org\" is not sent "
                "without --rename-users"});
}

TEST_CASE("a new user waits for a POSIX name until the active record with it is inactive") {
    const std::string claimed =
        "posix-collision: the POSIX name \"ada\" is claimed by more than "
        "one user: pw-activate:user:new";
    const std::string end = "; who is there already stays";
    const auto skip = [](const std::vector<User>& users, const Directory& current) {
        return skip_of(planned({users, {}}, current), "new");
    };
    const auto newcomer = named("new", "ada@new.org");
    const auto leaver = there(named("a", "ada@a.org"), "u1");
    CHECK(skip({newcomer}, {{leaver}, {}}) ==
          "2 " + claimed + " and record u1 (pw-activate:user:a), which is still active" + end);
    CHECK(skip({newcomer}, {{inactive(leaver)}, {}}) == "none");
    CHECK(skip({newcomer}, {.unmanaged_users = {unmanaged("9", "ada@a.org")}}) ==
          "4 " + claimed + " and an unmanaged record" + end);
    CHECK(skip({newcomer}, {{leaver}, {}, {unmanaged("9", "ada@x.org")}}) ==
          "4 " + claimed + " and an unmanaged record" + end);
    // Two new users do not get it in the next run, either.
    CHECK(skip({newcomer, named("two", "ada@two.org")}, {{leaver}, {}}) ==
          "4 " + claimed +
              ", pw-activate:user:two and record u1 (pw-activate:user:a), which is still active" +
              end);
}

TEST_CASE("a user keeps a POSIX name that a new user would have, and a returning user does not") {
    const std::vector<User> users{named("ada", "ada@acme.org"), named("new", "ada@new.org")};
    const std::string collision =
        "4 posix-collision: the POSIX name \"ada\" is claimed by more than one user: "
        "pw-activate:user:ada, pw-activate:user:new; who is there already stays";
    const auto present = there(named("ada", "ada@acme.org"), "1");
    const auto stays = planned({users, {}}, {{present}, {}});
    CHECK(skip_of(stays, "ada") == "none");
    CHECK(skip_of(stays, "new") == collision);
    const auto returns = planned({users, {}}, {{inactive(present)}, {}});
    CHECK(skip_of(returns, "ada") == collision);
    CHECK(skip_of(returns, "new") == collision);
}

TEST_CASE("a new user gets a POSIX name in the run after its user has got another one") {
    const Directory desired{{named("ada", "lovelace@acme.org"), named("new", "ada@new.org")}, {}};
    const Directory current{{there(named("ada", "ada@acme.org"), "1")}, {}};
    const std::string claimed =
        "posix-collision: the POSIX name \"ada\" is claimed by more than "
        "one user: ";
    CHECK(skip_of(planned(desired, current, renaming()), "new") ==
          "2 " + claimed +
              "pw-activate:user:new and record 1 (pw-activate:user:ada), which is still active; "
              "who is there already stays");
    CHECK(skip_of(planned(desired, current), "new") ==
          "4 " + claimed +
              "pw-activate:user:ada, pw-activate:user:new; who is there already stays");
}

TEST_CASE("the skip of a new group names the record with that name, and how to resolve it") {
    CHECK(skip_of(planned({{}, {group("new", "hpc")}},
                          {.unmanaged_groups = {unmanaged_group("9", "HPC")}}),
                  "new") ==
          "4 group-name-taken: HPC is record 9 (unmanaged: no externalId); to "
          "manage that record, add \"HPC\" to SYNC_ADOPT_GROUPS (--adopt-group)");
    CHECK(skip_of(planned({{}, {group("b", "other"), group("new", "hpc")}},
                          {{}, {there(group("b", "hpc"), "2")}}),
                  "new") ==
          "2 group-name-taken: hpc is record 2 (pw-activate:group:b); its name "
          "in ACTIVATE is another one now");
}

TEST_CASE("a group does not get the name of another group, which the skip names") {
    const Directory desired{{}, {group("a", "new"), group("b", "b-new")}};
    Directory current{{}, {there(group("a", "old"), "1"), there(group("b", "NEW"), "2")}};
    const std::string third =
        "group-name-taken: the new name \"new\" is that of record 2 "
        "(pw-activate:group:b); rename one of the two in ACTIVATE, or give "
        "one of them a third name for one run";
    CHECK(skip_of(planned(desired, current), "a") == "2 " + third);
    auto restore = without_rails();
    restore.restore = true;
    CHECK(skip_of(planned(desired, current, restore), "a") == "none");

    current.unmanaged_groups = {unmanaged_group("9", "new")};
    CHECK(skip_of(planned(desired, current), "a") ==
          "4 group-name-taken: the new name \"new\" is that of record 9 (unmanaged: no "
          "externalId); rename that record in CoreWeave, or the group in ACTIVATE");
    current.unmanaged_groups[0].external_id = {"scim:1"};
    CHECK(skip_of(planned(desired, current), "a") ==
          "4 group-name-taken: the new name \"new\" is that of record 9 (scim:1); rename that "
          "record in CoreWeave, or the group in ACTIVATE");
}

TEST_CASE("a new user takes over the record of an absent user only if the absence is confirmed") {
    const Directory desired{{named("eve-2", "eve@acme.org")}, {}};
    const Directory current{{there(person("eve"), "2")}, {}};
    auto policy = without_rails();
    policy.confirmations.emplace().emplace("pw-activate:user:eve", "present");
    const auto plan = planned(desired, current, policy);
    CHECK(plan.changes().empty());
    CHECK(skip_of(plan, "eve-2") ==
          "4 user-name-taken: eve@acme.org is record 2 (pw-activate:user:eve); its user stays "
          "(protected, or not confirmed as absent): another line names that user");
    policy.confirmations.emplace().emplace("pw-activate:user:eve", "gone");
    CHECK(planned(desired, current, policy).change("pw-activate:user:eve-2").at("action") ==
          "adopt");
}
