// Parsing of ACTIVATE's credentials, lists and names.

#include "activate/users_and_groups.hpp"

#include "activate/credential.hpp"
#include "activate/rest_source.hpp"
#include "activate/user_record.hpp"
#include "base/encoding.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/scripted_activate.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using activate::Naming;
using activate::Person;
using nlohmann::json;

namespace {

using Texts = std::vector<std::string>;

std::string base64url(std::string text) {
    auto encoded = encoding::to_base64(text);
    for (char& c : encoded) {
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    }
    encoded.erase(encoded.find_last_not_of('=') + 1);
    return encoded;
}

}  // namespace

TEST_CASE("an API key contains its host and is sent as HTTP Basic") {
    const auto credential = activate::parse_credential("pwt_Y2xvdWQucGFyYWxsZWwud29ya3M.x");
    CHECK(credential.url == "https://cloud.parallel.works");
    CHECK(credential.basic);
    CHECK(credential.token == "pwt_Y2xvdWQucGFyYWxsZWwud29ya3M.x");
}

TEST_CASE("the host of a key is base64url without padding, or base64 with it") {
    CHECK(activate::parse_credential("pwt_" + encoding::to_base64("pw.acme.org") + ".s").url ==
          "https://pw.acme.org");
    CHECK(activate::parse_credential("pwt_" + base64url("pw.acme.org") + ".s").url ==
          "https://pw.acme.org");
}

TEST_CASE("a key that contains a scheme keeps it") {
    CHECK(activate::parse_credential("pwt_" + base64url("http://127.0.0.1:8080") + ".s").url ==
          "http://127.0.0.1:8080");
}

TEST_CASE("a key is split at its first dot, so its secret may contain dots") {
    const auto key = "pwt_" + base64url("pw.acme.org") + ".a.b.c";
    const auto credential = activate::parse_credential(key);
    CHECK(credential.url == "https://pw.acme.org");
    CHECK(credential.token == key);
}

TEST_CASE("a user token contains its host and is sent as Bearer") {
    const auto credential = activate::parse_credential("pwut_" + base64url("pw.acme.org") + ".s");
    CHECK(credential.url == "https://pw.acme.org");
    CHECK_FALSE(credential.basic);
}

TEST_CASE("a JWT is sent as Bearer, and its claim platform_host is used if it has one") {
    const auto jwt = [](const std::string& claims) {
        return base64url(R"({"alg":"none"})") + "." + base64url(claims) + ".c2ln";
    };
    const auto named = activate::parse_credential(jwt(R"({"platform_host":"pw.acme.org"})"));
    CHECK(named.url == "https://pw.acme.org");
    CHECK_FALSE(named.basic);
    CHECK_FALSE(activate::parse_credential(jwt("{}")).url);
    CHECK_FALSE(activate::parse_credential(jwt(R"({"platform_host":7})")).url);
}

