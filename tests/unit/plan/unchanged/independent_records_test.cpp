// The records that need no planner: they are read again when the plan is written.

#include "plan/unchanged/filter.hpp"

#include "plan/make_plan.hpp"
#include "plan/user_standing.hpp"
#include "plan/write_plan.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/ssh_blob.hpp"
#include "two_exports.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace two_exports;

namespace {

using Texts = std::vector<std::string>;

std::string external_id(int number) {
    return "pw-activate:user:" + std::to_string(kFirst + number);
}

/// Users with these numbers.
Texts users(const std::vector<int>& numbers, bool current) {
    Texts lines;
    for (const int number : numbers) {
        lines.push_back(user(kFirst + number, current));
    }
    return lines;
}

std::string inactive(std::string line) {
    return line.replace(line.find("true"), 4, "false");
}

Texts new_users(Read& read, const plan::Policy& policy = {}) {
    read.filter.emit_users(*read.sides.desired, *read.sides.current, policy);
    const auto independent = read.filter.independent(false);
    Texts ids;
    while (const auto* user = independent.next_new_user()) {
        ids.push_back(user->external_id.value);
    }
    CHECK(ids.size() == read.sides.desired->new_users);
    return ids;
}

}  // namespace

TEST_CASE("independent new users are returned in the order of their external ids") {
    const TemporaryFolder folder;
    auto numbers = GENERATE(values<std::vector<int>>({{1, 2, 3, 4}, {4, 2, 1, 3}}));
    Read read(folder, stream_of(users(numbers, false), false), stream_of(users({2}, true), true));
    CHECK(new_users(read) == Texts{external_id(1), external_id(3), external_id(4)});
    CHECK(read.sides.desired->users.empty());
    CHECK(read.sides.current->unchanged.users == 1);
}

TEST_CASE("an independent new user has all values of the line") {
    const TemporaryFolder folder;
    Read read(folder, stream_of({user(kFirst, false, "Ada")}, false), stream_of(Texts{}, true));
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    const auto independent = read.filter.independent(false);
    const auto* const user = independent.next_new_user();
    REQUIRE(user);
    CHECK(user->user_name == "a10000@acme.org");
    CHECK(user->activate_username == "A.10000");
    CHECK(user->display_name->starts_with("Ada of"));
    CHECK(user->active);
    CHECK(user->ssh_keys == Texts{});
    CHECK_FALSE(independent.next_new_user());
    CHECK_FALSE(independent.next_new_user());
}

TEST_CASE(
    "a new user who is inactive, is in the policy, or has an invalid userName is for the planner") {
    const TemporaryFolder folder;
    auto desired = users({1, 2, 3}, false);
    plan::Policy policy;
    SECTION("inactive") {
        desired[0] = inactive(desired[0]);
    }
    SECTION("named in the policy") {
        policy.protected_users = {external_id(1)};
    }
    SECTION("adopts a record") {
        policy.adopt_users = {"a10001@acme.org"};
    }
    SECTION("a userName that is not an address") {
        desired[0].replace(desired[0].find("@acme.org"), 9, "");
        policy.names.user_name_is_address = true;
    }
    Read read(folder, stream_of(desired, false), stream_of(Texts{}, true));
    CHECK(new_users(read, policy) == Texts{external_id(2), external_id(3)});
    REQUIRE(read.sides.desired->users.size() == 1);
    CHECK(read.sides.desired->users[0].external_id.value == external_id(1));
}

TEST_CASE(
    "a new user with the name of another new user, or of a record in SCIM, is for the planner") {
    const TemporaryFolder folder;
    auto desired = users({1, 2, 3}, false);
    const bool in_scim = GENERATE(true, false);
    auto other = user(kFirst + 9, in_scim);
    other.replace(other.find("a10009@"), 7, "A10001@");
    auto current = Texts{in_scim ? inactive(other) : user(kFirst + 8, true)};
    if (!in_scim) {
        desired.push_back(other);
    }
    Read read(folder, stream_of(desired, false), stream_of(current, true));
    CHECK(new_users(read) == Texts{external_id(2), external_id(3)});
    CHECK(read.sides.desired->users.size() == (in_scim ? 1 : 2));
}

