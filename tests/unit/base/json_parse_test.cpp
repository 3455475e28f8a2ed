// Both parsers must read the same value: the author of a text must not be able to choose between
// two readings.
#include "base/json_parse.hpp"

#include "base/side_by_side.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <latch>
#include <optional>
#include <random>
#include <string>
#include <vector>

using nlohmann::json;

namespace {

// nlohmann takes a NUL byte for the end of the text; for us it is an error.
std::optional<json> by_nlohmann(const std::string& text) {
    if (text.find('\0') != std::string::npos) {
        return std::nullopt;
    }
    auto value = json::parse(text, nullptr, false);
    return value.is_discarded() ? std::nullopt : std::optional(std::move(value));
}

std::string nested(int depth) {
    const auto levels = static_cast<std::size_t>(depth);
    return std::string(levels, '[') + std::string(levels, ']');
}

// Texts that are nearly JSON: pieces of it in any order, sometimes within brackets that match.
class Texts {
  public:
    std::string next() {
        std::string text = value(0);
        if (dice(3) == 0) {
            text.insert(dice(text.size() + 1), piece());
        }
        return text;
    }

  private:
    std::size_t dice(std::size_t sides) {
        return std::uniform_int_distribution<std::size_t>(0, sides - 1)(random_);
    }
    std::string piece() {
        static const std::vector<std::string> kPieces{"0",
                                                      "-0",
                                                      "-1",
                                                      "9223372036854775807",
                                                      "9223372036854775808",
                                                      "18446744073709551616",
                                                      "1.5",
                                                      "-1e3",
                                                      "1e400",
                                                      "01",
                                                      "1.",
                                                      "true",
                                                      "null",
                                                      "nul",
                                                      "\"a\"",
                                                      "\"\\u0041\"",
                                                      "\"\\ud83d\\ude00\"",
                                                      "\"",
                                                      "\\",
                                                      "\"\\ud800\"",
                                                      "\"\x01\"",
                                                      "\"\xff\"",
                                                      "é",
                                                      "\"é\"",
                                                      "\"\xed\xa0\x80\"",
                                                      ",",
                                                      ":",
                                                      "[",
                                                      "]",
                                                      "{",
                                                      "}",
                                                      " \n",
                                                      "\"\\/\\b\"",
                                                      std::string("\0", 1)};
        return kPieces[dice(kPieces.size())];
    }
    std::string value(int depth) {
        if (depth == 4 || dice(2) == 0) {
            return piece();
        }
        const bool object = dice(2) == 0;
        std::string text = object ? "{" : "[";
        for (std::size_t i = dice(4); i > 0; --i) {
            text += (object ? std::string(dice(2) == 0 ? "\"a\":" : "\"b\":") : std::string()) +
                    value(depth + 1) + (i > 1 ? "," : "");
        }
        return text + (object ? "}" : "]");
    }
    std::mt19937 random_{7};
};

}  // namespace

