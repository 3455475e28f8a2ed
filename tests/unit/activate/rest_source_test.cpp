// The calls made to ACTIVATE's API, and the handling of their answers.

#include "activate/rest_source.hpp"

#include "activate/confirm_absence.hpp"
#include "activate/ssh_keys.hpp"
#include "stream/jsonl.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/scripted_activate.hpp"

#include <chrono>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using activate::Person;

using Texts = std::vector<std::string>;

TEST_CASE("the name of the organization is read as a JSON string or as raw text") {
    const auto raw = GENERATE(false, true);
    Api api([&](const http::Request&) {
        return raw ? Scripted{answer(200, "acme\n", {{"content-type", "text/plain"}})}
                   : json_answer(200, "\"acme\"");
    });
    CHECK(api.service.find_organization("") == "acme");
    CHECK(api.url(0) == "https://pw.example/api/auth/whoami/organization");
}

TEST_CASE("an unexpected organization ends the run before anything else is read") {
    Api api([](const http::Request&) { return json_answer(200, "\"acme\""); });
    const auto error = caught([&] { (void)api.service.find_organization("Acme"); });
    CHECK(error.status == ExitStatus::bad_config);
    CHECK(error.says("\"Acme\""));
    CHECK(error.says("\"acme\""));
    CHECK(api.transport.calls().size() == 1);
}

TEST_CASE("an answer without the name of an organization is an error") {
    struct Row {
        int status;
        const char* type;
        const char* body;
        ExitStatus ends;
    };
    const auto row = GENERATE(values<Row>({
        {200, "text/html", "<html>Sign in</html>", ExitStatus::unavailable},
        {200, "application/json", "\"\"", ExitStatus::unavailable},
        {200, "application/json", "{}", ExitStatus::unavailable},
        {200, "text/plain", " ", ExitStatus::unavailable},
        {302, "text/html", "", ExitStatus::unavailable},
        {404, "application/json", "{}", ExitStatus::unavailable},
        {401, "application/json", R"({"message":"no"})", ExitStatus::denied},
        {403, "application/json", "", ExitStatus::denied},
    }));
    Api api([&](const http::Request&) {
        return Scripted{answer(row.status, row.body, {{"content-type", row.type}})};
    });
    CHECK(caught([&] { (void)api.service.find_organization(""); }).status == row.ends);
}

namespace {

bool is_group_list(const http::Request& request) {
    return request.url.ends_with("/groups") || contains(request.url, "/groups?");
}

/// The members of each group, by its id; all groups.
std::map<std::string, std::optional<Texts>> memberships(Api& api) {
    std::map<std::string, std::optional<Texts>> all;
    api.service.groups([](const activate::Team&) { return true; },
                       [&](const activate::Team& team, const activate::MemberList& list) {
                           all.emplace(team.id, ids_of(list));
                       });
    return all;
}

}  // namespace

TEST_CASE(
    "members are requested by the group's name, percent-encoded, for the wanted groups only") {
    Api api([](const http::Request& request) -> Scripted {
        if (contains(request.url, "whoami")) {
            return json_answer(200, "\"a/b\"");
        }
        if (is_group_list(request)) {
            return json_answer(
                200,
                R"([{"id":"g1","name":"first one"},{"id":"g2","name":"second"},{"id":"g3","name":"third"}])");
        }
        const bool first = contains(request.url, "first%20one");
        return {answer(200, first ? R"([{"id":"1"}])" : "null"),
                std::chrono::milliseconds(first ? 50 : 5)};
    });
    (void)api.service.find_organization("");
    std::map<std::string, std::optional<Texts>> members;
    api.service.groups([](const activate::Team& team) { return team.name != "third"; },
                       [&](const activate::Team& team, const activate::MemberList& list) {
                           members.emplace(team.id, ids_of(list));
                       });
    REQUIRE(members.size() == 2);
    CHECK(members["g1"] == Texts{"1"});
    CHECK(members["g2"] == Texts{});
    CHECK(api.url(3) == "https://pw.example/api/organizations/a%2Fb/groups/first%20one/members");
}

TEST_CASE("a null list of groups is an empty list") {
    Api api([](const http::Request& request) {
        return json_answer(200, contains(request.url, "whoami") ? "\"acme\"" : "null");
    });
    (void)api.service.find_organization("");
    CHECK(memberships(api).empty());
}

