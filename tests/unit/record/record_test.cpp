// Records in the lines of a stream.

#include "record/record.hpp"

#include "base/json_parse.hpp"
#include "record/ssh_key.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/ssh_blob.hpp"

#include <nlohmann/json.hpp>

#include <random>
#include <string>
#include <vector>

using nlohmann::json;
using record::ExternalId;
using record::Group;
using record::Kind;
using record::ResourceId;
using record::User;

namespace {

template <class Record>
std::string written(const Record& record) {
    return record::to_json(record).dump();
}

// The record as text, or the error.
template <class Read, class Source>
std::string result_of(Read read, const Source& source, bool current) {
    try {
        return written(read(source, current));
    } catch (const Error& error) {
        return error.what();
    }
}

// The record in a document. The text alone gives the same, if it is read without a document.
template <class FromLine, class FromJson>
auto record_of(const std::string& text, FromLine from_line, FromJson from_json, bool current) {
    const auto document = json::parse(text);
    if (FlatObject line; line.read(text)) {
        CHECK(result_of(from_line, line, current) == result_of(from_json, document, current));
    }
    return from_json(document, current);
}

User user_of(const std::string& text, bool current) {
    return record_of(text, record::user_from_line, record::user_from_json, current);
}

Group group_of(const std::string& text, bool current) {
    return record_of(text, record::group_from_line, record::group_from_json, current);
}

}  // namespace

TEST_CASE("a current user is written with every field, in one order, and read back the same") {
    const std::string line =
        R"({"type":"user","externalId":"pw-activate:user:a","id":"8f","version":"W/\"3\"",)"
        R"("userName":"ada@acme.org","displayName":"Ada Lovelace","givenName":"Ada",)"
        R"("familyName":"Lovelace","email":"ada@acme.org","active":false,"sshKeys":["ssh-ed25519 AAAA"]})";
    const auto user = user_of(line, true);
    CHECK(user.external_id == ExternalId{"pw-activate:user:a"});
    CHECK(user.id == ResourceId{"8f"});
    CHECK(user.version == "W/\"3\"");
    CHECK(user.user_name == "ada@acme.org");
    CHECK(user.display_name == "Ada Lovelace");
    CHECK(user.given_name == "Ada");
    CHECK(user.family_name == "Lovelace");
    CHECK(user.email == "ada@acme.org");
    CHECK_FALSE(user.active);
    CHECK(user.ssh_keys == std::vector<std::string>{"ssh-ed25519 AAAA"});
    CHECK(written(user) == line);
}

TEST_CASE("a current group is written with every field, in one order, and read back the same") {
    const std::string line =
        R"({"type":"group","externalId":"pw-activate:group:g","id":"9","version":"v","displayName":"hpc",)"
        R"("members":["pw-activate:user:a","pw-activate:user:b"],"foreignMembers":["7","8"]})";
    const auto group = group_of(line, true);
    CHECK(group.external_id == ExternalId{"pw-activate:group:g"});
    CHECK(group.id == ResourceId{"9"});
    CHECK(group.version == "v");
    CHECK(group.display_name == "hpc");
    CHECK(group.members == std::vector<ExternalId>{{"pw-activate:user:a"}, {"pw-activate:user:b"}});
    CHECK(group.foreign_members == std::vector<ResourceId>{{"7"}, {"8"}});
    CHECK(written(group) == line);
}

