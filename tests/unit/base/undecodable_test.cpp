#include "base/undecodable.hpp"

#include "base/json_parse.hpp"
#include "support/catch.hpp"

TEST_CASE("half of a surrogate pair becomes U+FFFD, and pairs stay") {
    CHECK(replace_undecodable(R"("x \ud83d y")") == "\"x \xEF\xBF\xBD y\"");
    CHECK(replace_undecodable(R"("\ude00")") == "\"\xEF\xBF\xBD\"");
    CHECK(replace_undecodable(R"("\ud83d\ud83d\ude00")") == "\"\xEF\xBF\xBD\\ud83d\\ude00\"");
    CHECK(replace_undecodable(R"("\uD83D\uDE00")") == R"("\uD83D\uDE00")");
    CHECK(replace_undecodable(R"("\\ud83d \" \u00e9")") == R"("\\ud83d \" \u00e9")");
    CHECK(replace_undecodable(R"("\ud83)") == R"("\ud83)");
    CHECK(replace_undecodable("\"\\") == "\"\\");
}

TEST_CASE("a byte that is not UTF-8 becomes U+FFFD") {
    CHECK(replace_undecodable("\"Ren\xE9\"") == "\"Ren\xEF\xBF\xBD\"");
    CHECK(replace_undecodable("\"\xED\xA0\x80\"") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK(replace_undecodable("\"Ren\xC3\xA9\"") == "\"Ren\xC3\xA9\"");
}

TEST_CASE("the replaced text can be parsed, and the other values are unchanged") {
    const auto value = try_parse_json(replace_undecodable(R"(["\ud800","Ada","\ud83d\ude00"])"), 4);
    REQUIRE(value);
    CHECK((*value)[0] == "\xEF\xBF\xBD");
    CHECK((*value)[1] == "Ada");
    CHECK((*value)[2] == "\xF0\x9F\x98\x80");
}
