// The planned changes of groups and their members.

#include "support/plan_run.hpp"

#include <string>

using namespace plan_run;

TEST_CASE("a group absent in SCIM is created with its members, by id or by reference") {
    const auto plan =
        planned({{ada(), person("ben")}, {hpc({"ada", "ben"})}}, {{there(ada(), "8f")}, {}});
    const auto line = plan.change("pw-activate:group:hpc");
    CHECK(line.at("action") == "create");
    CHECK(line.at("method") == "POST");
    CHECK(line.at("path") == "/Groups");
    CHECK(line.at("bulkId") == "pw-activate:group:hpc");
    CHECK(line.at("data").at("members").dump() ==
          R"([{"value":"8f"},{"value":"bulkId:pw-activate:user:ben"}])");
    CHECK(line.at("after").at("members").dump() ==
          R"(["pw-activate:user:ada","pw-activate:user:ben"])");
}

TEST_CASE("members are added and removed in one replace of the complete list") {
    const auto plan = planned(
        {{ada(), person("ben"), person("cyd")}, {hpc({"ben", "cyd"})}},
        {{there(ada(), "1"), there(person("ben"), "2")}, {there(hpc({"ada", "ben"}), "9")}});
    const auto line = plan.change("pw-activate:group:hpc");
    CHECK(line.at("action") == "update");
    CHECK(line.at("path") == "/Groups/9");
    CHECK(paths_of(line) == Texts{"replace members"});
    CHECK(value_at(line, "members") ==
          R"([{"value":"2"},{"value":"bulkId:pw-activate:user:cyd"}])");
    CHECK(says(line, "members +1 -1"));
    CHECK(line.at("before").at("members").dump() ==
          R"(["pw-activate:user:ada","pw-activate:user:ben"])");
}

TEST_CASE("a group that is the same on both sides is unchanged") {
    const auto plan =
        planned({{ada()}, {hpc({"ada"})}}, {{there(ada(), "1")}, {there(hpc({"ada"}), "9")}});
    CHECK(plan.changes().empty());
    CHECK(plan.of_type("unchanged").size() == 2);
}

TEST_CASE("a renamed group keeps its record") {
    auto present = there(hpc({"ada"}), "9");
    present.display_name = "old-name";
    const auto line = planned({{ada()}, {hpc({"ada"})}}, {{there(ada(), "1")}, {present}})
                          .change("pw-activate:group:hpc");
    CHECK(line.at("path") == "/Groups/9");
    CHECK(paths_of(line) == Texts{"replace displayName"});
    CHECK(value_at(line, "displayName") == quoted("hpc"));
}

TEST_CASE("a group absent upstream keeps its record and loses its members") {
    const auto line = planned({{ada()}, {}}, {{there(ada(), "1")}, {there(hpc({"ada"}), "9")}})
                          .change("pw-activate:group:hpc");
    CHECK(line.at("action") == "update");
    CHECK(line.at("method") == "PATCH");
    CHECK(paths_of(line) == Texts{"replace members"});
    CHECK(value_at(line, "members") == "[]");
    const auto empty = planned({{ada()}, {}}, {{there(ada(), "1")}, {there(hpc({}), "9")}});
    CHECK(empty.changes().empty());
}

TEST_CASE("if members are unknown on either side, the group stays unchanged") {
    auto unknown = hpc({});
    unknown.members.reset();
    const Directory people{{ada()}, {}};
    const auto reason_of = [](const Planned& plan) {
        CHECK(plan.changes().empty());
        REQUIRE(plan.of_type("skip").size() == 1);
        return plan.of_type("skip").front().at("reason").get<std::string>();
    };
    CHECK(reason_of(planned({{ada()}, {unknown}}, {{there(ada(), "1")}, {}})) == "members-unknown");
    CHECK(reason_of(
              planned({{ada()}, {unknown}}, {{there(ada(), "1")}, {there(hpc({"ada"}), "9")}})) ==
          "members-unknown");
    CHECK(reason_of(planned({{ada()}, {hpc({})}}, {{there(ada(), "1")}, {there(unknown, "9")}})) ==
          "members-unknown");
    CHECK(reason_of(planned(people, {{there(ada(), "1")}, {there(unknown, "9")}})) ==
          "members-unknown");
}

TEST_CASE("a group with a member who has no record in SCIM stays unchanged") {
    // Such an export was edited: scim-export writes members who are users of the export.
    const auto plan = planned({{ada()}, {hpc({})}}, {{}, {there(hpc({"ada"}), "9")}});
    REQUIRE(plan.changes().size() == 1);
    CHECK(plan.change("pw-activate:user:ada").at("action") == "create");
    REQUIRE(plan.of_type("skip").size() == 1);
    const auto skip = plan.of_type("skip").front();
    CHECK(skip.at("reason") == "members-unknown");
    CHECK(contains(skip.at("detail").get<std::string>(),
                   "a member that is not among the users of SCIM's export"));
}

TEST_CASE("a group without a name stays unchanged") {
    auto nameless = hpc({"ada"});
    nameless.display_name.clear();
    const auto plan = planned({{ada()}, {nameless}}, {{there(ada(), "1")}, {there(hpc({}), "9")}});
    CHECK(plan.changes().empty());
    REQUIRE(plan.of_type("skip").size() == 1);
    CHECK(plan.of_type("skip").front().at("reason") == "no-group-name");
}

