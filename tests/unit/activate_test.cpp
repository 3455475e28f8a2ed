// ACTIVATE's shapes, and the calls made to it.

#include "activate.hpp"

#include "activate_client.hpp"
#include "catch.hpp"
#include "codec.hpp"
#include "confirm.hpp"
#include "expect.hpp"
#include "jsonl.hpp"
#include "key_source.hpp"
#include "scripted_transport.hpp"
#include "ssh_blob.hpp"
#include "temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using activate::Naming;
using activate::Person;
using nlohmann::json;

namespace {

using Texts = std::vector<std::string>;

std::string base64url(std::string text) {
    auto encoded = codec::to_base64(text);
    for (char& c : encoded) {
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    }
    encoded.erase(encoded.find_last_not_of('=') + 1);
    return encoded;
}

const std::string kOne = ssh_blob::valid_line(1);
const std::string kTwo = ssh_blob::valid_line(2);

Texts sorted(Texts keys) {
    std::sort(keys.begin(), keys.end());
    return keys;
}

/// ACTIVATE behind a script.
struct Api {
    explicit Api(ScriptedTransport::Handler handler)
        : transport(std::move(handler)),
          client(transport, {.what = "ACTIVATE"}),
          service(client, "https://pw.example") {}

    [[nodiscard]] const std::string& url(std::size_t call) const {
        return transport.calls().at(call).request.url;
    }

    ScriptedTransport transport;
    http::Client client;
    activate::Service service;
};

/// A program named pw in a folder of its own, first on PATH as long as it lives.
class FakePw {
  public:
    explicit FakePw(const std::string& script) : before_(std::getenv("PATH")) {
        const auto pw = folder_.file("pw", "#!/bin/sh\n" + script);
        std::filesystem::permissions(pw, std::filesystem::perms::owner_all);
        setenv("PATH", (folder_.path("") + ":" + before_).c_str(), 1);
    }
    FakePw(const FakePw&) = delete;
    FakePw& operator=(const FakePw&) = delete;
    ~FakePw() { setenv("PATH", before_.c_str(), 1); }

    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(folder_.path(name));
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }

  private:
    TemporaryFolder folder_{};
    std::string before_;
};

Person named(const std::string& username) {
    return {username, username, "", "", "", true};
}

Scripted json_answer(int status, const std::string& body) {
    return {answer(status, body, {{"content-type", "application/json"}})};
}

}  // namespace

TEST_CASE("an API key names its host and travels as HTTP Basic") {
    const auto credential = activate::parse_credential("pwt_Y2xvdWQucGFyYWxsZWwud29ya3M.x");
    CHECK(credential.url == "https://cloud.parallel.works");
    CHECK(credential.basic);
    CHECK(credential.token == "pwt_Y2xvdWQucGFyYWxsZWwud29ya3M.x");
}

TEST_CASE("the host of a key is base64url without padding, or base64 with it") {
    CHECK(activate::parse_credential("pwt_" + codec::to_base64("pw.acme.org") + ".s").url ==
          "https://pw.acme.org");
    CHECK(activate::parse_credential("pwt_" + base64url("pw.acme.org") + ".s").url ==
          "https://pw.acme.org");
}

TEST_CASE("a key that names a scheme keeps it") {
    CHECK(activate::parse_credential("pwt_" + base64url("http://127.0.0.1:8080") + ".s").url ==
          "http://127.0.0.1:8080");
}

TEST_CASE("a key is split at its first dot, so its secret may hold dots") {
    const auto key = "pwt_" + base64url("pw.acme.org") + ".a.b.c";
    const auto credential = activate::parse_credential(key);
    CHECK(credential.url == "https://pw.acme.org");
    CHECK(credential.token == key);
}

TEST_CASE("a user token names its host and travels as Bearer") {
    const auto credential = activate::parse_credential("pwut_" + base64url("pw.acme.org") + ".s");
    CHECK(credential.url == "https://pw.acme.org");
    CHECK_FALSE(credential.basic);
}