TEST_CASE("an invalid credential is rejected, and the message never shows it") {
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

TEST_CASE("an empty credential is rejected") {
    CHECK(caught([] { (void)activate::parse_credential(""); }).status == ExitStatus::bad_config);
}

TEST_CASE("the credential goes into one header and is masked in logs") {
    const auto basic = activate::authorization({"pwt_abc.def", true, {}});
    REQUIRE(basic.size() == 1);
    CHECK(basic.front().first == "Authorization");
    CHECK(basic.front().second == "Basic " + encoding::to_base64("pwt_abc.def:"));
    const auto bearer = activate::authorization({"a.b.c", false, {}});
    CHECK(bearer.front().second == "Bearer a.b.c");
    CapturedLog log;
    logging::warning("sent " + basic.front().second);
    CHECK_FALSE(contains(log.text(), encoding::to_base64("pwt_abc.def:")));
}

TEST_CASE("a page of users may have unknown fields and lack optional ones") {
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

TEST_CASE("a null array is empty") {
    CHECK(
        activate::users_page_from_json(json::parse(R"({"users":null,"total":0})")).people.empty());
    CHECK(activate::teams_from_json(json()).empty());
    CHECK(activate::members_from_json(json()).empty());
}

TEST_CASE("a page of users with another form is an error, and not an empty page") {
    const auto body = GENERATE(as<std::string>{},
                               "{}",
                               "[]",
                               "null",
                               "\"users\"",
                               R"({"users":[]})",
                               R"({"total":0})",
                               R"({"users":[],"total":"0"})",
                               R"({"users":[],"total":-1})",
                               R"({"users":[],"total":0,"error":true,"message":"partial"})",
                               R"({"users":{},"total":0})",
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

TEST_CASE("a row of the list of groups without an id, or another value, is a group without an id") {
    const auto body =
        GENERATE(as<std::string>{}, "[1]", "[{}]", R"([{"id":""}])", R"([{"id":7}])", "[null]");
    const auto teams = activate::teams_from_json(json::parse(body));
    REQUIRE(teams.size() == 1);
    CHECK(teams[0].id.empty());
    CHECK(teams[0].name.empty());
}

TEST_CASE("lists of groups and members with another form are errors") {
    const auto body = GENERATE(
        as<std::string>{}, "{}", "\"x\"", "[1]", R"([{"name":"g"}])", R"([{"id":""}])", "[null]");
    if (!body.starts_with("[")) {
        CHECK(caught([&] { (void)activate::teams_from_json(json::parse(body)); }).status ==
              ExitStatus::unavailable);
    }
    CHECK(caught([&] { (void)activate::members_from_json(json::parse(body)); }).status ==
          ExitStatus::unavailable);
}

TEST_CASE("a member who is listed twice counts once") {
    const auto rows = json::parse(R"([{"id":"2"},{"id":"1"},{"id":"2"},{"id":"3"}])");
    CHECK(ids_of(activate::members_from_json(rows)) == Texts{"2", "1", "3"});
}

TEST_CASE("names that a URL leaves out of its path are not asked for") {
    CHECK(activate::can_be_in_path("ada"));
    CHECK(activate::can_be_in_path("..."));
    CHECK_FALSE(activate::can_be_in_path(GENERATE(as<std::string>(), "", ".", "..")));
}

TEST_CASE("members have an id, and may have a username and an address") {
    const auto members = activate::members_from_json(
        json::parse(R"([{"id":"2","username":"b","email":"b@x"},{"id":"1","username":null}])"));
    CHECK(ids_of(members) == Texts{"2", "1"});
    CHECK(members[0].username == "b");
    CHECK(members[0].email == "b@x");
    CHECK(members[1].username.empty());
}

TEST_CASE("ids are alike if they differ in case or in white space at the ends") {
    CHECK(activate::comparable_id(" 6A\t") == "6a");
    CHECK(activate::comparable_id("6 a") == "6 a");
}

TEST_CASE("a full name is split at its last space") {
    const auto person = [](std::string name) {
        return Person{.id = "1",
                      .username = "ada.l",
                      .name = std::move(name),
                      .email = "ada@acme.org",
                      .organization = "o"};
    };
    const auto user = activate::user_record(person("Ada King Lovelace"), {});
    CHECK(user.display_name == "Ada King Lovelace");
    CHECK(user.given_name == "Ada King");
    CHECK(user.family_name == "Lovelace");
    const auto wide = activate::user_record(person("Ada  Lovelace"), {});
    CHECK(wide.given_name == "Ada");
    CHECK(wide.family_name == "Lovelace");
}

TEST_CASE("a single word has no family name, and without a name the username is used") {
    const auto mononym = activate::user_record({.id = "1",
                                                .username = "plato",
                                                .name = "Plato",
                                                .email = "p@acme.org",
                                                .organization = "o"},
                                               {});
    CHECK(mononym.display_name == "Plato");
    CHECK(mononym.given_name == "Plato");
    CHECK_FALSE(mononym.family_name);
    const auto nameless = activate::user_record(
        {.id = "1", .username = "plato", .name = "", .email = "p@acme.org", .organization = "o"},
        {});
    CHECK(nameless.display_name == "plato");
    CHECK(nameless.given_name == "plato");
}

TEST_CASE("the sources of userName and of the key in externalId are configured separately") {
    const Person person{.id = "65a1",
                        .username = "Ada.L",
                        .name = "Ada Lovelace",
                        .email = "ada@acme.org",
                        .active = false};
    const auto usual = activate::user_record(person, {});
    CHECK(usual.external_id.value == "pw-activate:user:65a1");
    CHECK(usual.user_name == "ada@acme.org");
    CHECK(usual.email == "ada@acme.org");
    CHECK_FALSE(usual.active);
    CHECK_FALSE(usual.ssh_keys);
    CHECK(usual.activate_username == "Ada.L");
    const auto other =
        activate::user_record(person, {.key_is_username = true, .user_name_is_username = true});
    CHECK(other.external_id.value == "pw-activate:user:Ada.L");
    CHECK(other.user_name == "Ada.L");
    CHECK(other.email == "ada@acme.org");
    CHECK_FALSE(other.activate_username);
    CHECK_FALSE(activate::user_record(person, {.key_is_username = true}).activate_username);
    CHECK_FALSE(activate::user_record(person, {.user_name_is_username = true}).activate_username);
}

TEST_CASE("a user without an address has no e-mail, and a userName only as a username") {
    const Person person{.id = "1", .username = "ada", .name = "Ada"};
    CHECK(activate::user_record(person, {}).user_name.empty());
    CHECK_FALSE(activate::user_record(person, {}).email);
    CHECK(activate::user_record(person, {.user_name_is_username = true}).user_name == "ada");
}

TEST_CASE("a total that is not a number is reported with its value") {
    const auto [total, shown] = GENERATE(table<std::string, std::string>(
        {{"-1", "\"total\": -1"}, {"\"7\"", "\"total\": \"7\""}, {"null", "\"total\": null"}}));
    const auto error = caught([&, body = "{\"users\":[],\"total\":" + total + "}"] {
        (void)activate::users_page_from_json(json::parse(body));
    });
    CHECK(error.says(shown + ", which is not a number of users"));
}
