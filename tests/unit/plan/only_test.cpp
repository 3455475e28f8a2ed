// A plan for some users: the names that are not clear, and the lines of groups.

#include "plan/only.hpp"

#include "support/plan_run.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace plan_run;

namespace {

Policy only(const Texts& keys) {
    auto policy = without_rails();
    policy.only.emplace();
    for (const auto& key : keys) {
        policy.only->insert({"pw-activate:user:" + key});
    }
    return policy;
}

std::string refusal_of(const std::string& name, const Directory& desired) {
    return caught([&] { (void)plan::resolve_only({name}, desired, {}); }).sentence;
}

Texts skipped(const Planned& plan) {
    Texts all;
    for (const auto& line : plan.of_type("skip")) {
        all.push_back(
            line.at("exitStatus").dump() + " " + line.at("externalId").get<std::string>() + " " +
            line.at("reason").get<std::string>() + ": " + line.at("detail").get<std::string>());
    }
    return all;
}

Texts groups_skipped(const Planned& plan) {
    Texts all;
    for (const auto& line : plan.of_type("skip")) {
        all.push_back(line.at("displayName").get<std::string>());
    }
    return all;
}

Texts groups_changed(const Planned& plan) {
    Texts all;
    for (const auto& line : plan.changes()) {
        if (line.at("resource") == "Group") {
            all.push_back(line.at("externalId").get<std::string>());
        }
    }
    return all;
}

}  // namespace

TEST_CASE("a name of --only that fits no user, or several users, is refused with the reason") {
    CHECK(refusal_of("eve", {{person("ada")}, {}}) ==
          "--only names \"eve\", and no managed user in ACTIVATE's export or in SCIM has that "
          "userName, e-mail address, username or external id; no plan is made. "
          "pw-activate-scim-sync --explain also finds a part of a name");
    auto twin = person("twin");
    twin.email = "ada@acme.org";
    auto nameless = person("x");
    nameless.user_name.clear();
    nameless.email = "ada@acme.org";
    nameless.display_name = "Ada";
    CHECK(refusal_of("ada@acme.org", {{twin, nameless, person("ada")}, {}}) ==
          "--only names \"ada@acme.org\", which is a name of 3 users: ada@acme.org "
          "(pw-activate:user:ada), twin@acme.org (pw-activate:user:twin), Ada "
          "(pw-activate:user:x); no plan is made. Name the user by the external id");
}

TEST_CASE("a user of SCIM alone can be named, and each name is one user once") {
    const auto users = plan::resolve_only(
        {"ada", "ben@acme.org"}, {{person("ada")}, {}}, {{person("ada"), person("ben")}, {}});
    CHECK(users ==
          std::set<record::ExternalId>{{"pw-activate:user:ada"}, {"pw-activate:user:ben"}});
}

TEST_CASE("a group that is skipped is listed if it has a named user on one of the sides") {
    const auto bad = [](const std::string& key, const Texts& members) {
        return group(key, key + ":", members);
    };
    Directory desired{
        {person("ada"), person("ben")},
        {bad("a", {"ada", "ben"}), bad("b", {"ben"}), bad("c", {"ben"}), bad("d", {})}};
    Directory current{{there(person("ada"), "1"), there(person("ben"), "2")},
                      {there(bad("c", {"ada", "ben"}), "g3"), there(bad("b", {"ben"}), "g2")}};
    CHECK(groups_skipped(planned(desired, current, only({"ada"}))) == Texts{"a:"});
    CHECK(planned(desired, current, only({"ada"})).change("pw-activate:group:c").at("why") ==
          Texts{"members +0 -1"});
    CHECK(groups_skipped(planned(desired, current, only({"ben"}))) == Texts{"a:", "b:", "c:"});
    CHECK(groups_skipped(planned(desired, current, only({"eve"}))).empty());
    desired.groups[3].members.reset();
    CHECK(groups_skipped(planned(desired, current, only({"eve"}))) == Texts{"d:"});
}

