// Lists of names: files written by editors, and rejected entries with their place.

#include "cli/name_lists.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/option_table.hpp"
#include "support/temporary_folder.hpp"

#include <string>

using namespace option_table;

namespace {

const std::string kMark = "\xEF\xBB\xBF";

std::string texts(const std::vector<cli::ListEntry>& entries) {
    std::string all;
    for (const auto& entry : entries) {
        all += entry.text + "|";
    }
    return all;
}

Caught refusal(const std::string& content) {
    return caught([&] {
        const TemporaryFolder folder;
        const auto options = parse({"--token-file", folder.file("names", content)});
        cli::require_entries(
            options, cli::list_entries(options, "", "token-file"), cli::why_not_name);
    });
}

}  // namespace

TEST_CASE("a file of names may have a byte order mark, CRLF, comments and empty lines") {
    const TemporaryFolder folder;
    const auto file =
        folder.file("names", kMark + "ada@acme.org\r\n\r\n# a comment\r\n ben@acme.org # b\n\tcyd");
    const auto options = parse({"--token-file", file});
    CHECK(texts(cli::list_entries(options, "", "token-file")) == "ada@acme.org|ben@acme.org|cyd|");
}

TEST_CASE("a file without a name, or in another encoding, is rejected") {
    for (const auto& content : {std::string(), std::string("\n# none\n"), kMark, kMark + "\r\n"}) {
        CHECK(refusal(content).says("which holds no name"));
    }
    for (const auto& content : {std::string("\xFF\xFE"
                                            "a\0",
                                            4),
                                std::string("a\0b", 3),
                                std::string("\xE9ve@x")}) {
        CHECK(refusal(content).says("which is not UTF-8"));
    }
}

TEST_CASE("a file with carriage returns as line ends is rejected with the line") {
    for (const auto* content : {"ok\n# a comment\rada\rben", "ok\nada # a\rben\r\n"}) {
        CHECK(refusal(content).says("names, which has a carriage return inside line 2"));
    }
    CHECK(refusal("ada\r\nben\r").status == ExitStatus::ok);
}

TEST_CASE("an entry that cannot be a name is rejected with its place") {
    CHECK(refusal("ada\nben cyd\n").says("has line 2, \"ben cyd\", which has white space"));
    for (const auto* entry : {"a@x,b@x", "a@x;b@x", "\"ada\"", "'ada'", "a\x07", "<a@x>"}) {
        CHECK(refusal("ok\n" + std::string(entry)).says("has line 2, "));
    }
    for (const auto* name : {"a\xE9", "a\u2028", "a\u202e", "a\x07"}) {
        CHECK(cli::why_not_name(name) == "has a character that a name cannot have");
    }
    CHECK_FALSE(cli::why_not_name("ada'").empty());
    CHECK(refusal("ada\n*@acme.org").says("has line 2, \"*@acme.org\", which has a *, and no"));
    CHECK(cli::why_not_name("o'brien@acme.org").empty());
    CHECK(cli::why_not_name("pw-activate:user:ada").empty());
}