TEST_CASE("the fast parser reads the same values as nlohmann") {
    Texts texts;
    int read = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto text = texts.next();
        CAPTURE(text);
        const auto value = try_parse_json(text, 100);
        REQUIRE(value == by_nlohmann(text));
        read += value ? 1 : 0;
    }
    CHECK(read > 2'000);
    CHECK(read < 18'000);
}

TEST_CASE("a text is read the same into a value that had another content") {
    Texts texts;
    json value;
    for (int i = 0; i < 20'000; ++i) {
        const auto text = texts.next();
        CAPTURE(value.dump(), text);
        const auto expected = by_nlohmann(text);
        if (!expected) {
            CHECK_THROWS(parse_json(text, 100, value));
            REQUIRE(value.is_null());
            continue;
        }
        parse_json(text, 100, value);
        REQUIRE(value == expected);
        REQUIRE(value.dump() == expected->dump());
    }
}

TEST_CASE("no field of the content before stays in the value") {
    const std::string many = "{" + [] {
        std::string fields;
        for (int i = 0; i < 40; ++i) {
            fields += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":[]";
        }
        return fields;
    }() + "}";
    const std::vector<std::string> texts{R"({"a":1,"b":2})",
                                         R"({"a":3,"a":4})",
                                         R"({"b":{"c":[1,2,3]},"a":"x"})",
                                         R"({"a":"y","b":{"c":[1]}})",
                                         R"({"a":"y","b":{"d":[]}})",
                                         R"({"a":null})",
                                         R"({})",
                                         R"({"a":{}})",
                                         R"(["a"])",
                                         "7",
                                         many};
    for (const auto& before : texts) {
        for (const auto& text : texts) {
            CAPTURE(before, text);
            auto value = parse_json(before, 8);
            parse_json(text, 8, value);
            CHECK(value == json::parse(text));
        }
    }
}

TEST_CASE("numbers keep their type, and the last of two members with one name counts") {
    CHECK(try_parse_json("7", 1)->is_number_unsigned());
    CHECK(try_parse_json("-7", 1)->is_number_integer());
    CHECK(try_parse_json("18446744073709551615", 1)->get<std::uint64_t>() == 18446744073709551615U);
    CHECK(try_parse_json("18446744073709551616", 1)->is_number_float());
    CHECK(*try_parse_json(R"({"a":1,"a":2})", 1) == json{{"a", 2}});
    CHECK(try_parse_json("-0", 1)->is_number_unsigned());
    CHECK(try_parse_json("-0" + std::string(300'000, ' '), 1)->is_number_unsigned());
    CHECK_THROWS_AS(parse_json("1e400", 1), json::out_of_range);
}

TEST_CASE("nesting is bounded to the level, however long the text is") {
    const auto blanks = GENERATE(0, 300'000);
    for (const int depth : {1, 2, 31, 32, 33, 1'000}) {
        const auto text = nested(depth) + std::string(static_cast<std::size_t>(blanks), ' ');
        CHECK(try_parse_json(text, 32).has_value() == (depth <= 32));
        if (depth > 32) {
            CHECK_THROWS_AS(parse_json(text, 32), JsonTooDeep);
        }
    }
}

TEST_CASE("a text with 300,000 small values is read in linear time") {
    const std::string value =
        GENERATE(as<std::string>{}, "{}", "[]", "[{}]", "0", "\"\"", "{\"a\":1}");
    std::string text = "[" + value;
    for (int i = 1; i < 300'000; ++i) {
        text += "," + value;
    }
    const auto seconds_for = [](const std::string& list) {
        double best = 60;
        for (int run = 0; run < 3; ++run) {
            const auto began = std::clock();
            CHECK(parse_json(list + "]", 32).is_array());
            CHECK(try_parse_json(list + ",]", 32) == std::nullopt);
            best = std::min(best, static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC);
        }
        return best;
    };
    const double of_a_third = std::max(seconds_for(text.substr(0, text.size() / 3)), 0.01);
    CHECK(seconds_for(text) < 6 * of_a_third);  // in quadratic time, 9 times as long
}

TEST_CASE("brackets and quotes in strings do not count as nesting") {
    const auto blanks = GENERATE(0, 300'000);
    const auto end = std::string(static_cast<std::size_t>(blanks), ' ');
    CHECK(try_parse_json(R"(["[[[","\"[{",{"\\":"]"}])" + end, 2));
    CHECK_FALSE(try_parse_json(R"(["\\",[[1]]])" + end, 2));
}

TEST_CASE("a text with a NUL byte is not JSON, also after a complete value") {
    for (const auto* value : {"0", "{}", R"({"a":[1]})", R"("text")"}) {
        const std::string text(value);
        for (const auto* rest : {"", "}", " 1"}) {
            CHECK_FALSE(try_parse_json(text + '\0' + rest, 8).has_value());
            CHECK_THROWS_AS(parse_json(text + '\0' + rest, 8), json::parse_error);
        }
    }
}

TEST_CASE("an error is reported with its place") {
    try {
        (void)parse_json(R"({"a":1,})", 32);
        FAIL("it was read");
    } catch (const json::parse_error& error) {
        CHECK(error.byte == 8);
    }
}

TEST_CASE("several threads can parse at the same time") {
    constexpr std::size_t kThreads = 3;
    constexpr int kTexts = 30'000;
    std::vector<int> wrong(kThreads);
    std::latch all_have_begun(kThreads);
    side_by_side(kThreads, kThreads, [&](std::size_t thread) {
        all_have_begun.arrive_and_wait();
        const json expected{{"thread", thread}, {"text", std::string(100 * thread, 'x')}};
        const auto text = expected.dump();
        for (int n = 0; n < kTexts; ++n) {
            wrong[thread] += parse_json(text, 8) == expected ? 0 : 1;
        }
    });
    CHECK(wrong == std::vector<int>(kThreads));
}

TEST_CASE("a flat object of any length up to the limit is read, and a short one after it") {
    FlatObject object;
    for (const auto length :
         {std::size_t{10}, std::size_t{1} << 20U, std::size_t{20}, FlatObject::kLongest - 20}) {
        const std::string value(length, 'x');
        REQUIRE(object.read(R"({"id":"1","a":[")" + value + "\"]}"));
        REQUIRE(object.size() == 2);
        CHECK(object[0].text == "1");
        REQUIRE(object[1].texts.size() == 1);
        CHECK(object[1].texts.front() == value);
    }
    CHECK_FALSE(object.read(R"({"a":")" + std::string(FlatObject::kLongest, 'x') + "\"}"));
    CHECK(object.size() == 0);
}
