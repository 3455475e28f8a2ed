// A restore: records that were adopted or taken over since the capture.

#include "plan/approval_and_restore.hpp"

#include "support/plan_run.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace plan_run;

namespace {

using Ids = std::vector<record::ExternalId>;

record::ExternalId user_id(const std::string& key) {
    return {"pw-activate:user:" + key};
}

/// The state to restore, and the warnings.
std::pair<Directory, Texts> restored(Directory captured,
                                     const Directory& now,
                                     const std::optional<Directory>& activate = {}) {
    record::Sides sides;
    sides.current = now;
    sides.desired = activate;
    auto restore = plan::restore_to(std::move(captured), sides);
    return {*std::move(sides.desired), std::move(restore.warnings)};
}

User unmanaged(const std::string& id) {
    auto user = there(person("x"), id);
    user.external_id = {};
    return user;
}

}  // namespace

TEST_CASE("without ACTIVATE, too, a record that was taken over stays as it is now") {
    const Directory captured{
        {there(person("ada"), "1"), there(person("ben"), "2"), there(person("cyd"), "3")},
        {there(hpc({"ada", "ben"}), "g"), there(hpc({"cyd"}), "h")}};
    auto now = captured;
    now.users[0] = there(person("zoe"), "1");
    now.users[0].ssh_keys = Texts{ssh_blob::valid_line(5)};
    now.groups[0].members = Ids{user_id("ben")};
    auto unknown = there(hpc({}), "i");
    unknown.members.reset();
    auto with_unknown = captured;
    with_unknown.groups.insert(with_unknown.groups.begin(), unknown);
    const auto [state, warnings] = restored(with_unknown, now);
    CHECK(state.users[0].external_id == user_id("zoe"));
    CHECK(state.users[0].ssh_keys == now.users[0].ssh_keys);
    CHECK(state.users[1].external_id == user_id("ben"));
    CHECK_FALSE(state.groups[0].members);
    CHECK(*state.groups[1].members == Ids{user_id("ben")});
    CHECK(*state.groups[2].members == Ids{user_id("cyd")});
    CHECK(warnings == Texts{"pw-activate:user:ada (1) was taken over since the capture; it is "
                            "left to pw-activate:user:zoe"});
}

TEST_CASE("a group that was taken over is restored under its new externalId") {
    auto group = there(hpc({}), "g");
    auto now = group;
    now.external_id = {"pw-activate:group:new"};
    const auto [state, warnings] = restored({{}, {group}}, {{}, {now}}, Directory{});
    CHECK(state.groups[0].external_id.value == "pw-activate:group:new");
    CHECK(warnings == Texts{"pw-activate:group:hpc (g) was taken over since the capture; it is "
                            "restored as pw-activate:group:new"});
}

TEST_CASE("with ACTIVATE, a record that was taken over stays as it is now, with its groups") {
    Directory captured{
        {there(person("ada"), "1"), there(person("ben"), "2"), there(person("zoe"), "3")},
        {there(hpc({"ada", "ben"}), "g"), there(hpc({"zoe"}), "h")}};
    captured.groups[1].external_id = {"pw-activate:group:other"};
    auto now = captured;
    now.users[0] = there(person("eve"), "1");
    now.users[0].ssh_keys = Texts{ssh_blob::valid_line(5)};
    now.groups[0].members = Ids{};
    now.groups[1].members = Ids{user_id("ben"), user_id("eve")};
    const Directory activate{{person("ben"), person("eve"), person("zoe")}, {}};
    const auto [state, warnings] = restored(captured, now, activate);
    CHECK(state.users[0].user_name == "eve@acme.org");
    CHECK(state.users[0].ssh_keys == now.users[0].ssh_keys);
    CHECK(state.users[1].user_name == "ben@acme.org");
    CHECK(*state.groups[0].members == Ids{user_id("ben")});
    CHECK(*state.groups[1].members == Ids{user_id("eve"), user_id("zoe")});
    CHECK(warnings == Texts{"pw-activate:user:ada (1) was taken over since the capture; it is left "
                            "to pw-activate:user:eve"});
}

TEST_CASE("a user whose externalId an adopted record has now is not created a second time") {
    Directory captured{{there(person("ada"), "2")}, {}};
    captured.unmanaged_users = {unmanaged("1")};
    record::Sides sides;
    sides.current = Directory{{there(person("ada"), "1")}, {}};
    const auto restore = plan::restore_to(captured, sides);
    const auto& withheld = restore.not_given_back.at(user_id("ada"));
    CHECK(withheld.reason == "duplicate-external-id");
    CHECK(withheld.exit_status == ExitStatus::unresolved);
    auto policy = without_rails();
    policy.restore = true;
    policy.not_given_back = restore.not_given_back;
    const auto plan = plan::make_plan(*sides.desired, *sides.current, policy);
    CHECK(plan.users.empty());
    REQUIRE(plan.account.skips.size() == 1);
    CHECK(plan.account.skips[0].withheld.exit_status == ExitStatus::unresolved);
}

