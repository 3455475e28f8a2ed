// Conversion of SCIM resources.

#include "record/scim_resource.hpp"

#include "base/encoding.hpp"
#include "http/transport.hpp"
#include "record/patch_message.hpp"
#include "scim/messages.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/ssh_blob.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using nlohmann::json;
using nlohmann::ordered_json;
using record::Kind;
using record::User;

namespace {

using Texts = std::vector<std::string>;

User user_of(const std::string& text, bool keep_comments = false) {
    return record::user_from_resource(json::parse(text), keep_comments);
}

const std::string kExtension =
    "urn:ietf:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";  // not the CoreWeave
                                                                           // extension

}  // namespace

TEST_CASE("a boolean may be a text in any case, or 1 or 0") {
    CHECK(record::truth(true) == true);
    CHECK(record::truth("False") == false);
    CHECK(record::truth("TRUE") == true);
    CHECK(record::truth(1) == true);
    CHECK(record::truth(0) == false);
    for (const auto& other : {json("yes"), json("1"), json(2), json(-1), json(1.0), json()}) {
        CHECK_FALSE(record::truth(other));
    }
}

TEST_CASE("paths are the endpoints, and an id becomes one segment") {
    CHECK(record::endpoint(Kind::user) == "/Users");
    CHECK(record::endpoint(Kind::group) == "/Groups");
    CHECK(record::resource_path(Kind::user, {"8f-2_a.b~c"}) == "/Users/8f-2_a.b~c");
    CHECK(record::resource_path(Kind::group, {"a/b?c#d e%2F"}) == "/Groups/a%2Fb%3Fc%23d%20e%252F");
    CHECK(record::resource_path(Kind::user, {"\xC3\xA9"}) == "/Users/%C3%A9");
}

TEST_CASE("percent-encoding leaves unreserved characters and no others") {
    CHECK(encoding::percent_encode("AZaz09-._~") == "AZaz09-._~");
    CHECK(encoding::percent_encode(" +&=/:\"") == "%20%2B%26%3D%2F%3A%22");
    CHECK(encoding::percent_encode(std::string("\0\xFF", 2)) == "%00%FF");
}

TEST_CASE("a filter's value is a JSON string") {
    CHECK(scim::filter_starts_with("externalId", "pw-activate:") ==
          R"(externalId sw "pw-activate:")");
    CHECK(scim::filter_equals("userName", "ada@acme.org") == R"(userName eq "ada@acme.org")");
    CHECK(scim::filter_equals("userName", R"(a" or "1" eq "1)") ==
          R"(userName eq "a\" or \"1\" eq \"1")");
    CHECK(scim::filter_equals("userName", "back\\slash\nline") ==
          R"(userName eq "back\\slash\nline")");
}

TEST_CASE("an id that cannot be part of a path is a fault of the service") {
    const auto id = GENERATE(as<std::string>{}, "", ".", "..", "u\n1", "u\xE2\x80\xA8");
    const auto error = caught([&] { (void)record::id_of({{"id", id}}); });
    CHECK(error.status == ExitStatus::unavailable);
    CHECK(error.says("\"id\""));
}