TEST_CASE("independent unchanged records are users, then groups, by external id") {
    const TemporaryFolder folder;
    const auto numbers = GENERATE(values<std::vector<int>>({{1, 2, 3}, {3, 1, 2}}));
    auto desired = users(numbers, false);
    auto current = users(numbers, true);
    current.push_back(inactive(user(kFirst + 4, true)));
    const bool first_group_last = GENERATE(true, false);
    Texts groups[2];
    for (const bool is_current : {false, true}) {
        groups[is_current ? 1 : 0] = {group("a", {kFirst + 1}, is_current),
                                      group("b", {}, is_current)};
    }
    if (first_group_last) {
        std::swap(groups[1][0], groups[1][1]);
    }
    Read read(
        folder, stream_with(desired, groups[0], false), stream_with(current, groups[1], true));
    auto& sides = read.sides;
    read.filter.emit_users(*sides.desired, *sides.current, {});
    read.filter.examine_groups();
    read.filter.emit_groups(*sides.desired, *sides.current, {});
    const auto independent = read.filter.independent(true);
    CHECK_FALSE(independent.next_new_user());
    Texts all;
    while (const auto record = independent.next_unchanged()) {
        all.push_back(record->external_id.value + " " + record->id.value + " " + record->name +
                      " " + record->note);
    }
    CHECK(all == Texts{"pw-activate:user:10001 u10001 a10001@acme.org ",
                       "pw-activate:user:10002 u10002 a10002@acme.org ",
                       "pw-activate:user:10003 u10003 a10003@acme.org ",
                       "pw-activate:user:10004 u10004 a10004@acme.org already inactive",
                       "pw-activate:group:a g-a a ",
                       "pw-activate:group:b g-b b "});
}

TEST_CASE("a group refers to an independent new user by bulkId") {
    const TemporaryFolder folder;
    Read read(
        folder,
        stream_with(users({1, 2, 3}, false), {group("a", {kFirst + 2, kFirst + 3}, false)}, false),
        stream_of(users({2}, true), true));
    auto& desired = *read.sides.desired;
    auto& current = *read.sides.current;
    read.filter.emit_users(desired, current, {});
    auto users = plan::plan_all_users(desired, current, {});
    read.filter.examine_groups();
    read.filter.emit_groups(desired, current, users.standings);
    read.filter.name_members(desired, current);
    const auto plan = plan::complete_plan(std::move(users), desired, current, {});
    Texts members;
    const auto seal = plan::write_plan(
        plan,
        current,
        {},
        [&](std::string_view text) {
            const auto line = nlohmann::json::parse(text);
            if (line.at("resource") == "Group") {
                for (const auto& member : line.at("data").at("members")) {
                    members.push_back(member.at("value").get<std::string>());
                }
            }
        },
        read.filter.independent(false));
    CHECK(members == Texts{"u10002", "bulkId:" + external_id(3)});
    CHECK(seal.at("create") == 3);
    CHECK(seal.at("desired").at("users") == 3);
    CHECK(seal.at("matched") == 1);
}

TEST_CASE("an input that changes before the plan is written is an error") {
    const TemporaryFolder folder;
    Read read(folder, stream_of(false), stream_of(Texts{}, true));
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    const auto time = std::filesystem::last_write_time(folder.path("desired"));
    const bool keeps_its_time = GENERATE(true, false);
    {
        std::fstream file(folder.path("desired"), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(stream_of(false).find("Bob of")));
        file << "Eve";
    }
    std::filesystem::last_write_time(folder.path("desired"),
                                     keeps_its_time ? time : time + std::chrono::hours(1));
    const auto error = caught([&] {
        const auto independent = read.filter.independent(false);
        while (independent.next_new_user()) {
        }
    });
    CHECK(error.status == ExitStatus::io_error);
    CHECK(error.says("desired: the file changed while it was read"));
}

TEST_CASE("each step that reads lines again finds that an input has changed") {
    const TemporaryFolder folder;
    Read read(folder,
              stream_of(users({1, 2}, false), false),
              stream_with(users({2}, true), {group("a", {}, true)}, true));
    auto& desired = *read.sides.desired;
    auto& current = *read.sides.current;
    const auto change = [&](const std::string& side) {
        const auto name = folder.path(side);
        std::filesystem::last_write_time(
            name, std::filesystem::last_write_time(name) + std::chrono::hours(1));
    };
    const auto side = GENERATE(as<std::string>{}, "desired", "current");
    const int step = GENERATE(range(0, 5));
    const auto error = caught([&] {
        const auto begin = [&](int now) {
            if (step == now) {
                change(side);
            }
        };
        begin(0);
        read.filter.emit_users(desired, current, {});
        begin(1);
        read.filter.emit_groups(desired, current, {});
        begin(2);
        read.filter.name_members(desired, current);
        const auto independent = read.filter.independent(true);
        begin(3);
        while (independent.next_new_user() != nullptr) {
        }
        begin(4);
        while (independent.next_unchanged()) {
        }
    });
    CHECK(error.status == ExitStatus::io_error);
    CHECK(error.says(side + ": the file changed while it was read"));
}