TEST_CASE("a record that was adopted since the capture is left unchanged, a foreign member") {
    Directory captured{{there(person("ben"), "2")}, {there(hpc({"ben"}), "g")}};
    captured.unmanaged_users = {unmanaged("1")};
    captured.unmanaged_groups = {there(hpc({}), "h")};
    captured.groups[0].foreign_members = {{"3"}};
    Directory now{{there(person("ada"), "1"), there(person("ben"), "2"), there(person("cyd"), "3")},
                  {there(hpc({"ada", "ben", "cyd"}), "g"), there(hpc({}), "h")}};
    now.groups[1].external_id = {"pw-activate:group:b"};
    now.groups[0].foreign_members = {{"2b"}};
    record::Sides sides;
    sides.current = now;
    const auto restore = plan::restore_to(captured, sides);
    CHECK(restore.warnings ==
          Texts{"pw-activate:group:b (h) was adopted since the capture; it is left unchanged",
                "pw-activate:user:ada (1) was adopted since the capture; it is left unchanged",
                "pw-activate:user:cyd (3) was adopted since the capture; it is left unchanged"});
    CHECK(sides.current->users.size() == 1);
    CHECK(sides.current->unmanaged_users.size() == 2);
    CHECK(sides.current->unmanaged_groups.size() == 1);
    CHECK(*sides.current->groups[0].members == Ids{user_id("ben")});
    CHECK(sides.current->groups[0].foreign_members ==
          std::vector<record::ResourceId>{{"1"}, {"2b"}, {"3"}});
    CHECK(sides.desired->unmanaged_users.empty());
    CHECK(sides.desired->unmanaged_groups.empty());
}

TEST_CASE("a user of the capture with two records is not a record that was adopted") {
    Directory captured{{there(person("ada"), "1")}, {there(hpc({}), "g")}};
    captured.groups[0].foreign_members = {{"1"}, {"2"}};
    const auto [state, warnings] = restored(captured, {{there(person("ada"), "1")}, {}});
    CHECK(warnings.empty());
}

TEST_CASE("a foreign member of the capture who has left ACTIVATE is a warning") {
    Directory captured{{}, {there(hpc({}), "g")}};
    captured.groups[0].foreign_members = {{"1"}};
    Directory now{{there(person("ada"), "1")}, {there(hpc({}), "g")}};
    const auto [state, warnings] = restored(captured, now, Directory{});
    REQUIRE(warnings.size() == 2);
    CHECK(warnings[1] ==
          "pw-activate:user:ada: has-left: absent in ACTIVATE; not given back: 1 membership; give "
          "access in ACTIVATE, or restore it all the same with --restore-leavers");
}

TEST_CASE("a group with unknown members keeps them unknown if one of the users was adopted") {
    Directory captured;
    captured.unmanaged_users = {unmanaged("1")};
    auto unknown = there(hpc({}), "g");
    unknown.members.reset();
    auto known = there(hpc({"ada"}), "h");
    known.external_id = {"pw-activate:group:other"};
    record::Sides sides;
    sides.current = Directory{{there(person("ada"), "1")}, {unknown, known}};
    (void)plan::restore_to(captured, sides);
    CHECK_FALSE(sides.current->groups[0].members);
    CHECK(sides.current->groups[0].foreign_members.empty());
    CHECK(sides.current->groups[1].members->empty());
    CHECK(sides.current->groups[1].foreign_members == std::vector<record::ResourceId>{{"1"}});
}

TEST_CASE("with ACTIVATE, a restore adds no user to a group whose members are unknown") {
    auto unknown = there(hpc({}), "h");
    unknown.external_id = {"pw-activate:group:other"};
    unknown.members.reset();
    const Directory captured{{there(person("ada"), "1"), there(person("ben"), "2")},
                             {there(hpc({"ada", "ben"}), "g"), unknown}};
    auto now = captured;
    now.users[0] = there(person("eve"), "1");
    now.groups[0].members.reset();
    now.groups[1].members = Ids{user_id("eve")};
    const auto [state, warnings] =
        restored(captured, now, Directory{{person("ben"), person("eve")}, {}});
    CHECK(*state.groups[0].members == Ids{user_id("ben")});
    CHECK_FALSE(state.groups[1].members);
}

TEST_CASE("with ACTIVATE, a deleted record of a user who took over another record is restored") {
    Directory captured{{there(person("ada"), "1"), there(person("zoe"), "3")}, {}};
    captured.users[0].ssh_keys = Texts{ssh_blob::valid_line(4)};
    captured.users[1].ssh_keys = Texts{ssh_blob::valid_line(5)};
    const Directory now{{there(person("zoe"), "1")}, {}};
    const auto [state, warnings] = restored(captured, now, Directory{{person("zoe")}, {}});
    REQUIRE(state.users.size() == 2);
    CHECK(state.users[0].id.value == "1");
    CHECK(state.users[0].external_id == user_id("zoe"));
    CHECK(state.users[0].ssh_keys == Texts{});  // not the key of the former user
    CHECK(state.users[1].id.value == "3");
    CHECK(state.users[1].ssh_keys == Texts{ssh_blob::valid_line(5)});
}