TEST_CASE("only the named users get into a group and out of it") {
    const Directory desired{{person("ada"), person("ben"), person("cyd"), person("dan")},
                            {group("hpc", "hpc", {"ada", "ben"})}};
    const Directory current{{there(person("ada"), "1"),
                             there(person("ben"), "2"),
                             there(person("cyd"), "3"),
                             there(person("dan"), "4")},
                            {there(group("hpc", "hpc", {"cyd", "dan"}), "g")}};
    const auto members = [&](const Texts& keys) {
        const auto line = planned(desired, current, only(keys)).change("pw-activate:group:hpc");
        CHECK(paths_of(line) == Texts{"replace members"});
        return line.at("why").dump() + line.at("after").at("members").dump();
    };
    const auto list = [](const Texts& keys) {
        auto ids = json::array();
        for (const auto& key : keys) {
            ids.push_back("pw-activate:user:" + key);
        }
        return ids.dump();
    };
    CHECK(members({"ada"}) == R"(["members +1 -0"])" + list({"ada", "cyd", "dan"}));
    CHECK(members({"dan"}) == R"(["members +0 -1"])" + list({"cyd"}));
    CHECK(members({"ben", "cyd"}) == R"(["members +1 -1"])" + list({"ben", "dan"}));
}

TEST_CASE("a group that would be renamed loses named users, and gets none under its old name") {
    const Directory desired{{person("ada"), person("ben"), person("cyd")},
                            {group("ops", "guests", {"ada", "ben"})}};
    const Directory current{
        {there(person("ada"), "1"), there(person("ben"), "2"), there(person("cyd"), "3")},
        {there(group("ops", "operators", {"ben", "cyd"}), "g")}};
    const auto waits = [](const std::string& who) {
        return "2 pw-activate:group:ops only-users: --only does not rename a group, so the "
               "membership "
               "of pw-activate:user:" +
               who + " under the new name waits; a complete run renames \"operators\"";
    };
    CHECK(skipped(planned(desired, current, only({"ada"}))) == Texts{waits("ada")});
    CHECK(skipped(planned(desired, current, only({"ben"}))) == Texts{waits("ben")});
    const auto line =
        planned(desired, current, only({"ada", "cyd"})).change("pw-activate:group:ops");
    CHECK(line.at("why") == Texts{"members +0 -1"});
    CHECK(line.at("after").at("members") == Texts{"pw-activate:user:ben"});
    CHECK(line.at("withheld") == "only-users");
    CHECK(line.at("exitStatus") == static_cast<int>(ExitStatus::partial));
    const auto leaver = planned(desired, current, only({"cyd"}));
    CHECK_FALSE(leaver.change("pw-activate:group:ops").contains("withheld"));
    CHECK(skipped(leaver).empty());
}

TEST_CASE("a named user with two records, too, waits for the new name of a group") {
    const bool joins = GENERATE(true, false);
    auto now = there(group("ops", "operators", {}), "g");
    if (!joins) {
        now.foreign_members = {{"1"}};
    }
    const auto plan = planned({{person("ada")}, {group("ops", "guests", {"ada"})}},
                              {{there(person("ada"), "1"), there(person("ada"), "2")}, {now}},
                              only({"ada"}));
    INFO(plan.text());
    const auto lines = skipped(plan);
    CHECK(std::count_if(lines.begin(), lines.end(), [](const auto& line) {
              return contains(line, "the membership of pw-activate:user:ada under the new name");
          }) == 1);
    CHECK(groups_changed(plan).empty());
}

TEST_CASE("a member of a group with a refused name does not wait for that name") {
    const Directory desired{{person("ada"), person("ben")}, {group("lab", "docker", {"ada"})}};
    const Directory current{{there(person("ada"), "1"), there(person("ben"), "2")},
                            {there(group("lab", "lab", {"ada", "ben"}), "g")}};
    const auto lines = skipped(planned(desired, current, only({"ada"})));
    REQUIRE(lines.size() == 1);
    CHECK(lines.front().starts_with("4 pw-activate:group:lab powerful-group: "));
    CHECK_FALSE(contains(lines.front(), "under the new name"));
}

