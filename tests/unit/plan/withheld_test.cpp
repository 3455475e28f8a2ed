// The exit status of a change that the plan leaves out: whether the next run can make it.

#include "plan/withheld.hpp"

#include "base/exit_status.hpp"
#include "support/plan_run.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace plan_run;

namespace {

const std::string kKey = ssh_blob::valid_line(7);

/// The exit status in the skip of a user, or in what is withheld from a user.
std::string status_of(const Planned& plan, const std::string& name) {
    for (const auto& line : plan.lines) {
        if (line.at("externalId") == "pw-activate:user:" + name && line.contains("exitStatus")) {
            return line.at("exitStatus").dump();
        }
    }
    return "none";
}

User with_key(User user) {
    user.ssh_keys = Texts{kKey};
    return user;
}

}  // namespace

TEST_CASE("a key that the holder loses in this plan arrives in the next run") {
    const auto bob = with_key(person("bob"));
    const auto plan =
        planned({{bob, person("eve")}, {}}, {{there(with_key(person("eve")), "2")}, {}});
    INFO(plan.text());
    CHECK(status_of(plan, "bob") == std::to_string(static_cast<int>(ExitStatus::partial)));
}

TEST_CASE("a key that a record keeps, because its keys are unknown, needs an operator") {
    const auto bob = with_key(person("bob"));
    auto eve = person("eve");
    eve.ssh_keys.reset();
    auto found = there(with_key(person("eve")), "2");
    found.external_id = {};
    found.display_name = "Eve";
    auto policy = without_rails();
    policy.adopt_users = {"eve@acme.org"};
    const auto plan = planned({{bob, eve}, {}}, {.unmanaged_users = {found}}, policy);
    INFO(plan.text());
    REQUIRE(plan.change("pw-activate:user:eve").at("action") == "adopt");
    CHECK(status_of(plan, "bob") == std::to_string(static_cast<int>(ExitStatus::unresolved)));
}

TEST_CASE("the name of a group whose rename is held is not free in the next run") {
    const auto group = [](const std::string& key, const std::string& name) {
        auto one = hpc({});
        one.external_id = {"pw-activate:group:" + key};
        one.display_name = name;
        return one;
    };
    const Directory desired{{}, {group("a", "new"), group("b", "b-new")}};
    const Directory current{{}, {there(group("a", "old"), "1"), there(group("b", "new"), "2")}};
    const auto status = [&](const Policy& policy) {
        const auto skips = planned(desired, current, policy).of_type("skip");
        REQUIRE(skips.size() == 1);
        return skips[0].at("exitStatus").get<int>();
    };
    CHECK(status(without_rails()) == static_cast<int>(ExitStatus::partial));
    auto held = without_rails();
    held.limits.renamed_groups = {0, {}};
    CHECK(status(held) == static_cast<int>(ExitStatus::unresolved));
}

TEST_CASE(
    "renames that wait for each other in a chain need later runs, and in a circle an operator") {
    const bool is_circle = GENERATE(false, true);
    const auto group = [](const std::string& key, const std::string& name) {
        auto one = hpc({});
        one.external_id = {"pw-activate:group:" + key};
        one.display_name = name;
        return one;
    };
    const Directory desired{{},
                            {group("1", "b"), group("2", "c"), group("3", is_circle ? "a" : "d")}};
    const Directory current{
        {},
        {there(group("1", "a"), "1"), there(group("2", "b"), "2"), there(group("3", "c"), "3")}};
    const auto skips = planned(desired, current, without_rails()).of_type("skip");
    CHECK(skips.size() == (is_circle ? 3 : 2));
    for (const auto& skip : skips) {
        CHECK(skip.at("exitStatus") ==
              static_cast<int>(is_circle ? ExitStatus::unresolved : ExitStatus::partial));
    }
}

TEST_CASE("a name whose holder is not confirmed to be gone may be free in the next run") {
    const bool is_asked = GENERATE(false, true);
    auto newcomer = person("new");
    newcomer.user_name = "old@acme.org";
    auto policy = without_rails();
    policy.confirmations.emplace();
    if (is_asked) {
        policy.confirmations->emplace("pw-activate:user:old", "present");
    }
    const auto plan = planned({{newcomer}, {}}, {{there(person("old"), "1")}, {}}, policy);
    INFO(plan.text());
    CHECK(status_of(plan, "new") == std::to_string(static_cast<int>(
                                        is_asked ? ExitStatus::unresolved : ExitStatus::partial)));
}

TEST_CASE("a userName that an inactive record keeps is not free in the next run") {
    const bool leaves = GENERATE(false, true);
    auto ada = person("ada");
    ada.user_name = "ben@acme.org";
    Directory desired{{ada}, {}};
    if (!leaves) {  // ben gets another name instead
        auto ben = person("ben");
        ben.user_name = "ben2@acme.org";
        desired.users.push_back(ben);
    }
    auto policy = without_rails();
    policy.rename_users = true;
    const auto plan =
        planned(desired, {{there(person("ada"), "1"), there(person("ben"), "2")}, {}}, policy);
    INFO(plan.text());
    CHECK(status_of(plan, "ada") ==
          std::to_string(static_cast<int>(leaves ? ExitStatus::unresolved : ExitStatus::partial)));
}