TEST_CASE("a new user has no values of the one before") {
    const TemporaryFolder folder;
    const auto key = ssh_blob::valid_line(1);
    const auto number = [](int at) { return std::to_string(kFirst + at); };
    const std::string begin = R"({"type":"user","externalId":"pw-activate:user:)";
    Read read(
        folder,
        stream_of(
            {begin + number(1) +
                 R"(","activateUsername":"a","userName":"a@acme.org","displayName":"A",)"
                 R"("givenName":"B","familyName":"C","email":"d@acme.org",)"
                 R"("active":true,"sshKeys":[")" +
                 key + "\"]}\n",
             begin + number(2) + "\",\"userName\":\"e@acme.org\",\"active\":true,\"sshKeys\":[]}\n",
             begin + number(3) + "\",\"userName\":\"f@acme.org\",\"active\":true}\n"},
            false),
        stream_of(Texts{}, true));
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    const auto independent = read.filter.independent(false);
    const auto* user = independent.next_new_user();
    REQUIRE(user);
    CHECK(user->email == "d@acme.org");
    CHECK(user->ssh_keys == Texts{key});
    user = independent.next_new_user();
    REQUIRE(user);
    CHECK(user->user_name == "e@acme.org");
    for (const auto& text : {user->activate_username,
                             user->display_name,
                             user->given_name,
                             user->family_name,
                             user->email}) {
        CHECK_FALSE(text);
    }
    CHECK(user->ssh_keys == Texts{});
    user = independent.next_new_user();
    REQUIRE(user);
    CHECK_FALSE(user->ssh_keys);
}

TEST_CASE("independent records are written in order among the changes of the plan") {
    const auto record = [](const std::string& id) {
        return record::User{.external_id = {id},
                            .user_name = id.substr(id.rfind(':') + 1) + "@acme.org",
                            .ssh_keys = Texts{}};
    };
    const auto leaver = record("pw-activate:user:f");
    const auto second = record("pw-activate:user:c");
    plan::Plan plan{.users = {{.action = plan::Action::deactivate, .current = &leaver},
                              {.action = plan::Action::create, .desired = &second}},
                    .new_users = 3};
    plan.account.unchanged = {
        {.external_id = {"pw-activate:user:x"}},
        {.kind = record::Kind::group, .external_id = {"pw-activate:group:x"}}};
    Texts fresh{"b", "d", "e"};
    Texts same{"w", "y"};
    record::User user;
    const plan::IndependentRecords independent{
        .next_new_user = [&]() -> const record::User* {
            if (fresh.empty()) {
                return nullptr;
            }
            user = record("pw-activate:user:" + fresh.front());
            fresh.erase(fresh.begin());
            return &user;
        },
        .next_unchanged = [&]() -> std::optional<plan::Unchanged> {
            if (same.empty()) {
                return std::nullopt;
            }
            plan::Unchanged one{.external_id = {"pw-activate:user:" + same.front()}};
            same.erase(same.begin());
            return one;
        }};
    Texts lines;
    const auto seal = plan::write_plan(
        plan,
        {},
        {.all = true},
        [&](std::string_view text) {
            const auto line = nlohmann::json::parse(text);
            lines.push_back(line.value("action", "-") + " " +
                            line.at("externalId").get<std::string>());
        },
        independent);
    CHECK(lines == Texts{"deactivate pw-activate:user:f",
                         "create pw-activate:user:b",
                         "create pw-activate:user:c",
                         "create pw-activate:user:d",
                         "create pw-activate:user:e",
                         "- pw-activate:user:w",
                         "- pw-activate:user:x",
                         "- pw-activate:user:y",
                         "- pw-activate:group:x"});
    CHECK(seal.at("create") == 4);
    CHECK(seal.at("split") == 0);
}
