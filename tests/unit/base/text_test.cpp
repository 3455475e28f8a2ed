// Text, Unicode, encodings, and text for people.

#include "base/text.hpp"

#include "base/encoding.hpp"
#include "base/logging.hpp"
#include "base/unicode.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"

#include <string>
#include <string_view>
#include <vector>

using Texts = std::vector<std::string>;

TEST_CASE("trim removes spaces, tabs and line ends from both ends and nothing in between") {
    CHECK(text::trim(" \t a b\r\n") == "a b");
    CHECK(text::trim("a") == "a");
    CHECK(text::trim(" \r\n\t").empty());
    CHECK(text::trim("").empty());
    CHECK(text::trim("\xC2\xA0x\v") == "\xC2\xA0x\v");
}

TEST_CASE("a list is split at commas, trimmed, and its empty parts are dropped") {
    CHECK(text::split_list("a, b ,c") == Texts{"a", "b", "c"});
    CHECK(text::split_list(",,a,,") == Texts{"a"});
    CHECK(text::split_list("one two") == Texts{"one two"});
    CHECK(text::split_list(" , ").empty());
    CHECK(text::split_list("").empty());
}

TEST_CASE("folding makes ASCII capitals small and keeps every other character") {
    CHECK(text::fold("Ada@ACME.org") == "ada@acme.org");
    CHECK(text::fold("@[`{") == "@[`{");
    CHECK(text::fold("\xC3\x84\xE2\x84\xAA") == "\xC3\x84\xE2\x84\xAA");
}

TEST_CASE("a count agrees with its noun") {
    CHECK(text::counted(0, "change", "changes") == "0 changes");
    CHECK(text::counted(1, "change", "changes") == "1 change");
    CHECK(text::counted(12, "entry", "entries") == "12 entries");
}

TEST_CASE("UTF-8 is read one code point at a time") {
    const std::string_view text = "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
    std::size_t at = 0;
    std::vector<char32_t> points;
    while (at < text.size()) {
        const auto point = unicode::next(text, at);
        REQUIRE(point);
        points.push_back(*point);
    }
    CHECK(points == std::vector<char32_t>{U'A', U'\u00E9', U'\u20AC', U'\U0001F600'});
}

TEST_CASE("the first and last code points of each length are valid") {
    const auto valid = GENERATE(as<std::string>{},
                                "\x7F",
                                "\xC2\x80",
                                "\xDF\xBF",
                                "\xE0\xA0\x80",
                                "\xED\x9F\xBF",
                                "\xEE\x80\x80",
                                "\xEF\xBF\xBF",
                                "\xF0\x90\x80\x80",
                                "\xF4\x8F\xBF\xBF");
    CHECK(unicode::is_valid(valid));
}

TEST_CASE("bytes that RFC 3629 forbids are not UTF-8, and reading continues one byte later") {
    const auto bad = GENERATE(as<std::string>{},
                              "\x80",              // a continuation alone
                              "\xC0\x80",          // overlong
                              "\xC1\xBF",          // overlong
                              "\xE0\x9F\xBF",      // overlong
                              "\xF0\x8F\xBF\xBF",  // overlong
                              "\xED\xA0\x80",      // a surrogate
                              "\xF4\x90\x80\x80",  // above U+10FFFF
                              "\xF5\x80\x80\x80",
                              "\xFF",
                              "\xC3",          // cut off
                              "\xE2\x82",      // cut off
                              "\xF0\x9F\x98",  // cut off
                              "\xC3(");
    CHECK_FALSE(unicode::is_valid(bad));
    std::size_t at = 0;
    CHECK_FALSE(unicode::next(bad, at));
    CHECK(at == 1);
}