TEST_CASE("a JWT travels as Bearer and names its host in platform_host, if it does") {
    const auto jwt = [](const std::string& claims) {
        return base64url(R"({"alg":"none"})") + "." + base64url(claims) + ".c2ln";
    };
    const auto named = activate::parse_credential(jwt(R"({"platform_host":"pw.acme.org"})"));
    CHECK(named.url == "https://pw.acme.org");
    CHECK_FALSE(named.basic);
    CHECK_FALSE(activate::parse_credential(jwt("{}")).url);
    CHECK_FALSE(activate::parse_credential(jwt(R"({"platform_host":7})")).url);
}

TEST_CASE("a text that is no credential is refused, and the sentence never shows it") {
    const auto secret = std::string("hunter2hunter2");
    const auto text = GENERATE_COPY(as<std::string>{},
                                    secret,
                                    "pwt_" + secret,
                                    "pwt_." + secret,
                                    "pwt_!!!!." + secret,
                                    "pwt_" + base64url("two words") + "." + secret,
                                    "pwt_" + base64url("line\nbreak") + "." + secret,
                                    "pwt_" + base64url(secret) + ".",
                                    "pwut_" + secret,
                                    "PWT_" + base64url("pw.acme.org") + "." + secret,
                                    "a." + secret + ".c",
                                    "a." + base64url("[\"" + secret + "\"]") + ".c",
                                    "a." + base64url("\"" + secret + "\"") + ".c",
                                    secret + " " + secret,
                                    secret + "\n",
                                    secret + "\xC3\xA9",
                                    "Bearer " + secret);
    const auto error = caught([&] { (void)activate::parse_credential(text); });
    CHECK(error.status == ExitStatus::bad_config);
    CHECK(error.says("ACTIVATE_API_KEY"));
    CHECK_FALSE(error.says(secret));
    CHECK_FALSE(error.says(base64url(secret)));
}

TEST_CASE("an empty credential is refused") {
    CHECK(caught([] { (void)activate::parse_credential(""); }).status == ExitStatus::bad_config);
}

TEST_CASE("the credential goes into one header and is masked in logs") {
    const auto basic = activate::authorization({"pwt_abc.def", true, {}});
    REQUIRE(basic.size() == 1);
    CHECK(basic.front().first == "Authorization");
    CHECK(basic.front().second == "Basic " + codec::to_base64("pwt_abc.def:"));
    const auto bearer = activate::authorization({"a.b.c", false, {}});
    CHECK(bearer.front().second == "Bearer a.b.c");
    CapturedLog log;
    logging::warning("sent " + basic.front().second);
    CHECK_FALSE(contains(log.text(), codec::to_base64("pwt_abc.def:")));
}

TEST_CASE("a page of users is read, unknown fields and missing optional ones included") {
    const auto page = activate::users_page_from_json(json::parse(R"({"total":7,"users":[
        {"id":"1","username":"Ada.L","name":" Ada Lovelace ","email":" ada@acme.org","organization":"o","active":true,"uid":7},
        {"id":"2","username":"ben","active":false,"name":null}]})"));
    CHECK(page.total == 7);
    REQUIRE(page.people.size() == 2);
    CHECK(page.people[0].id == "1");
    CHECK(page.people[0].username == "Ada.L");
    CHECK(page.people[0].name == "Ada Lovelace");
    CHECK(page.people[0].email == "ada@acme.org");
    CHECK(page.people[0].organization == "o");
    CHECK(page.people[0].active);
    CHECK_FALSE(page.people[1].active);
    CHECK(page.people[1].name.empty());
    CHECK(page.people[1].email.empty());
}

TEST_CASE("a null array is an empty one") {
    CHECK(
        activate::users_page_from_json(json::parse(R"({"users":null,"total":0})")).people.empty());
    CHECK(activate::teams_from_json(json()).empty());
    CHECK(activate::member_ids_from_json(json()).empty());
}

