// Members of groups in a restore, and of groups whose records are found twice.

#include "support/plan_run.hpp"

using namespace plan_run;

TEST_CASE("a restore makes a foreign member of the capture a member again, of copies as well") {
    auto policy = without_rails();
    policy.restore = true;
    auto captured = there(hpc({"ada"}), "1");
    captured.foreign_members = {{"f"}};
    auto now = there(hpc({}), "1");
    now.foreign_members = {{"f"}};
    auto copy = there(hpc({}), "2");
    copy.foreign_members = {{"f"}, {"g"}};
    const auto plan = planned({{there(person("ada"), "u")}, {captured}},
                              {{there(person("ada"), "u")}, {now, copy}},
                              policy);
    INFO(plan.text());
    Texts lines;
    for (const auto& line : plan.changes()) {
        lines.push_back(line.at("path").get<std::string>() + " " + line.value("withheld", "sent"));
    }
    CHECK(lines == Texts{"/Groups/1 sent", "/Groups/2 duplicate-external-id"});
}

TEST_CASE("a group with two records in the capture is not restored: their members differ") {
    auto policy = without_rails();
    policy.restore = true;
    const auto user = there(person("ada"), "u");
    auto other = there(hpc({}), "2");
    other.display_name = "admins";
    const auto plan = planned({{user}, {there(hpc({"ada"}), "9"), other}},
                              {{user}, {there(hpc({}), "9"), other}},
                              policy);
    CHECK(plan.changes().empty());
    CHECK(contains(plan.text(), "the capture has 2 records with this externalId"));
}

TEST_CASE("a user who is inactive in the capture and protected is not deactivated in a restore") {
    auto policy = without_rails();
    policy.restore = true;
    policy.protected_users = {"ada@acme.org"};
    const auto line = only_line(planned(
        {{there(inactive(person("ada")), "u")}, {}}, {{there(person("ada"), "u")}, {}}, policy));
    CHECK(line.at("reason") == "protected");
    policy.protected_users.clear();
    CHECK(only_line(planned({{there(inactive(person("ada")), "u")}, {}},
                            {{there(person("ada"), "u")}, {}},
                            policy))
              .at("action") == "deactivate");
}

TEST_CASE("a user with a reserved name keeps an account in SCIM, which grants more than ACTIVATE") {
    auto root = person("root");
    root.ssh_keys.reset();
    const auto status_of = [&](const User& from, const User& to) {
        return only_line(planned({{from}, {}}, {{to}, {}})).at("exitStatus").dump();
    };
    CHECK(status_of(root, there(root, "u")) == "4");
    CHECK(status_of(root, there(inactive(root), "u")) == "4");
    auto renamed = there(root, "u");
    renamed.user_name = "rooter@acme.org";
    CHECK(status_of(root, renamed) == "0");
}

TEST_CASE("a protected user stays a member with each of two records, and as an unmanaged record") {
    auto policy = without_rails();
    policy.protected_users = {"ada@acme.org", "break@acme.org"};
    auto now = there(hpc({"ben"}), "1");
    now.foreign_members = {{"a1"}, {"a2"}, {"f"}, {"g"}};
    auto unmanaged = there(person("break"), "f");
    unmanaged.external_id = {};
    const Directory desired{{person("ada"), person("ben")}, {hpc({"ben"})}};
    const auto plan = plan::make_plan(desired,
                                      {.users = {there(person("ada"), "a1"),
                                                 there(person("ada"), "a2"),
                                                 there(person("ben"), "b")},
                                       .groups = {now},
                                       .unmanaged_users = {unmanaged}},
                                      policy);
    REQUIRE(plan.groups.size() == 1);
    CHECK(plan.groups[0].foreign_target == std::vector<record::ResourceId>{{"a1"}, {"a2"}, {"f"}});
    const auto is_said = [&](const std::string& name) {
        return std::count(plan.account.warnings.begin(),
                          plan.account.warnings.end(),
                          "hpc: " + name +
                              " is protected and stays a member; remove the user by hand if the "
                              "membership must end");
    };
    CHECK(is_said("pw-activate:user:ada") == 1);
    CHECK(is_said("break@acme.org") == 1);
}