TEST_CASE("two reasons are one, with the graver status, and are resolved only if both are") {
    const auto reason = [](ExitStatus status, const std::vector<plan::Obstacle>& obstacles) {
        return plan::Withheld{
            .reason = "first", .detail = "a", .exit_status = status, .obstacles = obstacles};
    };
    std::optional<plan::Withheld> all;
    plan::join(all, reason(ExitStatus::partial, {{.id = {"1"}}}));
    REQUIRE(all);
    CHECK(all->detail == "a");
    plan::join(all, reason(ExitStatus::unresolved, {{.id = {"2"}}}));
    CHECK(all->detail == "a; a");
    CHECK(all->exit_status == ExitStatus::unresolved);
    CHECK(all->obstacles.size() == 2);
    CHECK_FALSE(all->grants_more);
    auto more = reason(ExitStatus::ok, {});
    more.grants_more = true;
    plan::join(all, more);
    CHECK(all->exit_status == ExitStatus::unresolved);
    CHECK(all->grants_more);
    CHECK(all->obstacles.empty());
    plan::join(all, reason(ExitStatus::ok, {{.id = {"3"}}}));
    CHECK(all->obstacles.empty());
    CHECK(all->grants_more);
}

TEST_CASE("each of two reasons is acknowledged by itself") {
    const auto second = GENERATE(ExitStatus::ok, ExitStatus::partial, ExitStatus::unresolved);
    const bool name = GENERATE(false, true);
    const bool key = GENERATE(false, true);
    const auto rest = key && second == ExitStatus::unresolved ? ExitStatus::ok : second;
    const auto left = name ? rest : ExitStatus::unresolved;
    auto policy = without_rails();
    if (name) {
        policy.acknowledged.insert("ada@acme.org=rename-waits");
    }
    if (key) {
        policy.acknowledged.insert("pw-activate:user:ada=key-shared");
    }
    auto ada = there(person("ada"), "1");
    plan::Plan plan;
    plan::UserChange change{.desired = &ada, .current = &ada};
    plan::join(change.withheld,
               {.reason = "rename-waits", .detail = "a", .exit_status = ExitStatus::unresolved});
    plan::join(change.withheld, {.reason = "key-shared", .detail = "b", .exit_status = second});
    plan.users.push_back(change);
    plan::settle_exit_statuses(policy, plan);
    const auto& withheld = *plan.users[0].withheld;
    CHECK(withheld.exit_status == left);
    CHECK(withheld.acknowledged == (left == ExitStatus::ok));
    CHECK(plan.account.warnings.empty());
}

TEST_CASE("a group in SCIM with a powerful name and members cannot be acknowledged") {
    const bool has_members = GENERATE(true, false);
    auto docker = hpc(has_members ? Texts{"ada"} : Texts{});
    docker.display_name = "docker";
    auto policy = without_rails();
    policy.acknowledged = {"docker=powerful-group"};
    const Directory current{{there(person("ada"), "1")}, {there(docker, "g")}};
    const auto plan = plan::make_plan({{person("ada")}, {docker}}, current, policy);
    REQUIRE(plan.account.skips.size() == 1);
    const auto& withheld = plan.account.skips[0].withheld;
    CHECK(withheld.reason == "powerful-group");
    CHECK_FALSE(withheld.acknowledged);
    CHECK(withheld.grants_more == has_members);
    CHECK(withheld.exit_status == (has_members ? ExitStatus::unresolved : ExitStatus::ok));
    const Texts refusals{
        "docker=powerful-group is not acknowledged: SCIM grants more than ACTIVATE does"};
    CHECK(plan.account.warnings == (has_members ? refusals : Texts{}));
}

TEST_CASE("members of a group with another name in SCIM cannot be acknowledged") {
    const bool has_members = GENERATE(true, false);
    const bool docker = GENERATE(true, false);
    auto now = hpc(has_members ? Texts{"ada"} : Texts{});
    now.display_name = docker ? "docker" : "operators";
    auto wanted = now;
    wanted.display_name = "l/ab";
    auto policy = without_rails();
    policy.acknowledged = {"l/ab=bad-group-name"};
    const auto plan = plan::make_plan(
        {{person("ada")}, {wanted}}, {{there(person("ada"), "1")}, {there(now, "g")}}, policy);
    REQUIRE(plan.account.skips.size() == 1);
    CHECK(plan.account.skips[0].withheld.grants_more == has_members);
    CHECK(plan.account.skips[0].withheld.exit_status ==
          (has_members ? ExitStatus::unresolved : ExitStatus::ok));
}