TEST_CASE("a page of users that is none is an error, never an empty page") {
    const auto body = GENERATE(as<std::string>{},
                               "{}",
                               "[]",
                               "null",
                               "\"users\"",
                               R"({"users":[]})",
                               R"({"total":0})",
                               R"({"users":[],"total":"0"})",
                               R"({"users":[],"total":-1})",
                               R"({"users":{},"total":0})",
                               R"({"users":["ada"],"total":1})",
                               R"({"users":[{"username":"a","active":true}],"total":1})",
                               R"({"users":[{"id":1,"username":"a","active":true}],"total":1})",
                               R"({"users":[{"id":"1","active":true}],"total":1})",
                               R"({"users":[{"id":"1","username":"a"}],"total":1})",
                               R"({"users":[{"id":"1","username":"a","active":"true"}],"total":1})",
                               R"({"error":true,"message":"no"})");
    const auto error = caught([&] { (void)activate::users_page_from_json(json::parse(body)); });
    CHECK(error.status == ExitStatus::unavailable);
}

TEST_CASE("groups have an id and a name, which may be null") {
    const auto teams = activate::teams_from_json(
        json::parse(R"([{"id":"1","name":"hpc","members":3},{"id":"2","name":null}])"));
    REQUIRE(teams.size() == 2);
    CHECK(teams[0].id == "1");
    CHECK(teams[0].name == "hpc");
    CHECK(teams[1].name.empty());
}

TEST_CASE("lists of groups and members that are none are errors") {
    const auto body = GENERATE(
        as<std::string>{}, "{}", "\"x\"", "[1]", R"([{"name":"g"}])", R"([{"id":""}])", "[null]");
    CHECK(caught([&] { (void)activate::teams_from_json(json::parse(body)); }).status ==
          ExitStatus::unavailable);
    CHECK(caught([&] { (void)activate::member_ids_from_json(json::parse(body)); }).status ==
          ExitStatus::unavailable);
}

TEST_CASE("members are known by their ids") {
    CHECK(
        activate::member_ids_from_json(json::parse(
            R"([{"id":"2","username":"b","email":"b@x"},{"id":"1","username":"a","email":""}])")) ==
        Texts{"2", "1"});
}

TEST_CASE("keys are read line by line: comments, blank lines and CRLF go, each key comes once") {
    const auto text = "# keys of ada\r\n\r\n" + kTwo + " ada@laptop\r\n  " + kOne + "\n" + kTwo +
                      " again";  // no newline at the end
    CHECK(activate::keys_from_text(text, false) == sorted({kOne, kTwo}));
    CHECK(activate::keys_from_text(text, true) == sorted({kOne, kTwo + " ada@laptop"}));
}

TEST_CASE("no text and only comments are no keys") {
    const auto text = GENERATE(as<std::string>{}, "", "\n", "\r\n\r\n", "# nothing here\n", "  ");
    CHECK(activate::keys_from_text(text, false) == Texts{});
}

TEST_CASE("a line with options stays as it is, for scim-diff to refuse by name") {
    const auto line = "command=\"/bin/date\" " + kOne;
    CHECK(activate::keys_from_text(line + "\n" + kTwo, false) == Texts{kTwo, line});
}

TEST_CASE("text without anything like a key does not mean that there are none") {
    const auto text = GENERATE(as<std::string>{},
                               "<!DOCTYPE html><html><body>Sign in</body></html>",
                               "Internal Server Error",
                               "{\"error\":true}",
                               "cannot read ssh-rsa keys of ada\n",
                               "error: ssh-ed25519 is not supported",
                               "user not found\n");
    CHECK_FALSE(activate::keys_from_text(text, false));
}