TEST_CASE("users: null with a total above 0 is an error, and not an empty organization") {
    Api api([](const http::Request& request) {
        return json_answer(
            200, contains(request.url, "whoami") ? "\"acme\"" : R"({"users":null,"total":3})");
    });
    (void)api.service.find_organization("");
    CHECK(caught([&] { api.service.people([](const auto&) {}); }).status ==
          ExitStatus::retry_later);
}

TEST_CASE("members that cannot be read are unknown, and this is reported") {
    CapturedLog log;
    Api api([](const http::Request& request) -> Scripted {
        if (contains(request.url, "whoami")) {
            return json_answer(200, "\"acme\"");
        }
        if (is_group_list(request)) {
            return json_answer(
                200,
                R"([{"id":"g1","name":"gone"},{"id":"g2","name":null},{"id":"g3","name":"page"}])");
        }
        return contains(request.url, "/gone/") ? json_answer(404, R"({"message":"no such group"})")
                                               : Scripted{answer(200, "<html></html>")};
    });
    (void)api.service.find_organization("");
    const auto members = memberships(api);
    REQUIRE(members.size() == 3);
    for (const auto& [id, ids] : members) {
        CHECK_FALSE(ids);
    }
    CHECK(contains(log.text(), "no such group"));
    CHECK(contains(log.text(), "group g2 has no name"));
    CHECK(contains(log.text(), "an HTML page"));
    CHECK(api.transport.calls().size() == 7);  // the page was requested three times
}

TEST_CASE("members of a group whose name a URL leaves out are unknown, and not asked for") {
    CapturedLog log;
    const auto name = GENERATE(as<std::string>(), ".", "..");
    Api api([&](const http::Request& request) {
        return json_answer(200,
                           contains(request.url, "whoami") ? "\"acme\""
                           : is_group_list(request) ? R"([{"id":"g1","name":")" + name + R"("}])"
                                                    : "[]");
    });
    (void)api.service.find_organization("");
    const auto members = memberships(api);
    REQUIRE(members.size() == 1);
    CHECK_FALSE(members.at("g1"));
    CHECK(contains(log.text(), "group g1 has the name \"" + name + "\", so its members cannot"));
    for (const auto& call : api.transport.calls()) {
        CHECK_FALSE(contains(call.request.url, "/members"));
    }
}

TEST_CASE("a malformed list of members concerns its group only") {
    CapturedLog log;
    const auto* const body = GENERATE(as<const char*>{},
                                      R"({"error":true,"message":"database"})",
                                      R"([{"username":"u01"}])",
                                      R"(["u01"])");
    Api api([&](const http::Request& request) -> Scripted {
        if (contains(request.url, "whoami")) {
            return json_answer(200, "\"acme\"");
        }
        if (is_group_list(request)) {
            return json_answer(200, R"([{"id":"g1","name":"odd"},{"id":"g2","name":"sound"}])");
        }
        return json_answer(200, contains(request.url, "/odd/") ? body : R"([{"id":"1"}])");
    });
    (void)api.service.find_organization("");
    const auto members = memberships(api);
    CHECK_FALSE(members.at("g1"));
    CHECK(members.at("g2") == Texts{"1"});
    CHECK(contains(log.text(), "members of group odd could not be read; they are left unchanged"));
}

TEST_CASE("a refusal of the credential ends the run at any request") {
    const int status = GENERATE(401, 403);
    bool groups_too = true;
    Api api([&](const http::Request& request) {
        if (!groups_too && is_group_list(request)) {
            return json_answer(200, R"([{"id":"1","name":"g"}])");
        }
        return contains(request.url, "whoami") ? json_answer(200, "\"acme\"")
                                               : json_answer(status, "{}");
    });
    (void)api.service.find_organization("");
    CHECK(caught([&] { (void)memberships(api); }).status == ExitStatus::denied);
    groups_too = false;
    CHECK(caught([&] { (void)memberships(api); }).status == ExitStatus::denied);
    CHECK(caught([&] { api.service.people([](const auto&) {}); }).status == ExitStatus::denied);
    const auto ask = [&] {
        api.service.ask({"pw-activate:user:1"}, "ada", {}, [](const activate::Found& found) {
            CHECK(contains(found.unclear, "HTTP 403"));
        });
        api.client.drain();
    };
    if (status == 401) {
        CHECK(caught(ask).status == ExitStatus::denied);
    } else {
        ask();  // a refusal of one search does not decide about that user
    }
    const auto keys = activate::rest_keys(api.service, false);
    CHECK(caught([&] { (void)keys->read({{.id = "1", .username = "ada"}}); }).status ==
          ExitStatus::denied);
}