TEST_CASE("control characters, line separators and bidi controls are distinguished from letters") {
    for (const char32_t c : {0x00U, 0x0AU, 0x1FU, 0x7FU, 0x80U, 0x85U, 0x9FU}) {
        CHECK(unicode::is_control(c));
    }
    for (const char32_t c : {0x20U, 0x7EU, 0xA0U, 0x2028U}) {
        CHECK_FALSE(unicode::is_control(c));
    }
    CHECK(unicode::is_line_separator(0x2028));
    CHECK(unicode::is_line_separator(0x2029));
    CHECK_FALSE(unicode::is_line_separator(0x202A));
    for (const char32_t c : {0x061CU, 0x200EU, 0x200FU, 0x202AU, 0x202EU, 0x2066U, 0x2069U}) {
        CHECK(unicode::is_bidi_control(c));
    }
    for (const char32_t c : {0x200DU, 0x2029U, 0x202FU, 0x2065U, 0x206AU, 0x05D0U}) {
        CHECK_FALSE(unicode::is_bidi_control(c));
    }
}

TEST_CASE("base64 is accepted only in its one canonical form") {
    CHECK(encoding::from_base64("") == "");
    CHECK(encoding::from_base64("AA==") == std::string(1, '\0'));
    CHECK(encoding::from_base64("+/+/") == "\xFB\xFF\xBF");
    CHECK_FALSE(encoding::from_base64("AA"));      // padding is missing
    CHECK_FALSE(encoding::from_base64("AB=="));    // bits after the end
    CHECK_FALSE(encoding::from_base64("AA==AA"));  // text after the end
    for (const auto* text : {"AA =", "AA= =   ", "   AA= =", "AAAA\nAAA", "AAAA AA=", "AA==    "}) {
        CHECK_FALSE(encoding::from_base64(text));
    }
    for (const auto* text : {"=", "====", "A===", "AAAA====", "=AAA", "AAA\xC1"}) {
        CHECK_FALSE(encoding::from_base64(text));
    }
    CHECK_FALSE(encoding::from_base64("-_-_"));
    CHECK_FALSE(encoding::from_base64("A"));
}

TEST_CASE("base64url has its own alphabet and no padding") {
    CHECK(encoding::from_base64url("-_-_") == "\xFB\xFF\xBF");
    CHECK(encoding::from_base64url("AA") == std::string(1, '\0'));
    CHECK_FALSE(encoding::from_base64url("AA=="));
    CHECK_FALSE(encoding::from_base64url("A"));
    CHECK_FALSE(encoding::from_base64url("AB"));  // bits after the end
    CHECK_FALSE(encoding::from_base64url("+/+/"));
}

TEST_CASE("base64 that is written can be read") {
    std::string bytes;
    for (unsigned length = 0; length < 70; ++length) {
        CHECK(encoding::from_base64(encoding::to_base64(bytes)) == bytes);
        bytes += static_cast<char>(length * 37U);
    }
}