TEST_CASE("an active record with a reserved name needs an operator if its new name is not sent") {
    const bool renames = GENERATE(false, true);
    const bool allowed = GENERATE(false, true);
    const bool is_bad = GENERATE(false, true);
    auto now = person("ada");
    now.user_name = "root@acme.org";
    auto wanted = person("ada");
    wanted.user_name = is_bad ? "a b" : "ada@acme.org";
    auto policy = without_rails();
    policy.rename_users = renames;
    policy.acknowledged = {"ada@acme.org=reserved-user-name", "a b=bad-user-name"};
    if (allowed) {
        policy.names.users = {"root"};
    }
    const auto plan = planned({{wanted}, {}}, {{there(now, "1")}, {}}, policy);
    INFO(plan.text());
    const bool is_sent = renames && !is_bad;
    CHECK((status_of(plan, "ada") == "4") == (!is_sent && !allowed));
}

TEST_CASE("an inactive record with a reserved name is reactivated only under its new name") {
    const bool renames = GENERATE(false, true);
    auto now = person("ada");
    now.user_name = "root@acme.org";
    now.active = false;
    auto policy = without_rails();
    policy.rename_users = renames;
    const auto plan = planned({{person("ada")}, {}}, {{there(now, "1")}, {}}, policy);
    INFO(plan.text());
    CHECK(plan.changes().size() == (renames ? 1 : 0));
    CHECK(status_of(plan, "ada") == (renames ? "none" : "4"));
    policy.names.users = {"root"};
    CHECK(planned({{person("ada")}, {}}, {{there(now, "1")}, {}}, policy).changes().size() == 1);
}

TEST_CASE("a record with a reserved name needs no operator if it is or becomes inactive") {
    const bool becomes = GENERATE(true, false);  // a restore deactivates it
    const bool is_bad = becomes ? GENERATE(false, true) : true;
    auto now = person("ada");
    now.user_name = "root@acme.org";
    now.active = becomes;
    auto wanted = person("ada");
    wanted.user_name = is_bad ? "a b" : "ada@acme.org";
    wanted.active = !becomes;
    auto policy = without_rails();
    policy.restore = becomes;
    policy.acknowledged = {"a b=bad-user-name"};
    const auto plan = planned({{wanted}, {}}, {{there(now, "1")}, {}}, policy);
    INFO(plan.text());
    CHECK(plan.changes().size() == (becomes ? 1 : 0));
    CHECK(status_of(plan, "ada") == (is_bad ? "0" : "none"));
}

TEST_CASE("a record with a reserved name that a restore deactivates can be acknowledged") {
    auto now = person("ada");
    now.user_name = "root@acme.org";
    auto holder = person("ada");
    holder.external_id = {};
    auto policy = without_rails();
    policy.restore = true;
    policy.acknowledged = {"pw-activate:user:ada=rename-waits"};
    const Directory current{.users = {there(now, "1")}, .unmanaged_users = {there(holder, "2")}};
    const auto line =
        planned({{inactive(person("ada"))}, {}}, current, policy).change("pw-activate:user:ada");
    INFO(line.dump());
    CHECK(line.at("action") == "deactivate");
    CHECK(paths_of(line) == Texts{"replace active"});
    CHECK(line.at("withheld") == "rename-waits");
    CHECK(line.at("exitStatus") == 0);
}

TEST_CASE("a key that a protected user keeps is withheld from another user with exit status 4") {
    auto eve = person("eve");
    eve.ssh_keys = Texts{ssh_blob::valid_line(8)};
    auto policy = without_rails();
    policy.protected_users = {"eve@acme.org"};
    const auto plan = planned(
        {{with_key(person("bob")), eve}, {}}, {{there(with_key(person("eve")), "2")}, {}}, policy);
    INFO(plan.text());
    CHECK(plan.change("pw-activate:user:eve").at("after").at("sshKeys").size() == 2);
    CHECK(status_of(plan, "bob") == std::to_string(static_cast<int>(ExitStatus::unresolved)));
}

TEST_CASE(
    "if ACTIVATE lacks a group that has two records in SCIM, both records lose their members") {
    const Directory current{{there(person("ada"), "1")},
                            {there(hpc({"ada"}), "g"), there(hpc({"ada"}), "h")}};
    auto plan = plan::make_plan({{person("ada")}, {}}, current, without_rails());
    REQUIRE(plan.groups.size() == 2);
    CHECK(plan.groups[0].target.empty());
    CHECK(plan.groups[1].target.empty());
    const auto sentences = plan::describe_withheld(plan);
    REQUIRE(sentences.size() == 1);
    CHECK(sentences[0].text ==
          "hpc (pw-activate:group:hpc): duplicate-external-id: records g and h in SCIM have this "
          "externalId; members are added to g: delete h in CoreWeave");
}

TEST_CASE("a group without a name is described by its externalId alone") {
    auto nameless = hpc({});
    nameless.display_name.clear();
    auto plan = plan::make_plan({{}, {nameless}}, {}, without_rails());
    const auto sentences = plan::describe_withheld(plan);
    REQUIRE(sentences.size() == 1);
    CHECK(sentences[0].text.starts_with("(pw-activate:group:hpc): no-group-name: "));
}