TEST_CASE("a group with a refused name keeps its reason if a named user with two records leaves") {
    auto now = there(group("lab", "lab", {}), "g");
    now.foreign_members = {{"1"}, {"2"}};
    const auto plan = planned({{person("ada")}, {group("lab", "docker", {})}},
                              {{there(person("ada"), "1"), there(person("ada"), "2")}, {now}},
                              only({"ada"}));
    const auto line = plan.change("pw-activate:group:lab");
    CHECK(line.at("after").at("foreignMembers").empty());
    CHECK(line.at("withheld") == "powerful-group");
}

TEST_CASE("a group with a refused name is skipped if its line has no change of a named user") {
    const Directory desired{{person("ada"), person("ben"), person("cyd")},
                            {group("lab", "docker", {"ada"})}};
    const Directory current{
        {there(person("ada"), "1"), there(person("ben"), "2"), there(person("cyd"), "3")},
        {there(group("lab", "lab", {"ben"}), "g")}};
    const auto refused = skipped(planned(desired, current, only({"ada"})));
    REQUIRE(refused.size() == 1);
    CHECK(refused.front().starts_with("4 pw-activate:group:lab powerful-group: "));
    const auto line = planned(desired, current, only({"ben"})).change("pw-activate:group:lab");
    CHECK(line.at("withheld") == "powerful-group");
    CHECK(line.at("after").at("members").empty());
    CHECK(skipped(planned(desired, current, only({"cyd"}))).empty());
}

TEST_CASE("a group that would be created is skipped, with the named users of it") {
    const Directory desired{{person("ada"), person("ben"), person("cyd")},
                            {group("hpc", "hpc", {"ada", "ben", "cyd"})}};
    const Directory current{
        {there(person("ada"), "1"), there(person("ben"), "2"), there(person("cyd"), "3")}, {}};
    CHECK(skipped(planned(desired, current, only({"ada", "cyd"}))) ==
          Texts{"2 pw-activate:group:hpc only-users: --only neither creates nor adopts a group, so "
                "the membership of pw-activate:user:ada, pw-activate:user:cyd is not changed; a "
                "complete run does both"});
    CHECK(skipped(planned(desired, current, only({"eve"}))).empty());
}

TEST_CASE("the records of a plan for some users are those of its lines") {
    const Directory desired{{person("ada"), person("ben")},
                            {group("a", "a", {"ada"}), group("b", "b", {"ada", "ben"})}};
    const Directory current{{there(inactive(person("ada")), "1"), there(person("cyd"), "3")},
                            {there(group("a", "a", {}), "g1"), there(group("c", "c", {}), "g3")}};
    const auto counts = [&](const Texts& keys) {
        const auto seal = planned(desired, current, only(keys)).seal;
        return seal.at("desired").dump() + seal.at("current").dump() + seal.at("matched").dump();
    };
    CHECK(counts({"ada"}) ==
          R"({"users":1,"groups":2}{"users":1,"groups":1}2)");  // the group "b" is skipped
    CHECK(counts({"ben"}) == R"({"users":1,"groups":1}{"users":0,"groups":0}0)");
    CHECK(counts({"cyd"}) == R"({"users":0,"groups":0}{"users":1,"groups":0}0)");
}

TEST_CASE("a warning is kept if it has the userName or the externalId of a named user") {
    Texts warnings{"ada@acme.org is protected", "pw-activate:user:ben: x", "other", "cyd@acme.org"};
    Policy policy = only({"ada", "ben"});
    auto nameless = person("ben");
    nameless.user_name.clear();
    plan::keep_warnings(policy, {{person("ada")}, {}}, {{nameless, person("cyd")}, {}}, warnings);
    CHECK(warnings == Texts{"ada@acme.org is protected", "pw-activate:user:ben: x"});
}

TEST_CASE("with --only, a key that another user still has is withheld with exit status 2") {
    auto bob = person("bob");
    bob.ssh_keys = Texts{ssh_blob::valid_line(7)};
    auto eve = there(person("eve"), "2");
    eve.ssh_keys = bob.ssh_keys;
    const auto plan = planned({{bob, person("eve")}, {}}, {{eve}, {}}, only({"bob"}));
    const auto line = only_line(plan);
    CHECK(line.at("externalId") == "pw-activate:user:bob");
    CHECK(line.at("withheld") == "key-moves");
    CHECK(line.at("exitStatus") == static_cast<int>(ExitStatus::partial));
}