TEST_CASE("unmanaged members are removed, and that is reported") {
    auto present = there(hpc({"ada"}), "9");
    present.foreign_members = {{"x7"}, {"x8"}};
    const auto line = planned({{ada()}, {hpc({"ada"})}}, {{there(ada(), "1")}, {present}})
                          .change("pw-activate:group:hpc");
    CHECK(value_at(line, "members") == R"([{"value":"1"}])");
    CHECK(line.at("before").at("foreignMembers").dump() == R"(["x7","x8"])");
    CHECK(line.at("after").at("foreignMembers").empty());
    CHECK(says(line, "-2"));
}

TEST_CASE(
    "if two managed users have one id, the order has no influence, and each member is listed "
    "once") {
    const Texts members = GENERATE(Texts{"abe"}, Texts{"abe", "ben"});
    auto present = there(hpc(members), "9");
    present.foreign_members = {{"1"}};
    const Directory current{{there(person("abe"), "1"), there(person("ben"), "1")}, {present}};
    CHECK(planned({{person("abe"), person("ben")}, {hpc(members)}}, current).changes().empty());
    CHECK(planned({{person("ben"), person("abe")}, {hpc(members)}}, current).changes().empty());
}

TEST_CASE("a user who is not active after the plan is in no group") {
    const auto plan =
        planned({{ada(), inactive(person("ben"))}, {hpc({"ada", "ben", "nobody"})}},
                {{there(ada(), "1"), there(person("ben"), "2"), there(person("cyd"), "3")},
                 {there(hpc({"ben", "cyd"}), "9")}});
    const auto line = plan.change("pw-activate:group:hpc");
    CHECK(value_at(line, "members") == R"([{"value":"1"}])");
    CHECK(says(line, "inactive in ACTIVATE"));
    CHECK(says(line, "not among the users of this export"));
}

TEST_CASE("a skipped user keeps memberships, and a user who is not created is not referred to") {
    auto known = ada();
    known.user_name.clear();
    auto newcomer = person("ben");
    newcomer.user_name.clear();
    const auto plan = planned({{known, newcomer, person("cyd")}, {hpc({"ada", "ben", "cyd"})}},
                              {{there(ada(), "1")}, {there(hpc({"ada"}), "9")}});
    CHECK(value_at(plan.change("pw-activate:group:hpc"), "members") ==
          R"([{"value":"1"},{"value":"bulkId:pw-activate:user:cyd"}])");
}

TEST_CASE("a protected user stays a member, by any of the names, and that is reported") {
    const Directory desired{{ada(), person("ben")}, {hpc({"ben"})}};
    const Directory current{{there(ada(), "1"), there(person("ben"), "2")},
                            {there(hpc({"ada", "ben"}), "9")}};
    for (const auto* name : {"ada@acme.org", "pw-activate:user:ada"}) {
        auto policy = without_rails();
        policy.protected_users = {name};
        const auto plan = plan::make_plan(desired, current, policy);
        CHECK(plan.groups.empty());
        REQUIRE(plan.account.warnings.size() == 1);
        CHECK(plan.account.warnings[0].starts_with(
            "hpc: pw-activate:user:ada is protected and stays a member"));
    }
    // The group is gone, so its other members are removed.
    auto policy = without_rails();
    policy.protected_users = {"ada@acme.org"};
    const auto plan = plan::make_plan({desired.users, {}}, current, policy);
    REQUIRE(plan.groups.size() == 1);
    CHECK(plan.groups.front().target == std::vector<record::ExternalId>{{"pw-activate:user:ada"}});
}

TEST_CASE("an inactive user who is skipped is not added to a group") {
    auto nameless = ada();
    nameless.user_name.clear();
    const auto plan = planned({{nameless, person("ben")}, {hpc({"ada", "ben"})}},
                              {{there(inactive(ada()), "1")}, {there(hpc({}), "9")}});
    CHECK(value_at(plan.change("pw-activate:group:hpc"), "members") ==
          R"([{"value":"bulkId:pw-activate:user:ben"}])");
}

TEST_CASE("a returning user is a member again in the same plan") {
    const auto plan =
        planned({{ada()}, {hpc({"ada"})}}, {{there(inactive(ada()), "1")}, {there(hpc({}), "9")}});
    CHECK(plan.change("pw-activate:user:ada").at("action") == "reactivate");
    CHECK(value_at(plan.change("pw-activate:group:hpc"), "members") == R"([{"value":"1"}])");
}

TEST_CASE("a member without a user on the desired side is named") {
    const Directory desired{{person("ada")}, {hpc({"ada", "ben", "zed"})}};
    const Directory current{{there(person("ada"), "1"), there(person("ben"), "2")},
                            {there(hpc({"ada"}), "g")}};
    const auto warnings = plan::make_plan(desired, current, without_rails()).account.warnings;
    CHECK(warnings ==
          Texts{"hpc (pw-activate:group:hpc): the desired side has no user for the member "
                "pw-activate:user:ben, pw-activate:user:zed, so the group is planned without; "
                "export again with "
                "activate-export"});
}
