// Names of groups that other records in SCIM have.

#include "support/plan_run.hpp"

using namespace plan_run;

namespace {

Group group(const std::string& key, const std::string& name, const Texts& members = {}) {
    auto one = hpc(members);
    one.external_id = {"pw-activate:group:" + key};
    one.display_name = name;
    return one;
}

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

TEST_CASE("a group gets the name of a group that has left ACTIVATE and has no members") {
    const auto plan = planned({{}, {group("a", "new")}},
                              {{}, {there(group("a", "old"), "1"), there(group("b", "new"), "2")}});
    CHECK(plan.change("pw-activate:group:a").at("after").at("displayName") == "new");
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