TEST_CASE("an id has at most 1,000 bytes, and a cursor at most 100,000") {
    CHECK(record::is_usable({std::string(1'000, 'x')}));
    CHECK_FALSE(record::is_usable({std::string(1'001, 'x')}));
    const auto list = [](std::size_t size) {
        return scim::list_from_json({{"totalResults", 2U}, {"nextCursor", std::string(size, 'x')}},
                                    true);
    };
    CHECK(list(100'000).next_cursor.size() == 100'000);
    const auto error = caught([&] { (void)list(100'001); });
    CHECK(error.status == ExitStatus::unavailable);
    CHECK(error.says("100001 bytes"));
}

TEST_CASE("an ETag that is not one line is not sent back") {
    const auto version = [](const std::string& text) {
        return user_of(R"({"id":"1","userName":"a","meta":{"version":)" + text + "}}").version;
    };
    CHECK(version(R"("W/\"1\"")") == R"(W/"1")");
    CHECK(version(R"("1\r\nX-Evil: 1")").empty());
    CHECK(version("7").empty());
}

TEST_CASE("attributes are found in any case, and null is absent") {
    const auto object = json::parse(R"({"USERNAME":"a","displayName":null,"Active":false})");
    REQUIRE(record::attribute(object, "userName") != nullptr);
    CHECK(record::attribute(object, "userName")->get<std::string>() == "a");
    CHECK(record::attribute(object, "displayName") == nullptr);
    REQUIRE(record::attribute(object, "active") != nullptr);
    CHECK_FALSE(record::attribute(object, "active")->get<bool>());
    CHECK(record::attribute(object, "absent") == nullptr);
    CHECK(record::attribute(json::parse("[1]"), "userName") == nullptr);
    CHECK(record::attribute(json::parse("\"x\""), "userName") == nullptr);
}

TEST_CASE("of an attribute in two spellings, the exact one counts") {
    const auto object =
        json::parse(R"({"USERNAME":"wrong","userName":"right","username":"wrong"})");
    CHECK(record::attribute(object, "userName")->get<std::string>() == "right");
}

TEST_CASE("a list has its resources, its total, and its start index") {
    const auto list = scim::list_from_json(json::parse(
        R"({"schemas":[],"totalResults":5,"startIndex":3,"itemsPerPage":2,"Resources":[{"id":"1"},{"id":"2"}]})"));
    CHECK(list.total_results == 5U);
    CHECK(list.start_index == 3U);
    REQUIRE(list.resources.size() == 2);
    CHECK(record::id_of(list.resources[1]) == "2");
}

TEST_CASE("numbers may come as strings, names in any case, and no match without Resources") {
    const auto list = scim::list_from_json(
        json::parse(R"({"TOTALRESULTS":"12","startindex":"1","resources":[{"id":"1"}]})"));
    CHECK(list.total_results == 12U);
    CHECK(list.start_index == 1U);
    CHECK(list.resources.size() == 1);
    CHECK(scim::list_from_json(json::parse(R"({"totalResults":0})")).resources.empty());
    CHECK_FALSE(scim::list_from_json(json::parse(R"({"totalResults":0})")).start_index);
    CHECK(scim::list_from_json(json::parse(R"({"totalResults":0,"Resources":null})"))
              .resources.empty());
}

TEST_CASE("a body that is not a list is an error, and not an empty list") {
    const auto body =
        GENERATE(as<std::string>{},
                 "{}",
                 "[]",
                 "null",
                 "\"x\"",
                 R"({"Resources":[]})",
                 R"({"totalResults":null,"Resources":[]})",
                 R"({"totalResults":-1,"Resources":[]})",
                 R"({"totalResults":"many","Resources":[]})",
                 R"({"totalResults":"","Resources":[]})",
                 R"({"totalResults":"1 ","Resources":[]})",
                 R"({"totalResults":1.5,"Resources":[]})",
                 R"({"totalResults":1,"Resources":{}})",
                 R"({"totalResults":1,"startIndex":"x","Resources":[]})",
                 R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404"})");
    const auto error = caught([&] { (void)scim::list_from_json(json::parse(body)); });
    CHECK(error.status == ExitStatus::unavailable);
}

TEST_CASE("a user is read with all attributes that we need") {
    const auto user = user_of(R"({
        "schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id":"8f","externalId":"pw-activate:user:a","userName":"ada@acme.org","displayName":"Ada L",
        "name":{"givenName":"Ada","familyName":"L","formatted":"Ada L"},
        "emails":[{"value":"home@x.org"},{"value":"ada@acme.org","primary":true,"type":"work"}],
        "active":false,"meta":{"resourceType":"User","version":"W/\"3\""},
        "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser":
            {"sunkSshKeys":["ssh-rsa BBBB ben","ssh-rsa AAAA"],"sunkPosixUserId":7}})");
    CHECK(user.id.value == "8f");
    CHECK(user.external_id.value == "pw-activate:user:a");
    CHECK(user.version == "W/\"3\"");
    CHECK(user.user_name == "ada@acme.org");
    CHECK(user.display_name == "Ada L");
    CHECK(user.given_name == "Ada");
    CHECK(user.family_name == "L");
    CHECK(user.email == "ada@acme.org");
    CHECK_FALSE(user.active);
    CHECK(user.ssh_keys == Texts{"ssh-rsa AAAA", "ssh-rsa BBBB"});
}

TEST_CASE("keys are read from a list, a string or values; if they are missing, there are none") {
    const auto keys_of = [](const std::string& extension) {
        return user_of(R"({"id":"1","userName":"a")" + extension + "}").ssh_keys;
    };
    const std::string urn =
        "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";
    const std::string other_case =
        "URN:coreweave:PARAMS:scim:schemas:extension:coreweave:2.0:coreweaveuser";
    CHECK(keys_of("") == Texts{});
    CHECK(keys_of(",\"" + urn + "\":{}") == Texts{});
    CHECK(keys_of(",\"" + urn + "\":null") == Texts{});
    CHECK(keys_of(",\"" + urn + R"(":{"sunkSshKeys":null})") == Texts{});
    CHECK(keys_of(",\"" + urn + R"(":{"sunkSshKeys":[]})") == Texts{});
    CHECK(keys_of(",\"" + urn + R"(":{"sunkSshKeys":["ssh-rsa AAAA","ssh-rsa AAAA b"]})") ==
          Texts{"ssh-rsa AAAA"});
    CHECK(keys_of(",\"" + urn + R"(":{"sunkSshKeys":"ssh-rsa AAAA c"})") == Texts{"ssh-rsa AAAA"});
    CHECK(keys_of(",\"" + other_case + R"(":{"SUNKSSHKEYS":["ssh-rsa AAAA"]})") ==
          Texts{"ssh-rsa AAAA"});
    CHECK(keys_of(",\"" + kExtension + R"(":{"sunkSshKeys":["ssh-rsa AAAA"]})") == Texts{});
}

TEST_CASE("comments of keys are kept only if requested") {
    const auto text = R"({"id":"1","userName":"a",
        "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser":{"sunkSshKeys":["ssh-rsa AAAA ada"]}})";
    CHECK(user_of(text, false).ssh_keys == Texts{"ssh-rsa AAAA"});
    CHECK(user_of(text, true).ssh_keys == Texts{"ssh-rsa AAAA ada"});
}

TEST_CASE("active is read as a boolean, as text or as 0 and 1, and absent means active") {
    const auto active = [](const std::string& value) {
        return user_of(R"({"id":"1","userName":"a","active":)" + value + "}").active;
    };
    CHECK(active("true"));
    CHECK_FALSE(active("false"));
    CHECK(active("\"True\""));
    CHECK(active("\"true\""));
    CHECK_FALSE(active("\"False\""));
    CHECK(active("1"));
    CHECK_FALSE(active("0"));
    CHECK(active("null"));
    CHECK(user_of(R"({"id":"1","userName":"a"})").active);
}

TEST_CASE("a user that cannot be parsed is an error") {
    const auto text = GENERATE(as<std::string>{},
                               R"({"userName":"a"})",
                               R"({"id":"","userName":"a"})",
                               R"({"id":7,"userName":"a"})",
                               R"({"id":"1"})",
                               R"({"id":"1","userName":""})",
                               R"({"id":"1","userName":"a","active":2})",
                               R"({"id":"1","userName":"a","active":"yes"})",
                               R"({"id":"1","userName":"a",
            "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser":{"sunkSshKeys":[7]}})",
                               R"({"id":"1","userName":"a",
            "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser":{"sunkSshKeys":{"x":1}}})",
                               R"({"id":"1","userName":"a",
            "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser":{"sunkSshKeys":[{"value":"ssh-rsa AAAA"}]}})");
    CHECK(caught([&] { (void)user_of(text); }).status == ExitStatus::unavailable);
}

TEST_CASE("if faults are collected, a malformed user is read so that a removal is still planned") {
    Texts faults;
    const auto user =
        record::user_from_resource(json::parse(
                                       R"({"id":"1","externalId":"pw-activate:user:a","active":"no",
            "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser":{"sunkSshKeys":[7]}})"),
                                   false,
                                   &faults);
    CHECK(user.active);
    CHECK(user.user_name == "pw-activate:user:a");
    CHECK(user.ssh_keys == Texts{"7"});
    CHECK(faults.size() == 3);
}

TEST_CASE("the primary e-mail counts, otherwise the first") {
    const auto email = [](const std::string& emails) {
        return user_of(R"({"id":"1","userName":"a","emails":)" + emails + "}").email;
    };
    CHECK(email(R"([{"value":"1@x"},{"value":"2@x","primary":true}])") == "2@x");
    CHECK(email(R"([{"value":"1@x"},{"value":"2@x","primary":"true"}])") == "2@x");
    CHECK(email(R"([{"value":"1@x"},{"value":"2@x","primary":"false"}])") == "1@x");
    CHECK(email(R"([{"value":"1@x"},{"value":"2@x"}])") == "1@x");
    CHECK_FALSE(email("[]"));
    CHECK_FALSE(email("null"));
    CHECK_FALSE(email("\"1@x\""));
    CHECK_FALSE(email(R"([{"type":"work"}])"));
}

TEST_CASE("members that are missing are unknown, and an empty list is empty") {
    CHECK_FALSE(record::member_ids_of(json::parse(R"({"id":"1"})")));
    CHECK_FALSE(record::member_ids_of(json::parse(R"({"id":"1","members":null})")));
    CHECK(record::member_ids_of(json::parse(R"({"id":"1","members":[]})")) == Texts{});
    CHECK(
        record::member_ids_of(json::parse(
            R"({"id":"1","Members":[{"value":"2","type":"User","display":"x"},{"VALUE":"1"}]})")) ==
        Texts{"2", "1"});
}

TEST_CASE("members that cannot be parsed are an error") {
    const auto members = GENERATE(as<std::string>{},
                                  "{}",
                                  "\"1\"",
                                  "[\"1\"]",
                                  "[{}]",
                                  "[{\"value\":1}]",
                                  R"([{"value":"u\n"}])");
    CHECK(caught([&] {
              (void)record::member_ids_of(json::parse(R"({"id":"1","members":)" + members + "}"));
          }).status == ExitStatus::unavailable);
    Texts faults;
    CHECK_FALSE(
        record::member_ids_of(json::parse(R"({"id":"1","members":)" + members + "}"), &faults));
    CHECK(faults.size() == 1);
}

TEST_CASE("a group is read without its members, and may lack a name and an externalId") {
    const auto group = record::group_from_resource(json::parse(
        R"({"id":"9","externalId":"pw-activate:group:g","displayName":"hpc","meta":{"version":"v"},"members":[]})"));
    CHECK(group.id.value == "9");
    CHECK(group.external_id.value == "pw-activate:group:g");
    CHECK(group.display_name == "hpc");
    CHECK(group.version == "v");
    CHECK_FALSE(group.members);
    CHECK(record::group_from_resource(json::parse(R"({"id":"9"})")).display_name.empty());
    CHECK(record::external_id_of(json::parse(R"({"externalId":7})")).value.empty());
}

TEST_CASE("a create sends exactly the necessary attributes, in one form") {
    User user;
    user.external_id = {"pw-activate:user:k"};
    user.id = {"not sent"};
    user.version = "not sent";
    user.user_name = "a@x.org";
    user.given_name = "A";
    user.family_name = "B";
    user.display_name = "A B";
    user.email = "a@x.org";
    user.ssh_keys = Texts{"not sent"};
    CHECK(
        record::user_resource(user, {"ssh-ed25519 AAAA"}).text() ==
        R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User",)"
        R"("urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser"],)"
        R"("externalId":"pw-activate:user:k","userName":"a@x.org",)"
        R"("name":{"givenName":"A","familyName":"B"},"displayName":"A B",)"
        R"("emails":[{"value":"a@x.org","type":"work","primary":true}],"active":true,)"
        R"("urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser":{"sunkSshKeys":["ssh-ed25519 AAAA"]}})");
}

TEST_CASE("a create without names, address or keys omits them and the schema of the extension") {
    User user;
    user.external_id = {"pw-activate:user:k"};
    user.user_name = "k";
    CHECK(record::user_resource(user, {}).text() ==
          R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],)"
          R"("externalId":"pw-activate:user:k","userName":"k","active":true})");
}

TEST_CASE("the body of a group has its name, its externalId and its members") {
    record::Group group;
    group.external_id = {"pw-activate:group:g"};
    group.display_name = "hpc";
    CHECK(record::group_resource(group, record::members_value({"1", "bulkId:pw-activate:user:k"}))
              .text() == R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],)"
                         R"("externalId":"pw-activate:group:g","displayName":"hpc",)"
                         R"("members":[{"value":"1"},{"value":"bulkId:pw-activate:user:k"}]})");
    CHECK(record::members_value({}).text() == "[]");
}

TEST_CASE("a PATCH has one operation for each attribute, in lower case, with its path") {
    JsonArray operations;
    operations.add(record::replace_operation("active", false));
    operations.add(record::replace_operation(record::kKeysPath, Texts{"ssh-ed25519 AAAA"}));
    operations.add(record::replace_operation("members", record::members_value({"1"})));
    CHECK(
        record::patch_message(operations).text() ==
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[)"
        R"({"op":"replace","path":"active","value":false},)"
        R"({"op":"replace","path":"urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser:sunkSshKeys","value":["ssh-ed25519 AAAA"]},)"
        R"({"op":"replace","path":"members","value":[{"value":"1"}]}]})");
}

TEST_CASE("the body of a create is read back as the same user") {
    User user;
    user.external_id = {"pw-activate:user:k"};
    user.user_name = "A@x.org";
    user.given_name = "\u00C9";
    user.display_name = "\u00C9 \"x\"";
    user.email = "a@x.org";
    user.ssh_keys = Texts{ssh_blob::valid_line(1)};
    auto resource =
        json::parse(record::user_resource(user, record::views_of(user.ssh_keys)).text());
    resource["id"] = "1";
    user.id = {"1"};
    CHECK(record::to_json(record::user_from_resource(resource, false)).dump() ==
          record::to_json(user).dump());
}

TEST_CASE("a value in a message is its JSON, up to a length") {
    CHECK(record::shown_value("Ada") == "\"Ada\"");
    CHECK(record::shown_value(nlohmann::json::array({1, nullptr})) == "[1,null]");
    CHECK(record::shown_value(std::string(38, 'a')) == "\"" + std::string(38, 'a') + "\"");
    CHECK(record::shown_value(std::string(1000, 'a')) == "\"" + std::string(39, 'a'));
}