TEST_CASE("SHA-256 is that of FIPS 180-4, complete or its first bytes") {
    CHECK(encoding::sha256_hex("abc") ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(encoding::sha256_hex("abc", 4) == "ba7816bf");
    CHECK(encoding::sha256_hex("", 99).size() == 64);
}

TEST_CASE("printed text stays on one line, cannot control a terminal and hides no character") {
    CHECK(logging::printable("na\xC3\xAFve \xE6\x97\xA5") == "na\xC3\xAFve \xE6\x97\xA5");
    CHECK(logging::printable("a\nb\r\tc") == "a\\u000ab\\u000d\\u0009c");
    CHECK(logging::printable("\x1B[31mred\x7F") == "\\u001b[31mred\\u007f");
    CHECK(logging::printable("\xC2\x9B") == "\\u009b");
    CHECK(logging::printable("\xE2\x80\xA8\xE2\x80\xAE") == "\\u2028\\u202e");
    CHECK(logging::printable(std::string("\0", 1)) == "\\u0000");
    CHECK(logging::printable("a\u200bb\u00a0c\U000E0041") == "a\\u200bb\\u00a0c\\U000e0041");
    CHECK(logging::printable("a\xFF\xC3z") == "a\xEF\xBF\xBD\xEF\xBF\xBDz");
    CHECK(logging::printable("").empty());
}

TEST_CASE("a text line has the tool, the level unless it is an error, and the fields at the end") {
    CapturedLog log;
    logging::error("it broke", {{"where", "here\nand there"}});
    logging::warning("it bends");
    logging::info("not asked for");
    CHECK(log.text() ==
          "test: it broke where=here\\u000aand there\n"
          "test: warning: it bends\n");
}

TEST_CASE("a JSON line has level, sentence, tool, run and each field") {
    CapturedLog log;
    logging::configure({"scim-diff", logging::Level::info, logging::Format::json, "run-7"});
    logging::info("a \"b\"", {{"count", "3"}});
    const auto line = log.text();
    CHECK(contains(
        line, R"("level":"info","msg":"a \"b\"","tool":"scim-diff","run":"run-7","count":"3"})"));
    CHECK(line.starts_with(R"({"time":"2)"));
    CHECK(line.ends_with("}\n"));
}

TEST_CASE("only messages at or above the level are written") {
    CapturedLog log(logging::Level::error);
    logging::warning("quiet");
    CHECK(log.text().empty());
    logging::configure({"test", logging::Level::debug, logging::Format::text, {}});
    logging::debug("loud");
    CHECK(log.text() == "test: debug: loud\n");
}

TEST_CASE("a masked secret appears neither in a sentence nor in a field") {
    logging::mask("s3cr3t-of-the-text-test");
    CapturedLog log;
    logging::warning("got s3cr3t-of-the-text-tests3cr3t-of-the-text-test",
                     {{"header", "Bearer s3cr3t-of-the-text-test"}});
    CHECK(log.text() == "test: warning: got ****** header=Bearer ***\n");
}

TEST_CASE("a secret is masked in JSON lines too, with any characters") {
    logging::mask(R"(quote"and\backslash)");
    CapturedLog log(logging::Level::warning, logging::Format::json);
    logging::warning(R"(got quote"and\backslash)");
    CHECK_FALSE(contains(log.text(), "and"));
    CHECK(contains(log.text(), "***"));
}

TEST_CASE("a secret that begins with another secret is masked completely") {
    logging::mask("overlap-one");
    logging::mask("overlap-one-and-more");
    CapturedLog log;
    logging::warning("got overlap-one-and-more");
    CHECK_FALSE(contains(log.text(), "more"));
}

TEST_CASE("a value too short to be a secret is not masked: it would damage other words") {
    logging::mask("abc");
    CapturedLog log;
    logging::warning("abc");
    CHECK(contains(log.text(), "abc"));
}

TEST_CASE("names are compared in NFC with white space collapsed") {
    CHECK(unicode::comparable_name("Ada  Lovelace ") == "Ada Lovelace");
    CHECK(unicode::comparable_name("Rene\u0301 \u00a0K") ==
          unicode::comparable_name("Ren\u00e9 K"));
    CHECK(unicode::comparable_name("\u1100\u1161") == "\uac00");
    CHECK(unicode::comparable_name("Ada") != unicode::comparable_name("ada"));
    CHECK(unicode::comparable_name("\xff x") == "\xff x");
    CHECK(unicode::comparable_name("").empty());
}

TEST_CASE("a character is described so that a reader can find it") {
    CHECK(unicode::describe_character("a$b", 1) == "\"$\"");
    CHECK(unicode::describe_character("a b", 1) == "a space");
    CHECK(unicode::describe_character("\u00e9", 0) == "\"\u00e9\" (U+00E9)");
    CHECK(unicode::describe_character("\u0301", 0) == "U+0301");
    CHECK(unicode::describe_character("\u200b", 0) == "U+200B");
    CHECK(unicode::describe_character("\a", 0) == "U+0007");
    CHECK(unicode::describe_character("\xff", 0) == "a byte that is not UTF-8");
}
