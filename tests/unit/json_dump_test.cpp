// The text of a document is what nlohmann writes, byte for byte.

#include "json_dump.hpp"

#include "catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

using nlohmann::ordered_json;

namespace {

std::string text_of(const ordered_json& value) {
    std::string text;
    jsonl::append_json(text, value);
    return text;
}

std::string dumped(const ordered_json& value) { return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace); }

}  // namespace

TEST_CASE("every byte, alone and between others, is written as nlohmann writes it") {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string one(1, static_cast<char>(byte));
        for (const auto& text : {one, "a" + one, one + "a", std::string(40, 'a') + one + std::string(40, 'b')}) {
            CAPTURE(byte);
            CHECK(text_of(text) == dumped(text));
            CHECK(text_of({{text, 1}}) == dumped({{text, 1}}));
        }
    }
}

TEST_CASE("documents of every shape are written as nlohmann writes them") {
    for (const auto* const json : {"null",
                                   "true",
                                   "-1",
                                   "18446744073709551615",
                                   "1.5",
                                   "\"\"",
                                   "[]",
                                   "{}",
                                   "[[]]",
                                   "[[],[],{}]",
                                   R"([{},[],"",{"":[]}])",
                                   R"({"z":1,"a":[1,"[",["{"],null],"m":{"x":{"y":["Łukasz","\u2028","\"\\\n"]}}})"}) {
        CAPTURE(json);
        const auto value = ordered_json::parse(json);
        CHECK(text_of(value) == dumped(value));
    }
}