TEST_CASE("absent is unknown and an empty list is empty, and both survive writing and reading") {
    const std::string unknown =
        R"({"type":"user","externalId":"pw-activate:user:a","userName":"a@x.org","active":true})";
    CHECK_FALSE(user_of(unknown, false).ssh_keys);
    CHECK(written(user_of(unknown, false)) == unknown);
    const std::string none =
        R"({"type":"user","externalId":"pw-activate:user:a","userName":"a@x.org","active":true,"sshKeys":[]})";
    CHECK(user_of(none, false).ssh_keys == std::vector<std::string>{});
    CHECK(written(user_of(none, false)) == none);

    const std::string unread =
        R"({"type":"group","externalId":"pw-activate:group:g","displayName":"g"})";
    CHECK_FALSE(group_of(unread, false).members);
    CHECK(written(group_of(unread, false)) == unread);
    const std::string empty =
        R"({"type":"group","externalId":"pw-activate:group:g","displayName":"g","members":[]})";
    CHECK(group_of(empty, false).members == std::vector<ExternalId>{});
    CHECK(written(group_of(empty, false)) == empty);
}

TEST_CASE("null is absent") {
    const auto user = user_of(
        R"({"externalId":"pw-activate:user:a","userName":"a","displayName":null,"active":true,"sshKeys":null})",
        false);
    CHECK_FALSE(user.display_name);
    CHECK_FALSE(user.ssh_keys);
    CHECK_FALSE(group_of(R"({"externalId":"pw-activate:group:g","members":null})", false).members);
}

TEST_CASE("keys and members are canonical, sorted and unique as soon as they are read") {
    const auto user = user_of(
        R"({"externalId":"pw-activate:user:a","userName":"a","active":true,
            "sshKeys":["ssh-rsa BBBB","ssh-ed25519 AAAA","ssh-rsa BBBB"]})",
        false);
    CHECK(user.ssh_keys == std::vector<std::string>{"ssh-ed25519 AAAA", "ssh-rsa BBBB"});
    const auto spaced = user_of(
        R"({"externalId":"pw-activate:user:a","userName":"a","active":true,
            "sshKeys":[" ssh-rsa \t BBBB  ada ","ssh-rsa BBBB ada","a\nssh-rsa  BBBB"]})",
        false);
    CHECK(spaced.ssh_keys == std::vector<std::string>{"ssh-rsa BBBB ada", "a\nssh-rsa  BBBB"});
    const auto group = group_of(
        R"({"externalId":"pw-activate:group:g","id":"1","displayName":"g",
            "members":["pw-activate:user:b","pw-activate:user:a","pw-activate:user:b"],"foreignMembers":["9","10","9"]})",
        true);
    CHECK(group.members == std::vector<ExternalId>{{"pw-activate:user:a"}, {"pw-activate:user:b"}});
    CHECK(group.foreign_members == std::vector<ResourceId>{{"10"}, {"9"}});
}

TEST_CASE("unknown fields are ignored") {
    CHECK_NOTHROW(user_of(
        R"({"externalId":"pw-activate:user:a","userName":"a","active":true,"new":{"x":[1]}})",
        false));
}

TEST_CASE("a desired record needs no id, and an id in it is ignored") {
    const auto user = user_of(
        R"({"externalId":"pw-activate:user:a","id":"8","version":"v","userName":"a","active":true})",
        false);
    CHECK(user.id.value.empty());
    CHECK(user.version.empty());
}

