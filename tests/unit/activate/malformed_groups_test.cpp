// Malformed groups in ACTIVATE's list, and malformed members: each costs its own group only.

#include "activate/check.hpp"
#include "activate/export.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/paged_organization.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>
#include <vector>

using nlohmann::json;

namespace {

using Texts = std::vector<std::string>;

/// Ann in group a, Ben in b; Cyd is in no group.
struct Teams : Organization {
    Teams() {
        cap = 100;
        users = {user("ann"), user("ben"), user("cyd")};
        groups = {group("a"), group("b")};
        members["a"] = {{{"id", "id-ann"}}};
        members["b"] = {{{"id", "id-ben"}}};
    }

    std::vector<json> exported(const Texts& scope = {}) {
        return Organization::exported({.scope = scope});
    }
    std::string checked(const Texts& scope = {}) {
        std::ostringstream out;
        cli::CheckReport findings(out);
        activate::check_desired_side(service, nullptr, "none", {.scope = scope}, findings);
        status = findings.end();
        return out.str();
    }
};

}  // namespace

TEST_CASE("a malformed group is left out and named, and the others are exported") {
    CapturedLog log;
    Teams teams;
    const auto [row, said] = GENERATE(table<json, std::string>({
        {nullptr, "group without a name is malformed: it has no usable id"},
        {7, "group without a name is malformed: it has no usable id"},
        {json{{"name", "b"}}, "group b is malformed: it has no usable id"},
        {json{{"name", "b"}, {"id", 7}}, "group b is malformed: it has no usable id"},
    }));
    teams.groups[1] = row;
    teams.skips = GENERATE(true, false);  // then the service repeats the row
    const auto lines = teams.exported();
    REQUIRE(lines.size() == 5);
    CHECK(lines[3].at("displayName") == "a");
    CHECK(lines[4].at("malformedGroups") == 1);
    CHECK(lines[4].at("partial") == 1);
    CHECK_FALSE(lines[4].contains("malformed"));
    CHECK(teams.status == ExitStatus::partial);
    CHECK(contains(log.text(), said));
    CHECK(contains(log.text(), "groups that this export lacks keep their members in SCIM"));
}

TEST_CASE("a list with malformed groups only ends the export") {
    CapturedLog log;
    Teams teams;
    teams.groups = {json(7), json{{"name", "b"}}};
    const auto error = caught([&] { (void)teams.exported(); });
    CHECK(error.status == ExitStatus::unavailable);
    CHECK(error.says("2 rows are malformed, and the list has no other group"));
}

TEST_CASE("a group of the scope that may be malformed is not reported as missing") {
    CapturedLog log;
    Teams teams;
    teams.groups[1] = GENERATE(values<json>(
        {nullptr, json{{"name", "b"}}, json{{"id", "id-b"}}, {{"id", "id-b"}, {"name", nullptr}}}));
    const auto lines = teams.exported({"a", "b"});
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].at("userName") == "ann@x.org");
    CHECK(lines[2].at("malformedGroups") == 1);
    CHECK(teams.status == ExitStatus::partial);
    CHECK(contains(log.text(), "names b, which may be a malformed group of ACTIVATE"));
    CHECK_FALSE(contains(log.text(), "no group of exactly this name"));
    // Ben may be a member of b: only those who have left ACTIVATE are known to be out of scope.
    CHECK(teams.answers({"ben", "eve"}, {"a", "b"}) == Texts{"unknown", "gone"});
    CHECK(
        caught([&] { (void)teams.exported({"b"}); }).says("the list has no other group in scope"));
}

TEST_CASE("a malformed group that is not in scope is not reported") {
    CapturedLog log(logging::Level::warning);
    Teams teams;
    SECTION("its name is out of scope") {
        teams.groups[1] = {{"name", "b"}};
        CHECK(teams.exported({"a"}).size() == 3);
        CHECK(teams.status == ExitStatus::ok);
        CHECK(log.text().empty());
    }
    SECTION("each name of the scope has another group") {
        teams.groups.emplace_back(nullptr);
        CHECK_FALSE(teams.exported({"a", "b"}).back().contains("malformedGroups"));
        CHECK(teams.status == ExitStatus::ok);
        CHECK(log.text().empty());
    }
    SECTION("another name of the scope is missing") {
        teams.groups[1] = {{"name", "b"}};
        CHECK_FALSE(teams.exported({"a", "c"}).back().contains("malformedGroups"));
        CHECK(contains(log.text(), "names c, and ACTIVATE has no group of exactly this name"));
    }
}

TEST_CASE("a name of the scope that no group has is reported with the name that is like it") {
    CapturedLog log;
    Teams teams;
    teams.groups[1]["name"] = GENERATE(as<std::string>(), "hpc ", "HPC");
    (void)teams.exported({"a", "hpc"});
    CHECK(contains(log.text(),
                   "names hpc, and ACTIVATE has no group of exactly this name; did you mean \"" +
                       teams.groups[1]["name"].get<std::string>() + "\"?"));
}

TEST_CASE("malformed members of a group in scope are unknown, and the others are exported") {
    CapturedLog log;
    Teams teams;
    teams.members["b"] = {{{"id", "id-ben"}}, 7};
    const auto lines = teams.exported({"a", "b"});
    REQUIRE(lines.size() == 4);
    CHECK(lines[2].contains("members") != lines[1].contains("members"));
    CHECK(lines[3].at("malformedGroups") == 1);
    CHECK(teams.status == ExitStatus::partial);
    CHECK(contains(log.text(), "members of group b could not be read"));
    CHECK(teams.answers({"ben"}, {"a", "b"}) == Texts{"unknown"});
    CHECK_FALSE(teams.exported().back().contains("malformedGroups"));
    CHECK(teams.status == ExitStatus::partial);
}

TEST_CASE("the check counts malformed groups and names those in scope that are not readable") {
    CapturedLog log;
    Teams teams;
    SECTION("a malformed row") {
        teams.groups[1] = {{"name", "b"}};
        CHECK(contains(teams.checked(), "fail  ACTIVATE groups: 1 malformed; a run names them"));
        CHECK(contains(teams.checked({"a", "b"}),
                       "no group b, unless it is one of the malformed groups"));
    }
    SECTION("malformed members") {
        teams.members["b"] = {7};
        CHECK(contains(teams.checked({"a", "b"}), "members of 1 groups in scope are malformed"));
    }
    CHECK(teams.status == ExitStatus::partial);
}

TEST_CASE("403 for the members of a group in scope ends the export with the remedy") {
    CapturedLog log;
    Teams teams;
    teams.refuses = [](const std::string& url) {
        return contains(url, "/groups/b/members") ? std::optional(403) : std::nullopt;
    };
    const auto error = caught([&] { (void)teams.exported({"a", "b"}); });
    CHECK(error.status == ExitStatus::denied);
    CHECK(error.says("use a key whose owner may read this group, or take the group out"));
    CHECK(contains(teams.checked({"a", "b"}), "are refused (403), so exports end with 77"));
    CHECK(teams.status == ExitStatus::denied);
    (void)teams.exported();
    CHECK(teams.status == ExitStatus::partial);
}