TEST_CASE("a byte order mark is no part of the first key, and options before a key make it none the less one") {
    CHECK(activate::keys_from_text("\xEF\xBB\xBF" + kOne + "\n", false) == Texts{kOne});
    const auto forced = "command=\"/bin/echo ssh-ed25519 ok\" " + kOne;
    CHECK(activate::keys_from_text(forced, false) == Texts{forced});  // for scim-diff to refuse
    std::string many;
    while (many.size() < 1'000'000) {
        many += "sk-sk- ";
    }
    CHECK_FALSE(activate::keys_from_text(many, false));  // and soon
}

TEST_CASE("a web page that speaks of keys does not mean that there are none") {
    const auto text = GENERATE(as<std::string>{},
                               "<html>\n<a href=\"/docs/ssh-keys\">Keys</a>\n</html>",
                               "<html>\n<p>Ask the help desk-team, risk-free.</p>\n</html>",
                               "<html>\n<pre>ssh-rsa AAAA...</pre>\n</html>",
                               "Please see the task-list");
    CHECK_FALSE(activate::keys_from_body("text/html; charset=utf-8", text, false));
    CHECK_FALSE(activate::keys_from_body("text/plain", text, false));
}

TEST_CASE("the body of keys is taken as raw text, as a JSON string, and as one of base64") {
    const auto text = kOne + " ada\n" + kTwo + "\n";
    const auto expected = sorted({kOne, kTwo});
    const auto json_type = std::string("application/json; charset=utf-8");
    CHECK(activate::keys_from_body("text/plain", text, false) == expected);
    CHECK(activate::keys_from_body("", text, false) == expected);
    CHECK(activate::keys_from_body("application/octet-stream", text, false) == expected);
    CHECK(activate::keys_from_body(json_type, json(text).dump(), false) == expected);
    CHECK(activate::keys_from_body("text/plain", json(text).dump(), false) == expected);
    CHECK(activate::keys_from_body(json_type, json(codec::to_base64(text)).dump() + "\n", false) ==
          expected);
    CHECK(activate::keys_from_body("text/plain", json(codec::to_base64(text)).dump(), true) ==
          sorted({kOne + " ada", kTwo}));
}

TEST_CASE("an empty body of each form is no keys") {
    CHECK(activate::keys_from_body("text/plain", "", false) == Texts{});
    CHECK(activate::keys_from_body("application/json", "null", false) == Texts{});
    CHECK(activate::keys_from_body("application/json", "\"\"", false) == Texts{});
    CHECK(activate::keys_from_body(
              "application/json", "\"" + codec::to_base64("\n") + "\"", false) == Texts{});
}

TEST_CASE("a JSON body that is no string does not mean that there are none") {
    const auto body = GENERATE(as<std::string>{},
                               "{}",
                               "[]",
                               "[\"ssh-rsa AAAA\"]",
                               "3",
                               "",
                               "\"unfinished",
                               R"({"error":true,"message":"ssh-rsa"})",
                               "\"not a key\"");
    CHECK_FALSE(activate::keys_from_body("application/json", body, false));
}

TEST_CASE("a full name is split at its last blank") {
    const auto person = [](std::string name) {
        return Person{"1", "ada.l", std::move(name), "ada@acme.org", "o", true};
    };
    const auto user = activate::user_record(person("Ada King Lovelace"), {});
    CHECK(user.display_name == "Ada King Lovelace");
    CHECK(user.given_name == "Ada King");
    CHECK(user.family_name == "Lovelace");
    const auto wide = activate::user_record(person("Ada  Lovelace"), {});
    CHECK(wide.given_name == "Ada");
    CHECK(wide.family_name == "Lovelace");
}

TEST_CASE("a single name has no family name, and no name is the username") {
    const auto mononym =
        activate::user_record({"1", "plato", "Plato", "p@acme.org", "o", true}, {});
    CHECK(mononym.display_name == "Plato");
    CHECK(mononym.given_name == "Plato");
    CHECK_FALSE(mononym.family_name);
    const auto nameless = activate::user_record({"1", "plato", "", "p@acme.org", "o", true}, {});
    CHECK(nameless.display_name == "plato");
    CHECK(nameless.given_name == "plato");
}

