// ACTIVATE's SCIM service as a source, and the confirmation of absence.

#include "activate/scim_source.hpp"

#include "activate/confirm_absence.hpp"
#include "activate/export.hpp"
#include "activate/user_record.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/list_server.hpp"
#include "support/ssh_blob.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

using activate::Naming;
using nlohmann::json;

namespace {

const std::string kKey = ssh_blob::valid_line(1);

json keys_of(const json& keys) {
    return {{"sunkPosixUsername", "x"}, {"sunkSshKeys", keys}};
}

json person(const std::string& id, const std::string& username, bool active = true) {
    return {{"id", id},
            {"userName", username},
            {"active", active},
            {"displayName", "Ada van der Byron"},
            {"name", {{"givenName", "A."}, {"familyName", "B."}}},
            {"emails", json::array({{{"value", username + "@acme.org"}, {"primary", true}}})},
            {std::string(record::kKeysSchema), keys_of(json::array({kKey + " laptop"}))}};
}

json member(const std::string& id, const std::string& type = "User") {
    return {{"value", id}, {"type", type}};
}

/// ACTIVATE's SCIM service with Ada (1), Ben (2), who is disabled, and Cyd (3).
struct Activate {
    Lists lists{0, 2};
    activate::ScimSource source{lists.service, false};

    Activate() {
        lists.server.filters = false;
        lists.server.rows["/Users"] = {
            person("1", "Ada.B"), person("2", "ben", false), person("3", "cyd")};
        lists.server.rows["/Groups"] = {
            {{"id", "g2"}, {"displayName", "gpu"}, {"members", nullptr}},
            {{"id", "g1"},
             {"displayName", "hpc"},
             {"members", json::array({member("2"), member("1")})}}};
    }

    /// The written lines, without header and seal.
    std::vector<json> exported(const activate::DesiredExportSettings& settings = {}) {
        std::ostringstream text;
        stream::Writer out(text);
        const auto keys = activate::carried_keys();
        status =
            activate::DesiredExport(source, keys.get(), settings, out).run({.kind = "directory"});
        std::vector<json> lines;
        std::istringstream in(text.str());
        for (std::string line; std::getline(in, line);) {
            lines.push_back(json::parse(line));
        }
        seal = lines.back();
        return {lines.begin() + 1, lines.end() - 1};
    }

    /// The confirmations of absent users, in the order of their external ids.
    std::vector<std::string> answers(const std::vector<std::string>& keys,
                                     const Naming& naming = {},
                                     const std::vector<std::string>& scope = {}) {
        std::vector<record::User> users;
        for (const auto& key : keys) {
            record::User user;
            user.external_id = {"pw-activate:user:" + key};
            users.push_back(user);
        }
        std::vector<const record::User*> absent;
        for (const auto& user : users) {
            absent.push_back(&user);
        }
        std::ostringstream text;
        stream::Writer out(text);
        activate::confirm_absence(absent, scope, naming, source, out);
        std::vector<std::string> answers;
        std::istringstream in(text.str());
        for (std::string line; std::getline(in, line);) {
            if (const auto record = json::parse(line); record.at("type") == "confirmation") {
                answers.push_back(record.at("answer").get<std::string>());
            }
        }
        return answers;
    }

    ExitStatus status = ExitStatus::internal;
    json seal{};
};

}  // namespace

TEST_CASE("ACTIVATE's SCIM service is read in pages of users and groups, with no other request") {
    Activate activate;
    const auto lines = activate.exported();
    REQUIRE(lines.size() == 5);
    CHECK(lines[0] == json{{"type", "user"},
                           {"externalId", "pw-activate:user:1"},
                           {"activateUsername", "Ada.B"},
                           {"userName", "Ada.B@acme.org"},
                           {"displayName", "Ada van der Byron"},
                           {"givenName", "Ada van der"},
                           {"familyName", "Byron"},
                           {"email", "Ada.B@acme.org"},
                           {"active", true},
                           {"sshKeys", json::array({kKey})}});
    CHECK(lines[3] == json{{"type", "group"},
                           {"externalId", "pw-activate:group:g1"},
                           {"displayName", "hpc"},
                           {"members", json::array({"pw-activate:user:1"})}});
    CHECK(lines[4].at("members") == json::array());
    CHECK(activate.status == ExitStatus::ok);
    CHECK(activate.seal.at("requests") ==
          4);  // the pages are full, so one more is requested after one of them
}

TEST_CASE("disabled users are inactive, without keys, and in no group") {
    Activate activate;
    const auto lines = activate.exported();
    CHECK(lines[1].at("active") == false);
    CHECK_FALSE(lines[1].contains("sshKeys"));
    CHECK(lines[3].at("members").size() == 1);
}

TEST_CASE("usernames become keys and userNames if this is configured") {
    Activate activate;
    const auto lines =
        activate.exported({.naming = {.key_is_username = true, .user_name_is_username = true}});
    CHECK(lines[0].at("externalId") == "pw-activate:user:Ada.B");
    CHECK(lines[0].at("userName") == "Ada.B");
    CHECK(lines[3].at("members") == json::array({"pw-activate:user:Ada.B"}));
}

