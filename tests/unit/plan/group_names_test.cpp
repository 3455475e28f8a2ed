// Names of groups that other records in SCIM have.

#include "support/plan_run.hpp"

using namespace plan_run;

namespace {

std::string reason_of(const Planned& plan, const std::string& key) {
    for (const auto& line : plan.lines) {
        if (line.at("externalId") == "pw-activate:group:" + key) {
            return line.value("withheld", line.value("reason", line.at("type").get<std::string>()));
        }
    }
    return "none";
}

}  // namespace

TEST_CASE("a group may change the case of its own name") {
    const auto line =
        only_line(planned({{}, {group("a", "HPC")}}, {{}, {there(group("a", "hpc"), "1")}}));
    CHECK(line.at("action") == "update");
    CHECK(line.at("after").at("displayName") == "HPC");
}

TEST_CASE("a group gets the name of a group that has left ACTIVATE; that record is to be deleted") {
    const auto plan_after = [](const std::string& name) {
        return planned({{}, {group("a", "new")}},
                       {{}, {there(group("a", name), "1"), there(group("b", "NEW"), "2")}});
    };
    const auto plan = plan_after("old");
    CHECK(plan.change("pw-activate:group:a").at("after").at("displayName") == "new");
    CHECK(reason_of(plan, "b") == "group-name-taken");
    const auto next = plan_after("new");
    CHECK(next.changes().empty());
    const auto line = next.of_type("skip").at(0);
    CHECK(line.at("reason") == "group-name-taken");
    CHECK(line.at("exitStatus") == 4);
    CHECK(contains(line.at("detail").get<std::string>(), "delete record 2 in CoreWeave"));
}

TEST_CASE("a group does not get the name of a group that stays") {
    const auto plan = planned({{}, {group("a", "new"), group("b", "new-2")}},
                              {{}, {there(group("a", "old"), "1"), there(group("b", "new"), "2")}});
    CHECK(reason_of(plan, "a") == "group-name-taken");
}

TEST_CASE("an unmanaged group is adopted by its name in ACTIVATE or in SCIM, and by no other") {
    auto unmanaged = there(group("x", "HPC"), "9");
    unmanaged.external_id = {};
    const Directory current{.unmanaged_groups = {unmanaged}};
    auto policy = without_rails();
    for (const char* name : {"HPC", "hpc"}) {
        policy.adopt_groups = {name};
        CHECK(planned({{}, {group("a", "hpc")}}, current, policy)
                  .change("pw-activate:group:a")
                  .at("action") == "adopt");
    }
    policy.adopt_groups = {"Hpc"};
    CHECK(reason_of(planned({{}, {group("a", "hpc")}}, current, policy), "a") ==
          "group-name-taken");
}

TEST_CASE("a record of another system is never adopted") {
    auto foreign = there(group("x", "hpc"), "9");
    foreign.external_id = {"okta:1"};
    auto policy = without_rails();
    policy.adopt_groups = {"hpc"};
    CHECK(reason_of(planned({{}, {group("a", "hpc")}}, {.unmanaged_groups = {foreign}}, policy),
                    "a") == "foreign-external-id");
}

TEST_CASE("of several records with one name, none is adopted") {
    auto one = there(group("x", "hpc"), "8");
    one.external_id = {};
    auto other = there(group("x", "HPC"), "9");
    other.external_id = {};
    auto policy = without_rails();
    policy.adopt_groups = {"hpc"};
    CHECK(reason_of(planned({{}, {group("a", "hpc")}}, {.unmanaged_groups = {one, other}}, policy),
                    "a") == "group-name-taken");
}

TEST_CASE("a second record of a group is skipped if its members are unknown on either side") {
    const Directory desired{{person("ada")}, {group("a", "hpc", {"ada"})}};
    Directory current{{there(person("ada"), "u")},
                      {there(group("a", "hpc", {"ada"}), "1"), there(group("a", "hpc-2"), "2")}};
    auto& copy = current.groups[1];
    const auto skip_of_copy = [&](const Directory& from) {
        const auto plan = planned(from, current);
        for (const auto& line : plan.of_type("skip")) {
            if (line.at("path") == "/Groups/2") {
                return line.at("reason").get<std::string>() + ": " +
                       line.at("detail").get<std::string>();
            }
        }
        return std::string("none");
    };
    CHECK(contains(skip_of_copy(desired), "duplicate-external-id"));
    copy.members->push_back({"pw-activate:user:gone"});
    CHECK(contains(skip_of_copy(desired), "members-unknown"));
    copy.members.reset();
    CHECK(contains(skip_of_copy(desired), "could not be read from SCIM"));
    copy.members.emplace();
    auto unknown = desired;
    unknown.groups[0].members.reset();
    CHECK(contains(skip_of_copy(unknown), "could not be read from ACTIVATE"));
}

