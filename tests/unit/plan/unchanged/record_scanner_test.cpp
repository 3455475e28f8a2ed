// The lines that are recognised by their bytes. A law (tests/laws) states that a recognised line
// has the values of its document.

#include "plan/unchanged/record_scanner.hpp"

#include "support/catch.hpp"
#include "support/ssh_blob.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace {

std::string user_line(const std::string& version) {
    return R"({"type":"user","externalId":"pw-activate:user:ada","id":"u1","version":")" + version +
           R"(","userName":"ada@acme.org","active":true})";
}

std::string group_tail(const std::string& members) {
    return R"("displayName":"hpc","members":[)" + members + "]}";
}

bool is_read(const std::string& tail) {
    plan::unchanged::UserTail user;
    return plan::unchanged::read_tail(tail, user);
}

}  // namespace

TEST_CASE("a group is recognised if its members are users, sorted, each once") {
    const auto is_group = [](const std::string& members) {
        return plan::unchanged::read_group_tail(group_tail(members)).has_value();
    };
    const std::string ada = R"("pw-activate:user:ada")";
    const std::string ben = R"("pw-activate:user:ben")";
    CHECK(is_group(""));
    CHECK(is_group(ada));
    CHECK(is_group(ada + "," + ben));
    CHECK_FALSE(is_group(ben + "," + ada));
    CHECK_FALSE(is_group(ada + "," + ada));
    CHECK_FALSE(is_group(ada + ","));
    CHECK_FALSE(is_group(ada + ben));
    CHECK_FALSE(is_group(R"("pw-activate:user:")"));
    CHECK_FALSE(is_group(R"("pw-activate:user:a b")"));
    CHECK_FALSE(is_group(R"("pw-activate:group:a")"));
    CHECK_FALSE(is_group(R"("okta|ada")"));
}

TEST_CASE("a tail that was read can be split without another validation") {
    const auto key = ssh_blob::valid_line(1);
    const std::string valid =
        R"("userName":"ada@acme.org","displayName":"Ada","email":"a@acme.org",)"
        R"("active":true,"sshKeys":[")" +
        key + R"( laptop"]})";
    plan::unchanged::UserTail read;
    plan::unchanged::UserTail split;
    REQUIRE(plan::unchanged::read_tail(valid, read));
    REQUIRE(plan::unchanged::split_tail(valid, split));
    CHECK(split.user_name == read.user_name);
    CHECK(split.texts == read.texts);
    CHECK(split.active);
    CHECK(split.lists_keys);
    REQUIRE(split.keys.size() == 1);
    CHECK(split.keys[0].line == key + " laptop");
    CHECK(split.keys[0].identity == key);
    for (const auto* invalid : {R"("userName":"ada","active":true,"sshKeys":["command=x"]})",
                                R"("userName":"ada@acme.org","email":"ada","active":false})"}) {
        CHECK_FALSE(is_read(invalid));
        CHECK(plan::unchanged::split_tail(invalid, split));
    }
    CHECK_FALSE(plan::unchanged::split_tail(valid.substr(1), split));
    CHECK_FALSE(plan::unchanged::split_tail(valid + " ", split));
}

TEST_CASE("keys are recognised if they are sorted, each once, and may be sent") {
    const auto first = R"(,")" + ssh_blob::valid_line(1);
    const auto second = R"(,")" + ssh_blob::valid_line(2);
    const auto has_keys = [](std::string keys) {
        keys.erase(0, 1);
        return is_read(R"("userName":"ada@acme.org","active":true,"sshKeys":[)" + keys + "]}");
    };
    CHECK(has_keys(""));
    CHECK(has_keys(first + "\""));
    CHECK(has_keys(first + " ada@laptop\""));
    CHECK(has_keys(first + "\"" + second + " ada@laptop\""));
    CHECK_FALSE(has_keys(second + "\"" + first + "\""));
    CHECK_FALSE(has_keys(first + "\"" + first + "\""));
    CHECK_FALSE(has_keys(first + "\"" + first + " ada@laptop\""));
    CHECK_FALSE(has_keys(first + R"( ada\\laptop")"));
    CHECK_FALSE(has_keys(R"(,"ssh-dss AAAAB3NzaC1kc3M=")"));
    CHECK_FALSE(has_keys(first + "\","));
}