TEST_CASE("a scope is hard, a name without a group is reported, and no group at all ends the run") {
    CapturedLog log;
    Activate activate;
    const auto lines = activate.exported({.scope = {"hpc", "no-such"}});
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].at("externalId") == "pw-activate:user:1");
    CHECK(lines[1].at("externalId") == "pw-activate:user:2");
    CHECK(lines[2].at("displayName") == "hpc");
    CHECK(contains(log.text(), "no-such"));
    CHECK(caught([&] { (void)activate.exported({.scope = {"no-such"}}); }).status ==
          ExitStatus::bad_config);
}

TEST_CASE("a group among the members is left out with a warning") {
    CapturedLog log;
    Activate activate;
    activate.lists.server.rows["/Groups"][1]["members"].push_back(member("g2", "Group"));
    CHECK(activate.exported()[3].at("members") == json::array({"pw-activate:user:1"}));
    CHECK(contains(log.text(), "1 groups as members"));
}

TEST_CASE("keys are unknown without the extension; an empty extension means no keys") {
    CapturedLog log;
    Activate activate;
    const std::string schema(record::kKeysSchema);
    auto& users = activate.lists.server.rows["/Users"];
    users[0].erase(schema);
    const auto none = GENERATE(values<json>({json(), json::array(), json("absent")}));
    users[2][schema] = keys_of(none);
    if (none == "absent") {
        users[2][schema].erase("sunkSshKeys");
    }
    const auto lines = activate.exported();
    CHECK_FALSE(lines[0].contains("sshKeys"));
    CHECK(lines[2].at("sshKeys") == json::array());
    CHECK(activate.status == ExitStatus::partial);
}

TEST_CASE("keys are unknown if the extension is invalid") {
    CapturedLog log;
    Activate activate;
    activate.lists.server.rows["/Users"][0][std::string(record::kKeysSchema)] =
        GENERATE(values<json>({json::array(), json("none")}));
    CHECK_FALSE(activate.exported()[0].contains("sshKeys"));
}

TEST_CASE(
    "a malformed user of ACTIVATE's SCIM service is left out and named, and the others are "
    "exported") {
    CapturedLog log;
    Activate activate;
    const auto [attribute, value, fault] = GENERATE(table<std::string, json, std::string>(
        {{"active", "yes", "the record 1 is not what RFC 7643 promises"},
         {"active", nullptr, "user 1 comes without \"active\""},
         {"userName", nullptr, "the record 1 is not what RFC 7643 promises"},
         {std::string(record::kKeysSchema),
          keys_of(json::array({7})),
          "the record 1 is not what RFC 7643 promises"}}));
    activate.lists.server.rows["/Users"][0][attribute] = value;
    const auto lines = activate.exported();
    CHECK(lines[0].at("externalId") == "pw-activate:user:2");
    CHECK(activate.status == ExitStatus::partial);
    CHECK(activate.seal.at("malformed") == 1);
    CHECK(contains(log.text(), fault));
    CHECK(activate.answers({"1", "9"}) == std::vector<std::string>{"unknown", "gone"});
}

TEST_CASE("a name or address of ACTIVATE's SCIM service in another form is not a missing one") {
    CapturedLog log;
    Activate activate;
    const auto [field, value, said] = GENERATE(table<std::string, json, std::string>({
        {"emails", json{{"value", "a@x"}}, "\"emails\" is not a list of addresses"},
        {"emails", json::array({"a@x"}), "\"emails\" is not a list of addresses"},
        {"emails", json::array({{{"value", 7}}}), "\"emails\" is not a list of addresses"},
        {"displayName", json{{"value", "Ada"}}, "\"displayName\" is not a string"},
        {"name", "Ada", "\"name\" is not an object with texts"},
        {"name", json{{"formatted", 7}}, "\"name\" is not an object with texts"},
    }));
    auto& rows = activate.lists.server.rows["/Users"];
    rows[0][field] = value;
    rows[1][field] = value;  // disabled
    CHECK(activate.exported().size() == 4);
    CHECK(activate.status == ExitStatus::partial);
    CHECK(activate.seal.at("malformed") == 1);
    CHECK(contains(log.text(), "(1) is malformed: " + said));
    CHECK(activate.answers({"1", "2"}) == std::vector<std::string>{"unknown", "inactive"});
    rows[0][field] = nullptr;
    CHECK(activate.exported().size() == 5);
}

TEST_CASE("users and groups of ACTIVATE's SCIM service without a usable id are malformed") {
    CapturedLog log;
    Activate activate;
    activate.lists.service.pass_on_unusable();
    const auto id = GENERATE(values<json>({"..", nullptr, 7}));
    activate.lists.server.rows["/Users"][0]["id"] = id;
    activate.lists.server.rows["/Groups"][1]["id"] = id;
    const auto lines = activate.exported();
    CHECK(activate.status == ExitStatus::partial);
    CHECK(activate.seal.at("malformed") == 1);
    CHECK(activate.seal.at("malformedGroups") == 1);
    CHECK(contains(log.text(), "is malformed: \"id\" is missing, or cannot be part of a path"));
    CHECK(contains(log.text(), "group hpc is malformed: it has no usable id"));
}