TEST_CASE("an invalid user is rejected with the name of the field") {
    struct Row {
        const char* line;
        const char* field;
    };
    const auto row = GENERATE(values<Row>({
        {R"({"userName":"a","active":true,"id":"1"})", "\"externalId\""},
        {R"({"externalId":"","userName":"a","active":true,"id":"1"})", "\"externalId\""},
        {R"({"externalId":3,"userName":"a","active":true,"id":"1"})", "\"externalId\""},
        {R"({"externalId":"okta:1","userName":"a","active":true,"id":"1"})", "\"externalId\""},
        {R"({"externalId":"pw-activate:group:1","userName":"a","active":true,"id":"1"})",
         "\"externalId\""},
        {R"({"externalId":"PW-ACTIVATE:user:1","userName":"a","active":true,"id":"1"})",
         "\"externalId\""},
        {R"({"externalId":"pw-activate:user:","userName":"a","active":true,"id":"1"})",
         "\"externalId\""},
        {R"({"externalId":"pw-activate:user:1","userName":"a","active":true})", "\"id\""},
        {R"({"externalId":"pw-activate:user:1","userName":"a","active":true,"id":7})", "\"id\""},
        {R"({"externalId":"pw-activate:user:1","userName":"a","active":true,"id":".."})", "\"id\""},
        {R"({"externalId":"pw-activate:user:1","userName":"a","active":true,"id":"a\u000a"})",
         "\"id\""},
        {R"({"externalId":"pw-activate:user:1","userName":"a","active":true,"id":"1","version":"\t"})",
         "\"version\""},
        {R"({"externalId":"pw-activate:user:1","id":"1","active":true})", "\"userName\""},
        {R"({"externalId":"pw-activate:user:1","id":"1","userName":[],"active":true})",
         "\"userName\""},
        {R"({"externalId":"pw-activate:user:1","id":"1","userName":"a"})", "\"active\""},
        {R"({"externalId":"pw-activate:user:1","id":"1","userName":"a","active":"true"})",
         "\"active\""},
        {R"({"externalId":"pw-activate:user:1","id":"1","userName":"a","active":null})",
         "\"active\""},
        {R"({"externalId":"pw-activate:user:1","id":"1","userName":"a","active":true,"sshKeys":"ssh-rsa A"})",
         "\"sshKeys\""},
        {R"({"externalId":"pw-activate:user:1","id":"1","userName":"a","active":true,"sshKeys":[1]})",
         "\"sshKeys\""},
        {R"({"externalId":"pw-activate:user:1","id":"1","userName":"a","active":true,"displayName":5})",
         "\"displayName\""},
        {R"({"externalId":"pw-activate:user:1","id":"1","userName":"a","active":true,"email":{}})",
         "\"email\""},
    }));
    INFO(row.line);
    const auto error = caught([&] { (void)user_of(row.line, true); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says(row.field));
}

TEST_CASE("an invalid group is rejected with the name of the field") {
    struct Row {
        const char* line;
        const char* field;
    };
    const auto row = GENERATE(values<Row>({
        {R"({"externalId":"pw-activate:user:1","id":"1","displayName":"g"})", "\"externalId\""},
        {R"({"externalId":"pw-activate:group:","id":"1","displayName":"g"})", "\"externalId\""},
        {R"({"externalId":"pw-activate:group:1","displayName":"g"})", "\"id\""},
        {R"({"externalId":"pw-activate:group:1","id":".","displayName":"g"})", "\"id\""},
        {R"({"externalId":"pw-activate:group:1","id":"1","displayName":7})", "\"displayName\""},
        {R"({"externalId":"pw-activate:group:1","id":"1","members":"a"})", "\"members\""},
        {R"({"externalId":"pw-activate:group:1","id":"1","members":[{"value":"a"}]})",
         "\"members\""},
        {R"({"externalId":"pw-activate:group:1","id":"1","foreignMembers":[null]})",
         "\"foreignMembers\""},
        {R"({"externalId":"pw-activate:group:1","id":"1","foreignMembers":["a","b\n"]})",
         "\"foreignMembers\""},
    }));
    INFO(row.line);
    const auto error = caught([&] { (void)group_of(row.line, true); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says(row.field));
}

TEST_CASE("a number of unlisted members that is not a natural number is rejected") {
    const std::string value = GENERATE("\"1\"", "true", "null", "[]", "1.5", "-1", "{}");
    CAPTURE(value);
    const auto error = caught([&] {
        (void)group_of(R"({"externalId":"pw-activate:group:1","unlisted":)" + value + "}", false);
    });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.sentence == "\"unlisted\" is not an integer");
}

TEST_CASE("an id is usable if it is one segment of a path and one line") {
    CHECK(record::is_usable({"u-ada"}));
    CHECK(record::is_usable({"tenant:1/ada b\xC3\xA9"}));
    CHECK(record::is_usable({"..."}));
    CHECK_FALSE(record::is_usable({""}));
    CHECK_FALSE(record::is_usable({"."}));
    CHECK_FALSE(record::is_usable({".."}));
    CHECK_FALSE(record::is_usable({"a\n"}));
    CHECK_FALSE(record::is_usable({"a\xE2\x80\xAE"}));
}

TEST_CASE("a managed external id begins with the prefix of its kind, followed by a key") {
    CHECK(record::is_managed({"pw-activate:user:1"}, Kind::user));
    CHECK(record::is_managed({"pw-activate:group:1"}, Kind::group));
    CHECK_FALSE(record::is_managed({"pw-activate:user:1"}, Kind::group));
    CHECK_FALSE(record::is_managed({"pw-activate:user:"}, Kind::user));
    CHECK_FALSE(record::is_managed({" pw-activate:user:1"}, Kind::user));
    CHECK_FALSE(record::is_managed({"pw-activate:User:1"}, Kind::user));
    CHECK_FALSE(record::is_managed({""}, Kind::user));
}

TEST_CASE("a record that is marked as unmanaged is read on the current side only") {
    const std::string line =
        R"({"type":"user","externalId":"okta:1","id":"5","managed":false,"userName":"x","active":true})";
    CHECK(record::is_marked_unmanaged(json::parse(line)));
    const auto user = user_of(line, true);
    CHECK(user.external_id.value == "okta:1");
    CHECK(written(user) == line);
    CHECK(caught([&] { (void)user_of(line, false); }).status == ExitStatus::bad_input);
    CHECK_FALSE(record::is_marked_unmanaged(json::parse(R"({"managed":true})")));
    CHECK_FALSE(record::is_marked_unmanaged(json::parse(R"({"managed":"false"})")));
    CHECK_FALSE(record::is_marked_unmanaged(json::parse("{}")));
}

TEST_CASE("any record that is written and read again is the same") {
    const auto seed = GENERATE(range(1U, 101U));
    std::mt19937 dice(seed);
    INFO("seed " << seed);
    const auto chance = [&] { return dice() % 2 == 0; };
    const auto text = [&] {
        static const std::vector<std::string> kPieces{
            "a", "\"", "\\", "\n", "\u00E9", "\xF0\x9F\x98\x80", "\u2028", " ", ":", "z"};
        std::string all = "x";
        for (auto n = dice() % 8; n > 0; --n) {
            all += kPieces[dice() % kPieces.size()];
        }
        return all;
    };
    const bool current = chance();
    User user;
    user.external_id = {"pw-activate:user:" + std::to_string(dice())};
    user.user_name = text();
    user.active = chance();
    if (current) {
        user.id = {std::to_string(dice())};
        user.version = chance() ? "W/\"" + std::to_string(dice()) + "\"" : "";
    }
    for (auto* field : {&user.display_name, &user.given_name, &user.family_name, &user.email}) {
        if (chance()) {
            *field = chance() ? text() : "";
        }
    }
    if (chance()) {
        user.ssh_keys.emplace();
        for (unsigned n = dice() % 4; n > 0; --n) {
            user.ssh_keys->push_back(ssh_blob::valid_line(n));
        }
        record::sort_ssh_keys(*user.ssh_keys);
    }
    CHECK(written(record::user_from_json(json::parse(written(user)), current)) == written(user));

    Group group;
    group.external_id = {"pw-activate:group:" + std::to_string(dice())};
    group.display_name = text();
    if (current) {
        group.id = {std::to_string(dice())};
        for (auto n = dice() % 3; n > 0; --n) {
            group.foreign_members.push_back({std::to_string(10 - n)});
        }
    }
    if (chance()) {
        group.members.emplace();
        for (unsigned n = 0; n < dice() % 4; ++n) {
            group.members->push_back({"pw-activate:user:" + std::to_string(n)});
        }
    }
    CHECK(written(record::group_from_json(json::parse(written(group)), current)) == written(group));
}