TEST_CASE("what becomes userName and the key of externalId is configured, nothing else") {
    const Person person{"65a1", "Ada.L", "Ada Lovelace", "ada@acme.org", "o", false};
    const auto usual = activate::user_record(person, {});
    CHECK(usual.external_id.value == "pw-activate:user:65a1");
    CHECK(usual.user_name == "ada@acme.org");
    CHECK(usual.email == "ada@acme.org");
    CHECK_FALSE(usual.active);
    CHECK_FALSE(usual.ssh_keys);
    const auto other =
        activate::user_record(person, {.key_is_username = true, .user_name_is_username = true});
    CHECK(other.external_id.value == "pw-activate:user:Ada.L");
    CHECK(other.user_name == "Ada.L");
    CHECK(other.email == "ada@acme.org");
}

TEST_CASE("a person without an address has no e-mail, and a userName only as a username") {
    const Person person{"1", "ada", "Ada", "", "o", true};
    CHECK(activate::user_record(person, {}).user_name.empty());
    CHECK_FALSE(activate::user_record(person, {}).email);
    CHECK(activate::user_record(person, {.user_name_is_username = true}).user_name == "ada");
}

TEST_CASE("the organization is asked of the API, as a JSON string or as raw text") {
    const auto raw = GENERATE(false, true);
    Api api([&](const http::Request&) {
        return raw ? Scripted{answer(200, "acme\n", {{"content-type", "text/plain"}})}
                   : json_answer(200, "\"acme\"");
    });
    CHECK(api.service.find_organization("") == "acme");
    CHECK(api.url(0) == "https://pw.example/api/auth/whoami/organization");
}

TEST_CASE("an organization that is not the one expected ends the run before anything is read") {
    Api api([](const http::Request&) { return json_answer(200, "\"acme\""); });
    const auto error = caught([&] { (void)api.service.find_organization("Acme"); });
    CHECK(error.status == ExitStatus::bad_config);
    CHECK(error.says("\"Acme\""));
    CHECK(error.says("\"acme\""));
    CHECK(api.transport.calls().size() == 1);
}

TEST_CASE("an answer that names no organization is no organization") {
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

/// Who is in which group, by its id; all groups.
std::map<std::string, activate::MemberIds> memberships(Api& api) {
    std::map<std::string, activate::MemberIds> all;
    api.service.groups([](const activate::Team&) { return true; },
                       [&](const activate::Team& team, const activate::MemberIds& ids) {
                           all.emplace(team.id, ids);
                       });
    return all;
}

}  // namespace

TEST_CASE("members are asked by the group's name, percent-encoded, for the groups that are wanted") {
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
    std::map<std::string, activate::MemberIds> members;
    api.service.groups([](const activate::Team& team) { return team.name != "third"; },
                       [&](const activate::Team& team, const activate::MemberIds& ids) {
                           members.emplace(team.id, ids);
                       });
    REQUIRE(members.size() == 2);
    CHECK(members["g1"] == Texts{"1"});
    CHECK(members["g2"] == Texts{});
    CHECK(api.url(3) == "https://pw.example/api/organizations/a%2Fb/groups/first%20one/members");
}

TEST_CASE("no groups are null, and that is no error") {
    Api api([](const http::Request& request) {
        return json_answer(200, contains(request.url, "whoami") ? "\"acme\"" : "null");
    });
    (void)api.service.find_organization("");
    CHECK(memberships(api).empty());
}

TEST_CASE("users: null with a total above 0 is an error, never an empty organization") {
    Api api([](const http::Request& request) {
        return json_answer(200,
                           contains(request.url, "whoami") ? "\"acme\""
                                                           : R"({"users":null,"total":3})");
    });
    (void)api.service.find_organization("");
    CHECK(caught([&] { api.service.people([](const auto&) {}); }).status ==
          ExitStatus::retry_later);
}

TEST_CASE("members that cannot be read are unknown, and that is said") {
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
    CHECK(contains(log.text(), "a web page"));
    CHECK(api.transport.calls().size() == 5);
}