TEST_CASE("a group with a member whose user the export does not have stays as it is") {
    const auto line = only_line(
        planned({{}, {group("a", "hpc")}}, {{}, {there(group("a", "old", {"gone"}), "1")}}));
    CHECK(line.at("reason") == "members-unknown");
    CHECK(contains(line.at("detail").get<std::string>(), "not among the users of SCIM's export"));
}

TEST_CASE("a group that is made again is taken over if half of the members are wanted") {
    const Directory current{{there(person("ada"), "1"), there(person("ben"), "2")},
                            {there(group("old", "hpc", {"ada", "ben"}), "9")}};
    auto policy = without_rails();
    policy.limits.takeovers = {0, {}};
    const Directory half{{person("ada"), person("ben")}, {group("new", "hpc", {"ada"})}};
    CHECK(planned(half, current, policy).change("pw-activate:group:new").at("action") == "adopt");
    CHECK_FALSE(planned(half, current, policy).change("pw-activate:group:new").contains("held"));
    const Directory none{{person("ada"), person("ben")}, {group("new", "hpc")}};
    const auto held = planned(none, current, policy);
    CHECK(held.change("pw-activate:group:new").at("held") == "max-takeovers");
    CHECK(held.changes().size() == 1);  // an empty record would be taken over by the next run
}

TEST_CASE("a group does not take over a record whose members are unknown") {
    Directory current{{there(person("ada"), "1")}, {there(group("old", "hpc"), "9")}};
    current.groups[0].members.reset();
    auto policy = without_rails();
    policy.limits.takeovers = {0, {}};
    const Directory desired{{person("ada")}, {group("new", "hpc", {"ada"})}};
    for (const bool is_held : {true, false}) {
        CAPTURE(is_held);
        const auto plan = planned(desired, current, is_held ? policy : without_rails());
        CHECK(plan.changes().empty());
        CHECK(reason_of(plan, "new") == "members-unknown");
    }
    current.groups[0].members = {{"pw-activate:user:gone"}};
    for (const bool is_held : {true, false}) {
        CAPTURE(is_held);
        const auto plan = planned(desired, current, is_held ? policy : without_rails());
        CHECK(reason_of(plan, "new") == "members-unknown");
    }
}

TEST_CASE("the members of an adopted group count among those that are removed") {
    auto unmanaged = there(group("x", "hpc"), "9");
    unmanaged.external_id = {};
    unmanaged.foreign_members = {{"f"}};
    auto policy = without_rails();
    policy.adopt_groups = {"hpc"};
    policy.limits.emptied_groups = {0, {}};
    const auto plan =
        plan::make_plan({{}, {group("a", "hpc")}}, {.unmanaged_groups = {unmanaged}}, policy);
    REQUIRE(plan.held.exceeded.size() == 1);
    CHECK(plan.held.exceeded[0].limit == "max-emptied-groups");
    CHECK(plan.held.exceeded[0].base == 1);
    auto by_member = without_rails();
    by_member.adopt_groups = {"hpc"};
    by_member.limits.member_removals = {0, {}};
    const auto other =
        plan::make_plan({{}, {group("a", "hpc")}}, {.unmanaged_groups = {unmanaged}}, by_member);
    REQUIRE(other.held.exceeded.size() == 1);
    CHECK(other.held.exceeded[0].base == 1);
}

TEST_CASE(
    "a new group with the name of a record that is to be renamed is refused, with the reason") {
    const auto plan = planned({{}, {group("b", "other"), group("c", "new")}},
                              {{}, {there(group("b", "new"), "2")}});
    const auto skips = plan.of_type("skip");
    REQUIRE(skips.size() == 1);
    CHECK(skips[0].at("externalId") == "pw-activate:group:c");
    CHECK(contains(skips[0].at("detail").get<std::string>(),
                   "its name in ACTIVATE is another one now"));
}

TEST_CASE("a takeover that keeps the members of a group is sent while another one is held") {
    const Directory desired{{person("ada"), person("ben")},
                            {group("hpc-2", "hpc", {"ada"}), group("lab-2", "lab", {"ben"})}};
    const Directory current{
        {there(person("ada"), "1"), there(person("ben"), "2")},
        {there(group("hpc-1", "hpc", {"ada"}), "8"), there(group("lab-1", "lab", {"ada"}), "9")}};
    auto policy = without_rails();
    policy.limits.takeovers = {0, {}};
    const auto plan = planned(desired, current, policy);
    CHECK(plan.change("pw-activate:group:hpc-2").at("action") == "adopt");
    CHECK_FALSE(plan.change("pw-activate:group:hpc-2").contains("held"));
    CHECK(plan.change("pw-activate:group:lab-2").at("held") == "max-takeovers");

    policy.only = {{"pw-activate:user:ben"}};
    const auto some = plan::make_plan(desired, current, policy);
    CHECK(some.groups.empty());
    CHECK(some.held.exceeded.empty());
    CHECK(some.held.changes.empty());
    REQUIRE(some.account.skips.size() == 1);
    CHECK(some.account.skips[0].withheld.reason == "only-users");
}
