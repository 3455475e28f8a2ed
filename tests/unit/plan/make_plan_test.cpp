// The complete plan: its records, their order and their ids.

#include "support/plan_run.hpp"

#include <set>
#include <string>

using namespace plan_run;

TEST_CASE("a second record in SCIM with one externalId is named and gains nothing") {
    auto twin = ada();
    twin.user_name = "twin@acme.org";
    const auto plan = planned({{ada()}, {}}, {{there(ada(), "1"), there(twin, "2")}, {}});
    CHECK(plan.changes().empty());
    REQUIRE(plan.of_type("skip").size() == 1);
    CHECK(plan.of_type("skip").front().at("reason") == "duplicate-external-id");
    CHECK(plan.of_type("skip").front().at("path") == "/Users/2");
    CHECK(plan.of_type("skip").front().at("exitStatus") == 4);
}

TEST_CASE("two rows of ACTIVATE with one externalId are one user with the access of both") {
    auto twin = ada();
    twin.user_name = "twin@acme.org";
    const auto plan = planned({{ada(), twin}, {}}, {{there(ada(), "1")}, {}});
    CHECK(plan.changes().empty());
    CHECK(plan.of_type("skip").empty());
}

TEST_CASE("a record that is unmanaged is never changed, even if every user is absent") {
    auto stranger = there(person("stranger"), "5");
    stranger.external_id = {"okta:1"};
    auto nobody = there(person("nobody"), "6");
    nobody.external_id = {};
    auto group = there(hpc({}), "7");
    group.external_id = {};
    group.foreign_members = {{"5"}};
    Directory current;
    current.unmanaged_users = {stranger, nobody};
    current.unmanaged_groups = {group};
    const auto plan = planned({{ada()}, {}}, current);
    REQUIRE(plan.changes().size() == 1);
    CHECK(plan.changes().front().at("action") == "create");
    CHECK(plan.of_type("unchanged").size() == 3);
}

TEST_CASE("users come before groups, deactivations first among users, then by externalId") {
    Directory desired{{person("zoe"), person("eve"), person("ben")}, {}};
    Directory current{{there(person("dan"), "1"), there(person("abe"), "2")}, {}};
    auto second = hpc({});
    second.external_id = {"pw-activate:group:a"};
    second.display_name = "a";
    desired.groups = {hpc({"zoe"}), second};
    const auto plan = planned(desired, current);
    Texts order;
    for (const auto& line : plan.changes()) {
        order.push_back(line.at("action").get<std::string>() + " " +
                        line.at("externalId").get<std::string>());
    }
    CHECK(order == Texts{"deactivate pw-activate:user:abe",
                         "deactivate pw-activate:user:dan",
                         "create pw-activate:user:ben",
                         "create pw-activate:user:eve",
                         "create pw-activate:user:zoe",
                         "create pw-activate:group:a",
                         "create pw-activate:group:hpc"});
}

TEST_CASE("skips of users come before skips of groups, then by externalId, then by id") {
    auto bad = hpc({});
    bad.display_name = "hpc users";
    auto other = bad;
    other.external_id = {"pw-activate:group:a"};
    auto zoe = person("zoe");
    zoe.user_name = ".zoe@acme.org";
    const auto plan = planned({{zoe, ada()}, {bad, other}},
                              {{there(ada(), "3"), there(ada(), "1"), there(ada(), "2")}, {}});
    Texts order;
    for (const auto& line : plan.of_type("skip")) {
        order.push_back(line.at("externalId").get<std::string>() + " " + line.value("path", ""));
    }
    CHECK(order == Texts{"pw-activate:user:ada /Users/2",
                         "pw-activate:user:ada /Users/3",
                         "pw-activate:user:zoe ",
                         "pw-activate:group:a ",
                         "pw-activate:group:hpc "});
}

TEST_CASE("the id of a change depends on its target, before and after, and on nothing else") {
    auto present = there(ada(), "1");
    present.display_name = "x";
    const auto alone = only_line(planned({{ada()}, {}}, {{present}, {}})).at("id");
    present.version = "W/\"9\"";
    const auto among_others = planned({{person("ben"), ada()}, {hpc({"ada"})}},
                                      {{present, there(person("cyd"), "3")}, {}})
                                  .change("pw-activate:user:ada")
                                  .at("id");
    CHECK(alone == among_others);

    auto elsewhere = present;
    elsewhere.id = {"2"};
    auto from_other = present;
    from_other.display_name = "y";
    auto to_other = ada();
    to_other.display_name = "z";
    std::set<std::string> ids{alone.get<std::string>()};
    ids.insert(only_line(planned({{ada()}, {}}, {{elsewhere}, {}})).at("id").get<std::string>());
    ids.insert(only_line(planned({{ada()}, {}}, {{from_other}, {}})).at("id").get<std::string>());
    ids.insert(only_line(planned({{to_other}, {}}, {{present}, {}})).at("id").get<std::string>());
    CHECK(ids.size() == 4);
    CHECK(alone.get<std::string>().starts_with("c-"));
}