TEST_CASE("missing members are unknown, and end the run if there is a scope") {
    CapturedLog log;
    Activate activate;
    activate.lists.server.rows["/Groups"][1].erase("members");
    CHECK_FALSE(activate.exported()[3].contains("members"));
    CHECK(activate.status == ExitStatus::partial);
    CHECK(caught([&] { (void)activate.exported({.scope = {"hpc"}}); }).status ==
          ExitStatus::retry_later);
}

TEST_CASE("members that are not a list are unknown, and other groups are exported") {
    CapturedLog log;
    const auto members = GENERATE(
        values<json>({json("1"), json{{"value", "1"}}, json::array({json::object()}), json(7)}));
    Activate activate;
    activate.lists.server.rows["/Groups"][1]["members"] = members;
    CHECK_FALSE(activate.exported()[3].contains("members"));
    CHECK(activate.status == ExitStatus::partial);
    CHECK(contains(log.text(), "members of group hpc could not be read"));
    (void)activate.exported({.scope = {"hpc"}});
    CHECK(activate.seal.at("malformedGroups") == 1);
}

TEST_CASE("an absent user is looked up by id: gone, inactive or present") {
    Activate activate;
    CHECK(activate.answers({"1", "2"}) == std::vector<std::string>{"present", "inactive"});
    CHECK(activate.lists.transport.calls().size() == 2);
    CHECK(activate.answers({"1", "2", "9"}) ==
          std::vector<std::string>{"present", "inactive", "gone"});
    CHECK(activate.lists.transport.calls()[0].request.url == "https://scim.example/acme/Users/1");
}

TEST_CASE("a user in none of the selected groups, whose members are read again, is out of scope") {
    Activate activate;
    CHECK(activate.answers({"1", "3"}, {}, {"hpc"}) ==
          std::vector<std::string>{"present", "out-of-scope"});
}

TEST_CASE("if usernames are keys, exactly that name is looked up") {
    Activate activate;
    const Naming naming{.key_is_username = true};
    CHECK(activate.answers({"Ada.B", "ada.b", "ben"}, naming) ==
          std::vector<std::string>{"present", "gone", "inactive"});
    CHECK(contains(activate.lists.transport.calls()[0].request.url,
                   "filter=userName%20eq%20%22Ada.B%22"));
}

TEST_CASE("a user is gone only if no list has that user") {
    Activate activate;
    activate.lists.server.instead = [](const ListCall& call) -> std::optional<Scripted> {
        return call.path == "/Users"
                   ? std::nullopt
                   : std::optional(Scripted{answer(404, R"({"message":"no such resource"})")});
    };
    CHECK(activate.answers({"1", "2", "9"}) ==
          std::vector<std::string>{"present", "inactive", "gone"});
    activate.lists.server.instead = [](const ListCall&) { return Scripted{answer(404, "{}")}; };
    CHECK(activate.answers({"9"}) == std::vector<std::string>{"unknown"});
}

TEST_CASE("an answer that does not come from the service means unknown, never gone") {
    struct Row {
        Scripted scripted;
        const char* answer;
    };
    const auto row = GENERATE(values<Row>({
        {{answer(404, "<html>Not found</html>")}, "unknown"},
        {{answer(404, "")}, "unknown"},
        {{answer(200, "{}")}, "unknown"},
        {{answer(200, person("2", "somebody-else").dump())}, "unknown"},
        {{answer(410, "{}")}, "unknown"},
        {{failure(http::Failure::Reason::too_large)}, "unknown"},
    }));
    Activate activate;
    activate.lists.server.instead = [&](const ListCall&) { return row.scripted; };
    CHECK(activate.answers({"9"}) == std::vector<std::string>{row.answer});
}

TEST_CASE("after a refused lookup, the complete list decides") {
    Activate activate;
    const int status = GENERATE(403, 410, 500);
    activate.lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        return call.path == "/Users" && call.value("filter").empty()
                   ? std::nullopt
                   : std::optional(refusal(status));
    };
    const Naming naming{.key_is_username = GENERATE(false, true)};
    const auto answers = naming.key_is_username ? activate.answers({"Ada.B", "ben", "9"}, naming)
                                                : activate.answers({"1", "2", "9"}, naming);
    CHECK(answers == std::vector<std::string>{"present", "inactive", "gone"});
}

TEST_CASE("a refusal of the token ends the confirmations") {
    Activate activate;
    activate.lists.server.instead = [](const ListCall&) { return Scripted{answer(401, "{}")}; };
    CHECK(caught([&] { (void)activate.answers({"1"}); }).status == ExitStatus::denied);
}

TEST_CASE("the base URL contains the organization") {
    CHECK(activate::organization_of("https://pw.example/api/organizations/acme/scim/v2") == "acme");
    CHECK(activate::organization_of("https://pw.example/scim/v2").empty());
}
