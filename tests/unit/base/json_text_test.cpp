#include "base/json_text.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

using nlohmann::json;

namespace {

JsonObject person() {
    JsonObject name;
    name.set("given", "Ada");
    name.set("family", "Lovelace");
    JsonArray list;
    list.add(name.value());
    list.add(1);
    JsonObject object;
    object.set("b", list.value());
    object.set("a", std::vector<std::string>{"x", "y\n"});
    object.set("c", JsonText());
    return object;
}

std::string sorted(const JsonText& value) {
    return std::string(JsonSorter().of(value.text()));
}

}  // namespace

TEST_CASE("a text is escaped as nlohmann escapes it") {
    const auto text = GENERATE(as<std::string>(),
                               "",
                               "ada",
                               "a\"b\\c",
                               std::string("\0\x01\x1F\b\f\n\r\t", 8),
                               "\x7F",
                               "Zo\u00EB \u2028 \U0001F600",
                               "\xFF\xC3",
                               "\xED\xA0\x80",
                               "\u00EB\"",
                               "\u00EB\\",
                               "\u00EB\n",
                               "\u00EB\x7F",
                               "a longer text in ASCII that takes more than one vector /</script>");
    std::string escaped;
    append_json_string(escaped, text);
    CHECK(escaped == json(text).dump(-1, ' ', false, json::error_handler_t::replace));
    CHECK(JsonText(text).text() == escaped);
    CHECK(sorted(JsonText(text)) == escaped);
}

TEST_CASE("an object keeps the order of its fields, and a sorter sorts them in all objects") {
    const auto value = person().value();
    CHECK(value.text() ==
          R"({"b":[{"given":"Ada","family":"Lovelace"},1],"a":["x","y\n"],"c":null})");
    CHECK(sorted(value) ==
          R"({"a":["x","y\n"],"b":[{"family":"Lovelace","given":"Ada"},1],"c":null})");
    CHECK(json::parse(value.text()).dump() == sorted(value));
}

TEST_CASE("a sorter moves complete fields, with any characters in them") {
    JsonObject inner;
    inner.set("f", GENERATE(as<std::string>(), "", "\\", "\\\"", "\"\\\\", "}],{\":", "\n"));
    inner.set("e",
              GENERATE(as<JsonText>(), JsonText(), -12, JsonArray().value(), JsonObject().value()));
    JsonArray list;
    list.add(inner.value());
    list.add(JsonObject().value());
    list.add(inner.value());
    JsonObject object;
    object.set("bc", list.value());
    object.set("b", inner.value());
    object.set("b a", "x");
    object.set("", 1);
    list.add(object.value());
    const auto value =
        GENERATE_REF(as<JsonText>(), inner.value(), list.value(), object.value(), "a");
    CHECK(sorted(value) == json::parse(value.text()).dump());
}

TEST_CASE("the fields of another object follow those of the first") {
    JsonObject object;
    object.set_all(JsonObject());
    CHECK(object.empty());
    object.set_all(person());
    CHECK(object.value().text() == person().value().text());
    JsonObject more;
    more.set("d", true);
    object.set_all(more);
    CHECK(json::parse(object.value().text())["d"] == true);
    object.set_all(JsonObject());
    CHECK(json::parse(object.value().text()).size() == 4);
}

TEST_CASE("arrays and objects without content are empty") {
    CHECK(JsonArray().empty());
    CHECK(JsonArray().value().text() == "[]");
    CHECK(sorted(JsonArray().value()) == "[]");
    CHECK(JsonObject().empty());
    CHECK(JsonObject().value().text() == "{}");
    CHECK(JsonText(std::vector<std::string>()).text() == "[]");
}

TEST_CASE("a document becomes its text") {
    const json value{{"b", {1, -2, 0.5}},
                     {"a", nullptr},
                     {"c\"\n", {json::array(), json::object(), {{"é", "\x01"}, {"", true}}}},
                     {"not UTF-8 \xff", {"\xc3", 1e300}}};
    const auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    CHECK(JsonText::of(value).text() == text);
    CHECK(sorted(JsonText::of(value)) == text);
    CHECK(JsonText::of(nullptr).is_null());
}
