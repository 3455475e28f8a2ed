// Malformed users in ACTIVATE's list: each costs its own access only.

#include "activate/check.hpp"
#include "activate/confirm_absence.hpp"
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

/// Ann, Ben and Cyd in group a; the row of Ben is `row`.
struct Acme : Organization {
    explicit Acme(json row) {
        cap = 100;
        users = {Organization::user("ann"), std::move(row), Organization::user("cyd")};
        groups = {Organization::group("a")};
        members["a"] = {{{"id", "id-ann"}}, {{"id", "id-ben"}}, {{"id", "id-cyd"}}};
    }

    Texts exported(const Texts& scope = {}) {
        std::stringstream text;
        stream::Writer out(text);
        const auto keys = activate::rest_keys(service, false);
        status = activate::DesiredExport(service, keys.get(), {.scope = scope}, out)
                     .run({.kind = "directory", .side = "desired"});
        Texts lines;
        for (std::string line; std::getline(text, line);) {
            lines.push_back(line);
        }
        return lines;
    }

    ExitStatus status = ExitStatus::internal;
};

json ben_without(const char* field, const json& value = nullptr) {
    auto row = Organization::user("ben");
    row[field] = value;
    return row;
}

}  // namespace

TEST_CASE("a malformed user is left out and named, and the others are exported") {
    CapturedLog log;
    const auto [field, value, said] = GENERATE(table<const char*, json, std::string>({
        {"active", "true", "user ben (id-ben) is malformed: \"active\" is missing, or neither"},
        {"active", nullptr, "user ben (id-ben) is malformed: \"active\" is missing, or neither"},
        {"username", nullptr, "user without a username (id-ben) is malformed: \"username\" is"},
        {"username", "", "user without a username (id-ben) is malformed: \"username\" is"},
        {"email",
         json{{"value", "a@b"}},
         "user ben (id-ben) is malformed: \"email\" is not a string"},
        {"name", 7, "user ben (id-ben) is malformed: \"name\" is not a string"},
        {"id", 7, "user ben is malformed: \"id\" is missing, empty or not a string"},
        {"id", nullptr, "user ben is malformed: \"id\" is missing, empty or not a string"},
    }));
    Acme acme(ben_without(field, value));
    const auto lines = acme.exported();
    REQUIRE(lines.size() == 5);
    CHECK(contains(lines[1], "user:id-ann"));
    CHECK(contains(lines[2], "user:id-cyd"));
    CHECK(contains(lines[3], R"("members":["pw-activate:user:id-ann","pw-activate:user:id-cyd"])"));
    CHECK(contains(lines[4], R"("malformed":1)"));
    CHECK(acme.status == ExitStatus::partial);
    CHECK(contains(log.text(), said));
    CHECK(contains(log.text(), "the access of this user in SCIM stays unchanged"));
}

TEST_CASE("a disabled user needs no readable name or address, and a user without them has none") {
    const auto* field = GENERATE("name", "email");
    Acme acme(ben_without(field, json::array()));
    acme.users[1]["active"] = false;
    CHECK(contains(acme.exported()[2], R"("active":false)"));
    acme.users[1] = ben_without(field);
    CHECK(contains(acme.exported()[2], R"("active":true)"));
    CHECK(acme.status == ExitStatus::ok);
}

TEST_CASE("two equal rows without an id are two rows of the list, on any page") {
    CapturedLog log;
    Acme acme(ben_without("id"));
    acme.users.push_back(ben_without("id"));
    acme.cap = GENERATE(100U, 2U);
    CHECK(contains(acme.exported().back(), R"("malformed":2)"));
}

TEST_CASE("a list with malformed users only ends the export, and 20 of them are named") {
    CapturedLog log;
    Acme acme(ben_without("active"));
    acme.users.clear();
    for (int i = 0; i < 25; ++i) {
        acme.users.push_back(Organization::user("u" + std::to_string(i)));
        acme.users.back()["active"] = "yes";
    }
    const auto error = caught([&] { (void)acme.exported(); });
    CHECK(error.status == ExitStatus::unavailable);
    CHECK(error.says("all 25 users are malformed"));
    CHECK(contains(log.text(), "user u19 (id-u19) is malformed"));
    CHECK_FALSE(contains(log.text(), "user u20 (id-u20) is malformed"));
    CHECK(contains(log.text(), "5 more users are malformed"));
}

TEST_CASE("a malformed user is not reported if the id is that of no member in scope") {
    CapturedLog log(logging::Level::warning);
    Acme acme(ben_without("active"));
    acme.groups.push_back(Organization::group("b"));
    acme.members["b"] = {{{"id", "id-cyd"}}};
    CHECK(acme.exported({"b"}).size() == 4);
    CHECK(acme.status == ExitStatus::ok);
    CHECK(log.text().empty());
    CHECK(acme.exported({"a"}).size() == 5);
    CHECK(acme.status == ExitStatus::partial);
    acme.users[1]["id"] = nullptr;  // and then any group may have that user
    CHECK(contains(acme.exported({"b"}).back(), R"("malformed":1)"));
    CHECK(acme.status == ExitStatus::partial);
}

TEST_CASE("confirmation: a malformed user is unknown; another one is gone, if the row has a key") {
    CapturedLog log;
    Acme without_state(ben_without("active"));
    CHECK(without_state.answers({"ann", "ben", "eve"}) == Texts{"present", "unknown", "gone"});
    Acme without_key(ben_without("id"));
    CHECK(without_key.answers({"ann", "ben", "eve"}) == Texts{"present", "unknown", "unknown"});
}

TEST_CASE("the check counts malformed users") {
    Acme acme(ben_without("active"));
    std::ostringstream out;
    cli::CheckReport findings(out);
    activate::check_desired_side(acme.service, nullptr, "none", {}, findings);
    CHECK(contains(out.str(), "fail  ACTIVATE users: 1 malformed; a run names them"));
    CHECK(contains(out.str(), "ACTIVATE users: 2 visible, 0 of them disabled"));
    CHECK(findings.end() == ExitStatus::partial);
}