TEST_CASE(
    "with --only, a group to be adopted is skipped only if a named user is to be its member") {
    auto unmanaged = there(group("x", "hpc", {}), "g");
    unmanaged.external_id = {};
    unmanaged.foreign_members = {{"x7"}};
    const Directory desired{{person("ada"), person("ben")}, {group("hpc", "hpc", {"ada"})}};
    const Directory current{.users = {there(person("ada"), "1"), there(person("ben"), "2")},
                            .unmanaged_groups = {unmanaged}};
    auto policy = only({"ada"});
    policy.adopt_groups = {"hpc"};
    CHECK(skipped(planned(desired, current, policy)) ==
          Texts{"2 pw-activate:group:hpc only-users: --only neither creates nor adopts a group, so "
                "the membership of pw-activate:user:ada is not changed; a complete run does both"});
    policy.only = {{"pw-activate:user:ben"}};
    CHECK(skipped(planned(desired, current, policy)).empty());
}

TEST_CASE("if a named user has two records in SCIM, both are removed from the group") {
    auto now = there(group("hpc", "hpc", {}), "g");
    now.foreign_members = {{"1"}, {"2"}, {"x7"}};
    const Directory desired{{person("ada"), person("ben")}, {group("hpc", "hpc", {})}};
    const Directory current{
        {there(person("ada"), "1"), there(person("ada"), "2"), there(person("ben"), "3")}, {now}};
    const auto line = planned(desired, current, only({"ada"})).change("pw-activate:group:hpc");
    CHECK(line.at("before").at("foreignMembers") == Texts{"1", "2", "x7"});
    CHECK(line.at("after").at("foreignMembers") == Texts{"x7"});
    CHECK(planned(desired, current, only({"ben"})).changes().empty());
}

TEST_CASE("a record that is taken over is counted once, whether its former user is named or not") {
    auto again = person("bob");
    again.external_id = {"pw-activate:user:bob-2"};
    const Directory current{{there(person("bob"), "1"), there(person("ada"), "2")}, {}};
    for (const auto& keys : {Texts{"bob-2"}, Texts{"bob", "bob-2"}}) {
        CAPTURE(keys.size());
        auto policy = only(keys);
        policy.limits.takeovers = {};
        const auto plan = planned({{again, person("ada")}, {}}, current, policy);
        CHECK(only_line(plan).at("action") == "adopt");
        CHECK(plan.seal.at("desired").at("users") == 1);
        CHECK(plan.seal.at("current").at("users") == 1);
        CHECK(plan.seal.at("matched") == 1);
    }
}

TEST_CASE("a skipped group that only SCIM has is counted on that side alone") {
    auto unknown = there(group("old", "old", {}), "g");
    unknown.members.reset();
    const auto plan = planned({{person("ada")}, {group("hpc", "hpc", {})}},
                              {{there(person("ada"), "1")}, {unknown}},
                              only({"ada"}));
    CHECK(groups_skipped(plan) == Texts{"old"});
    CHECK(plan.seal.at("desired").dump() == R"({"users":1,"groups":0})");
    CHECK(plan.seal.at("current").dump() == R"({"users":1,"groups":1})");
    CHECK(plan.seal.at("matched") == 1);
}

TEST_CASE("a plan for some users has the warnings about these users alone") {
    auto bob = person("bob");
    auto eve = person("eve");
    bob.ssh_keys = eve.ssh_keys = Texts{ssh_blob::valid_line(7)};
    const auto warnings = [&](const std::string& named) {
        const Directory desired{{bob, eve, person("ada")}, {}};
        return plan::make_plan(desired, {}, only({named})).account.warnings;
    };
    REQUIRE(warnings("bob").size() == 1);
    CHECK(contains(warnings("bob").front(), "is that of pw-activate:user:bob"));
    CHECK(warnings("ada").empty());
}