TEST_CASE("a line with a value that needs the full validation is not recognised") {
    const std::string begin = R"("userName":"ada@acme.org")";
    CHECK(is_read(begin + R"(,"active":true})"));
    CHECK(is_read(begin + R"(,"active":false})"));
    CHECK(is_read(begin + R"(,"displayName":"Ren)"
                          "\u00e9"
                          R"(","email":"b@acme.org","active":true})"));
    CHECK(is_read(begin + R"(,"email":"ada@acme.org","active":true})"));
    CHECK(is_read(R"("userName":"ada","active":true})"));
    CHECK_FALSE(is_read(R"("userName":"ada","email":"ada","active":true})"));
    CHECK_FALSE(is_read(begin + R"(,"active":null})"));
    CHECK_FALSE(is_read(begin + R"(,"active":true,"sshKeys":[])"));
    CHECK_FALSE(is_read(begin + R"(,"active":true} )"));
    CHECK_FALSE(is_read(begin + R"(,"displayName":"a:b","active":true})"));
    CHECK_FALSE(is_read(begin + R"(,"displayName":"a\"b","active":true})"));
    CHECK_FALSE(is_read(begin + R"(,"email":"b","active":true})"));
    CHECK_FALSE(is_read(R"("userName":"root","active":true})"));
    CHECK_FALSE(is_read(R"("userName":"4711@acme.org","active":true})"));
    CHECK_FALSE(is_read(R"("userName":"","active":true})"));
    CHECK_FALSE(is_read(R"("active":true})"));
}

TEST_CASE("a line is recognised only with an id of its side, which is usable") {
    const auto is_head = [](const std::string& rest, bool current) {
        return plan::unchanged::head_of(
                   R"({"type":"user","externalId":"pw-activate:user:ada",)" + rest,
                   record::Kind::user,
                   current)
            .has_value();
    };
    CHECK(is_head(R"("id":"1",)", true));
    CHECK(is_head(R"("id":"..1",)", true));
    CHECK_FALSE(is_head(R"("id":"",)", true));
    CHECK_FALSE(is_head(R"("id":".",)", true));
    CHECK_FALSE(is_head(R"("id":"..",)", true));
    CHECK_FALSE(is_head(R"("id":"1")", true));
    CHECK_FALSE(is_head(R"("id":"1","version":"2")", true));
    CHECK_FALSE(is_head("", true));
    CHECK(is_head("", false));
    CHECK(is_head(R"("activateUsername":"ada",)", false));
    CHECK_FALSE(is_head(R"("activateUsername":"",)", false));
    CHECK_FALSE(is_head(R"("activateUsername":"ada")", false));
    for (const std::string id :
         {"pw-activate:user:", "pw-activate:group:a", "pw-activate:user:a b"}) {
        CHECK_FALSE(plan::unchanged::head_of(
            R"({"type":"user","externalId":")" + id + R"(","id":"1",)", record::Kind::user, true));
    }
}

TEST_CASE("a version may have escaped quotes and backslashes, and no other escape") {
    for (const std::string version : {R"(W/\"1\")", R"(a\\b)", "1"}) {
        INFO(version);
        const auto line = user_line(version);  // the head refers to it
        const auto head = plan::unchanged::head_of(line, record::Kind::user, true);
        REQUIRE(head);
        CHECK(head->version == version);
        plan::unchanged::UserTail tail;
        CHECK(plan::unchanged::read_tail(head->tail, tail));
    }
    for (const std::string version :
         {R"(W/\n1)", R"(a\u0041)", R"(a\/b)", "", "a\x7F", "\xC3\xA9"}) {
        INFO(version);
        CHECK_FALSE(plan::unchanged::head_of(user_line(version), record::Kind::user, true));
    }
}

TEST_CASE("a line that is cut off is not recognised as a user, wherever it ends") {
    const auto line = user_line(R"(W/\"1\")");
    const auto is_user = [](std::string_view text) {
        const auto head = plan::unchanged::head_of(text, record::Kind::user, true);
        return head && is_read(std::string(head->tail));
    };
    REQUIRE(is_user(line));
    for (std::size_t length = 0; length < line.size(); ++length) {
        INFO(length);
        CHECK_FALSE(is_user(std::string_view(line).substr(0, length)));
    }
}