TEST_CASE("a refusal of the credential ends the run, wherever it comes") {
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
    CHECK(caught([&] {
              api.service.ask({"pw-activate:user:1"}, "ada", {}, [](const activate::Found&) {});
              api.client.drain();
          }).status == ExitStatus::denied);
    const auto keys = activate::rest_keys(api.service, false);
    CHECK(caught([&] {
              (void)keys->read({{"1", "ada", "", "", "", true}});
          }).status == ExitStatus::denied);
}

TEST_CASE("users are paged by what was received, a row over, in an order in which newcomers come last") {
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
    CHECK(contains(api.url(2), "skip=1&"));  // beginning with the last row that came
}

TEST_CASE("somebody whose address is another by now than SCIM knows is not gone") {
    Api api([](const http::Request& request) -> Scripted {
        if (contains(request.url, "whoami")) {
            return json_answer(200, "\"acme\"");
        }
        return json_answer(200,
                           contains(request.url, "search=")
                               ? R"({"total":0,"users":null})"
                               : R"({"total":1,"users":[{"id":"1","username":"ada","email":"new@x.org","active":true}]})");
    });
    (void)api.service.find_organization("");
    identity::User ada;
    ada.external_id = {"pw-activate:user:1"};
    ada.user_name = "old@x.org";
    auto eve = ada;
    eve.external_id = {"pw-activate:user:2"};
    std::ostringstream text;
    jsonl::Writer out(text);
    activate::confirm_absence({&ada, &eve}, {}, {}, api.service, out);
    CHECK(contains(text.str(), R"("pw-activate:user:1","userName":"old@x.org","answer":"present")"));
    CHECK(contains(text.str(), R"("pw-activate:user:2","userName":"old@x.org","answer":"gone")"));
}

TEST_CASE("only 200 says which keys there are") {
    CapturedLog log;
    const int status = GENERATE(201, 202, 204, 206);
    Api api([&](const http::Request&) { return Scripted{answer(status, status == 204 ? "" : kOne, {{"content-type", "text/plain"}})}; });
    CHECK_FALSE(activate::rest_keys(api.service, false)->read({{"1", "ada", "", "", "", true}}).front());
}

TEST_CASE("keys over REST come in the people's order, unknown where they could not be read") {
    CapturedLog log;
    Api api([](const http::Request& request) -> Scripted {
        if (contains(request.url, "/ada/")) {
            return {answer(200, kOne + " ada\n", {{"content-type", "text/plain"}}),
                    std::chrono::milliseconds(90)};
        }
        if (contains(request.url, "/b%2Fn/")) {
            return {answer(200, "", {{"content-type", "text/plain"}})};
        }
        if (contains(request.url, "/cyd/")) {
            return {answer(200, "<html>Sign in</html>", {{"content-type", "text/html"}})};
        }
        return json_answer(404, "{}");
    });
    const auto source = activate::rest_keys(api.service, false);
    const auto keys = source->read({{"1", "ada", "", "", "", true},
                                    {"2", "b/n", "", "", "", true},
                                    {"3", "cyd", "", "", "", true},
                                    {"4", "dan", "", "", "", true}});
    REQUIRE(keys.size() == 4);
    CHECK(keys[0] == Texts{kOne});
    CHECK(keys[1] == Texts{});
    CHECK_FALSE(keys[2]);
    CHECK_FALSE(keys[3]);
    CHECK(contains(log.text(), "SSH keys of cyd could not be read"));
    CHECK(contains(log.text(), "SSH keys of dan could not be read"));
}

