// Streams of both sides, and the confirmations between them.

#include "record/read_exports.hpp"

#include "record/scim_resource.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>

using record::Kind;

namespace {

record::Sides read(const std::string& text) {
    std::istringstream in(text);
    stream::Reader lines(in, "t");
    record::Sides sides;
    record::read_directories(lines, sides);
    return sides;
}

const std::string kDesired =
    R"({"type":"stream","format":1,"kind":"directory","side":"desired","org":"acme"})"
    "\n"
    R"({"type":"user","externalId":"pw-activate:user:a","userName":"a@x.org","active":true,"sshKeys":[]})"
    "\n"
    R"({"type":"group","externalId":"pw-activate:group:g","displayName":"g","members":["pw-activate:user:a"]})"
    "\n"
    R"({"type":"end","users":1,"groups":1})"
    "\n";
const std::string kCurrent =
    R"({"type":"stream","format":1,"kind":"directory","side":"current"})"
    "\n"
    R"({"type":"user","externalId":"pw-activate:user:a","id":"1","userName":"a@x.org","active":true})"
    "\n"
    R"({"type":"end","users":1,"groups":0})"
    "\n";

std::string head_of(const std::string& side) {
    return R"({"type":"stream","format":1,"kind":"directory","side":")" + side + "\"}\n";
}

std::string confirmations(const std::string& side, const std::string& lines) {
    return R"({"type":"stream","format":1,"kind":"confirmations","side":")" + side + "\"}\n" +
           lines;
}

std::string answer(const std::string& key, const std::string& word) {
    return R"({"type":"confirmation","externalId":"pw-activate:user:)" + key + R"(","answer":")" +
           word + "\"}\n";
}

std::string seal(int count) {
    return R"({"type":"end","confirmations":)" + std::to_string(count) + "}\n";
}

std::string directory(const std::string& side) {
    return R"({"type":"stream","format":1,"kind":"directory","side":")" + side +
           "\"}\n"
           R"({"type":"end","users":0,"groups":0})"
           "\n";
}

const std::string kFound = confirmations("current",
                                         R"({"type":"end","users":0,"groups":0})"
                                         "\n");

}  // namespace

TEST_CASE("answers about absent users are read by externalId") {
    const auto sides =
        read(confirmations("desired", answer("ada", "gone") + answer("ben", "present") + seal(2)));
    REQUIRE(sides.confirmations);
    CHECK(sides.confirmations->size() == 2);
    CHECK(sides.confirmations->at("pw-activate:user:ada") == "gone");
    CHECK_FALSE(sides.found);
    CHECK(sides.confirmations_header.side == "desired");
    CHECK(read(kFound).found);
}

TEST_CASE("confirmations that are not ones are rejected with the reason") {
    struct Row {
        std::string text;
        const char* says;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {R"({"type":"confirmation","answer":"gone"})", "\"externalId\" is missing"},
        {R"({"type":"confirmation","externalId":"x","answer":1})", "\"answer\" is missing"},
        {R"({"type":"user","externalId":"x","answer":"gone"})", "unknown record type \"user\""},
        {answer("ada", "gone") + answer("ada", "gone"), "a second answer about"},
        {answer("ada", "gone") + seal(2), "confirmations 2"},
    }));
    const auto error = caught([&] { (void)read(confirmations("desired", row.text + "\n")); });
    CHECK(error.status == ExitStatus::bad_input);
    INFO(error.sentence);
    CHECK(error.says(row.says));
}

TEST_CASE("a second stream of confirmations is rejected, one of each side is not") {
    const auto desired = confirmations("desired", seal(0));
    const auto both = read(desired + kFound);
    CHECK(both.confirmations);
    CHECK(both.found);
    CHECK(caught([&] { (void)read(desired + desired); }).says("a second stream of confirmations;"));
    CHECK(caught([&] { (void)read(kFound + kFound); }).says("of the current side"));
}

TEST_CASE("a comparison needs both sides") {
    const TemporaryFolder folder;
    const auto desired = folder.file("desired", directory("desired"));
    const auto current = folder.file("current", directory("current"));
    CHECK(record::read_both_exports({desired, current}).current);
    CHECK(caught([&] { (void)record::read_both_exports({desired}); }).says("two exports"));
    CHECK(caught([&] { (void)record::read_both_exports({current}); }).says("two exports"));
}

TEST_CASE("the unlisted members of a group are a number of the desired side") {
    const auto group = [](const std::string& unlisted, bool current) {
        return record::group_from_json(
            nlohmann::json::parse(
                R"({"externalId":"pw-activate:group:g","id":"1","displayName":"","unlisted":)" +
                unlisted + "}"),
            current);
    };
    CHECK(group("3", false).unlisted == 3);
    CHECK(group("3", true).unlisted == 0);
    const auto written = record::to_json(group("3", false));
    CHECK(written.at("unlisted") == 3);
    CHECK_FALSE(written.contains("displayName"));
    CHECK_FALSE(record::to_json(group("0", false)).contains("unlisted"));
    CHECK(caught([&] { (void)group("-1", false); }).says("\"unlisted\""));
    CHECK(caught([&] { (void)group("\"1\"", false); }).says("\"unlisted\""));
}

TEST_CASE("a member of a current group is a managed user") {
    CHECK(caught([&] {
              (void)record::group_from_json(
                  nlohmann::json::parse(
                      R"({"externalId":"pw-activate:group:g","id":"1","members":["okta|1"]})"),
                  true);
          }).says("\"members\""));
}