TEST_CASE(
    "403 about one user or group leaves its keys or members unknown, unless all but one are") {
    CapturedLog log;
    const std::size_t readable = GENERATE(0U, 1U, 2U);  // one may be the user of the credential
    const bool asks_keys = GENERATE(false, true);
    Api api([&](const http::Request& request) -> Scripted {
        if (is_group_list(request)) {
            std::string list;
            for (int i = 0; i < 12; ++i) {
                const auto name = std::to_string(i);
                list +=
                    (i == 0 ? "" : ",") + (R"({"id":")" + name + R"(","name":")" + name) + R"("})";
            }
            return json_answer(200, "[" + list + "]");
        }
        const bool can_read = (readable > 0 && contains(request.url, "/3/")) ||
                              (readable > 1 && contains(request.url, "/7/"));
        return contains(request.url, "whoami")  ? json_answer(200, "\"acme\"")
               : !can_read                      ? json_answer(403, R"({"message":"no"})")
               : contains(request.url, "/ssh-") ? json_answer(200, "null")
                                                : json_answer(200, R"([{"id":"1"}])");
    });
    (void)api.service.find_organization("");
    std::vector<Person> people;
    for (int i = 0; i < 12; ++i) {
        people.push_back({.id = std::to_string(i), .username = std::to_string(i)});
    }
    const auto keys = activate::rest_keys(api.service, false);
    if (readable < 2) {
        const auto error = caught([&] {
            if (asks_keys) {
                (void)keys->read(people);
            } else {
                (void)memberships(api);
            }
        });
        CHECK(error.status == ExitStatus::denied);
        CHECK(
            error.says("10 of the first 1" + std::to_string(readable) + " requests were refused"));
    } else if (asks_keys) {
        const auto read = keys->read(people);
        CHECK(read.at(7) == Texts{});
        CHECK_FALSE(read.at(5));
        CHECK(contains(log.text(), "SSH keys of 5 could not be read; they are left unchanged"));
    } else {
        const auto members = memberships(api);
        CHECK(members.size() == 12);
        CHECK(members.at("7") == Texts{"1"});
        CHECK_FALSE(members.at("5"));
        CHECK(
            contains(log.text(), "members of group 5 could not be read; they are left unchanged"));
    }
}

TEST_CASE(
    "user pages overlap by a row, follow the received rows, and are ordered so that new users come "
    "last") {
    Api api([](const http::Request& request) -> Scripted {
        if (contains(request.url, "whoami")) {
            return json_answer(200, "\"acme\"");
        }
        if (contains(request.url, "skip=0&")) {
            return json_answer(200,
                               R"({"total":3,"users":[{"id":"1","username":"a","active":true},
                                                      {"id":"2","username":"b","active":false}]})");
        }
        return json_answer(200,
                           R"({"total":3,"users":[{"id":"2","username":"b","active":false},
                                                  {"id":"3","username":"c","active":true}]})");
    });
    (void)api.service.find_organization("");
    Texts ids;
    api.service.people([&](const std::vector<Person>& page) {
        for (const auto& person : page) {
            ids.push_back(person.id);
        }
    });
    CHECK(ids == Texts{"1", "2", "3"});
    CHECK(api.url(1) ==
          "https://pw.example/api/organizations/acme/users"
          "?limit=500&skip=0&sortBy=createdAt&sortDir=asc&active=all");
    CHECK(contains(api.url(2), "skip=1&"));  // beginning with the last row that was received
}

TEST_CASE("a user whose address differs from the one in SCIM is not reported as gone") {
    Api api([](const http::Request& request) -> Scripted {
        if (contains(request.url, "whoami")) {
            return json_answer(200, "\"acme\"");
        }
        return json_answer(
            200,
            contains(request.url, "search=")
                ? R"({"total":0,"users":null})"
                : R"({"total":1,"users":[{"id":"1","username":"ada","email":"new@x.org","active":true}]})");
    });
    (void)api.service.find_organization("");
    record::User ada;
    ada.external_id = {"pw-activate:user:1"};
    ada.user_name = "old@x.org";
    auto eve = ada;
    eve.external_id = {"pw-activate:user:2"};
    std::ostringstream text;
    stream::Writer out(text);
    activate::confirm_absence({&ada, &eve}, {}, {}, api.service, out);
    CHECK(
        contains(text.str(), R"("pw-activate:user:1","userName":"old@x.org","answer":"present")"));
    CHECK(contains(text.str(), R"("pw-activate:user:2","userName":"old@x.org","answer":"gone")"));
}