TEST_CASE("keys of pw come in the people's order, unknown where it failed") {
    CapturedLog log;
    const FakePw pw(
        "case $2 in\n"
        "ada) echo '" +
        kOne +
        " ada' ;;\n"
        "none) ;;\n"
        "page) echo '<html>Sign in</html>' ;;\n"
        "*) echo \"no such user: $2\" >&2; exit 3 ;;\nesac\n");
    const auto source =
        activate::pw_keys({.token = "t", .host_url = "https://pw.example", .jobs = 2});
    const auto keys =
        source->read({named("ada"), named("none"), named("page"), named("x; echo y"), named("-v")});
    REQUIRE(keys.size() == 5);
    CHECK(keys[0] == Texts{kOne});
    CHECK(keys[1] == Texts{});
    CHECK_FALSE(keys[2]);
    CHECK_FALSE(keys[3]);
    CHECK_FALSE(keys[4]);
    CHECK(contains(log.text(), "exit status 3: no such user: x; echo y"));
    CHECK(contains(log.text(), "pw would read the name as an option"));
}

TEST_CASE("pw gets the credential in its environment, and nothing else that is ours") {
    REQUIRE(setenv("CW_SCIM_BEARER_TOKEN", "other-secret", 1) == 0);
    std::string arguments;
    std::string environment;
    {
        const FakePw pw("echo \"$@\" > \"${0%/*}/arguments\"\nenv > \"${0%/*}/environment\"\n");
        const auto source =
            activate::pw_keys({.token = "pw-secret", .host_url = "https://pw.example"});
        CHECK(source->read({named("ada")}).front() == Texts{});
        arguments = pw.read("arguments");
        environment = pw.read("environment");
    }
    unsetenv("CW_SCIM_BEARER_TOKEN");
    CHECK(arguments == "ssh-public-keys ada\n");
    CHECK(contains(environment, "PW_API_KEY=pw-secret\n"));
    CHECK(contains(environment, "PW_PLATFORM_HOST=https://pw.example\n"));
    CHECK_FALSE(contains(environment, "other-secret"));
    const auto at =
        environment.find("PW_CREDENTIALS_DIR=") + std::string("PW_CREDENTIALS_DIR=").size();
    const auto folder = environment.substr(at, environment.find('\n', at) - at);
    CHECK(contains(environment, "HOME=" + folder + "\n"));
    CHECK_FALSE(std::filesystem::exists(folder));  // gone with the source
}

TEST_CASE("batches of keys come in their order, and the next has begun while one is waited for") {
    // ada's keys come when ben's have been asked for: a source that ends one batch before the next begins would time out.
    const FakePw pw(
        "case $2 in\nada) until [ -e \"${0%/*}/ben\" ]; do sleep 0.05; done ;;\nben) : > \"${0%/*}/ben\" ;;\nesac\necho '" +
        kOne + "'\n");
    const auto source = activate::pw_keys(
        {.token = "t", .host_url = "https://pw.example", .jobs = 2, .time_limit = std::chrono::seconds(60)});
    Texts came;
    const auto note = [&](const char* who) {
        return [&came, who](const std::vector<activate::Keys>& keys) {
            came.push_back(who + std::to_string(keys.size()) + (keys.empty() || keys[0] ? "" : " unknown"));
        };
    };
    source->read({named("ada")}, note("first "));
    source->read({}, note("nobody "));
    source->read({named("ben")}, note("last "));
    source->finish();
    CHECK(came == Texts{"first 1", "nobody 0", "last 1"});
}

TEST_CASE("keys that fail for everybody are ten warnings and a count, not a warning each") {
    CapturedLog log;
    const FakePw pw("echo 'session expired' >&2; exit 1\n");
    const auto source = activate::pw_keys({.token = "t", .host_url = "https://pw.example", .jobs = 4});
    std::vector<activate::Person> people;
    for (int i = 0; i < 25; ++i) {
        people.push_back(named("u" + std::to_string(i)));
    }
    const auto keys = source->read(people);
    CHECK(std::count(keys.begin(), keys.end(), std::nullopt) == 25);
    const auto text = log.text();
    CHECK(std::count(text.begin(), text.end(), '\n') == 11);
    CHECK(contains(text, "session expired"));
    CHECK(contains(text, "SSH keys of 15 more users could not be read"));
}