TEST_CASE("an externalId has visible ASCII only") {
    CHECK_FALSE(record::is_managed({"pw-activate:user:\x7f"}, Kind::user));
    CHECK_FALSE(record::is_managed({"pw-activate:user:\xC3\xA9"}, Kind::user));
    CHECK(record::is_managed({"pw-activate:user:~!"}, Kind::user));
}

TEST_CASE("of several addresses, the first is used unless one is primary") {
    const auto email = [](const char* emails) {
        return record::user_from_resource(
                   nlohmann::json::parse(
                       std::string(
                           R"({"id":"1","externalId":"pw-activate:user:a","userName":"a","emails":)") +
                       emails + "}"),
                   true)
            .email.value_or("none");
    };
    CHECK(email(R"([{"value":"a"},{"value":"b","primary":false}])") == "a");
    CHECK(email(R"([{"value":"a"},{"value":"b","primary":true}])") == "b");
    CHECK(email(R"([{"value":"a","primary":false},{"value":"b"}])") == "a");
    CHECK(email("[]") == "none");
}

TEST_CASE("both sides are found in either order") {
    const auto text = GENERATE(as<std::string>{}, kDesired + kCurrent, kCurrent + kDesired);
    const auto sides = read(text);
    REQUIRE(sides.desired);
    REQUIRE(sides.current);
    CHECK(sides.desired->users.size() == 1);
    CHECK(sides.desired->groups.size() == 1);
    CHECK(sides.current->users.size() == 1);
    CHECK(sides.current->groups.empty());
    CHECK(sides.desired_header.org == "acme");
}

TEST_CASE("a record that is rejected is named by its line") {
    const auto error = caught([] {
        (void)read(head_of("desired") + R"({"type":"user","externalId":"x","active":true})" + "\n");
    });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.sentence.starts_with("t:2: \"externalId\""));
}

TEST_CASE("a directory that is not one is rejected, and the message has the reason") {
    struct Row {
        std::string text;
        const char* says;
    };
    const std::string user =
        R"({"type":"user","externalId":"pw-activate:user:a","userName":"a","active":true})"
        "\n";
    const std::string group = R"({"type":"group","externalId":"pw-activate:group:g"})"
                              "\n";
    const auto row = GENERATE_COPY(values<Row>({
        {R"({"type":"stream","format":1,"kind":"plan"})"
         "\n",
         "kind \"plan\""},
        {head_of("left"), "\"side\" is \"left\""},
        {head_of(""), "must be desired or current"},
        {head_of("desired") + group + user, "users come first"},
        {head_of("desired") + R"({"type":"robot"})" + "\n", "unknown record type \"robot\""},
        {head_of("desired") + user + R"({"type":"end","users":2,"groups":0})" + "\n", "users 2"},
        {head_of("desired") + user + R"({"type":"end","users":1,"groups":1})" + "\n", "groups 1"},
        {head_of("desired") + user + R"({"type":"end","users":1})" + "\n", "no count \"groups\""},
        {kDesired + kDesired, "second stream of the desired side"},
        {kCurrent + kDesired + kCurrent, "second stream of the current side"},
        {head_of("desired") + user, "without its seal"},
    }));
    const auto error = caught([&] { (void)read(row.text); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says(row.says));
}

TEST_CASE("every prefix of an export is rejected or has no side, byte by byte") {
    const auto whole = GENERATE(as<std::string>{}, kDesired, kCurrent);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        INFO("the first " << length << " bytes");
        record::Sides sides;
        const auto error = caught([&] { sides = read(whole.substr(0, length)); });
        CHECK((error.status == ExitStatus::bad_input || (!sides.desired && !sides.current)));
    }
}

TEST_CASE("a line without a type, or with a type that is not a string, is rejected") {
    const auto line =
        GENERATE(as<std::string>{},
                 R"({"externalId":"pw-activate:user:a","active":true})",
                 R"({"type":true,"externalId":"pw-activate:user:a","userName":"a","active":true})");
    const auto error = caught([&] { (void)read(head_of("desired") + line + "\n"); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.sentence == "t:2: \"type\" is missing");
}

TEST_CASE("\"managed\": false makes a user unmanaged, also in a line with unknown fields") {
    const auto sides =
        read(head_of("current") +
             R"({"type":"user","managed":false,"id":"1","userName":"a","active":true,"meta":{}})"
             "\n"
             R"({"type":"user","managed":false,"id":"2","userName":"b","active":true})"
             "\n"
             R"({"type":"end","users":2,"groups":0})"
             "\n");
    CHECK(sides.current->users.empty());
    REQUIRE(sides.current->unmanaged_users.size() == 2);
    CHECK(sides.current->unmanaged_users[0].id.value == "1");
}

TEST_CASE("if a line is absent when the input is read again, the error gives its place") {
    std::istringstream in(kCurrent);
    stream::Reader lines(in, "t");
    record::Directory current;
    const auto error = caught([&] {
        (void)record::add_kept_user(
            lines, kCurrent.size() + 9, true, [](const auto&) { return true; }, current);
    });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.sentence == "t:3: empty line; each line must be one JSON object");
    CHECK(current.users.empty());
}

TEST_CASE(
    "a seal counts the records that its export lacks, or in earlier versions the malformed ones") {
    const auto lacking = [](const std::string& counts) {
        return read(head_of("desired") + R"({"type":"end","users":0,"groups":0)" + counts + "}\n")
            .desired->incomplete;
    };
    CHECK(lacking("").empty());
    CHECK(lacking(R"(,"unresolved":2)").unresolved == 2);
    CHECK(lacking(R"(,"malformed":1,"malformedGroups":2)").partial == 3);
    CHECK(lacking(R"(,"malformed":1,"partial":4)").partial == 4);
    CHECK(record::describe_incomplete({}).empty());
}
