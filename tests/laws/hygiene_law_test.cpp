// No byte of an input reaches a SCIM request as a control character, a bidirectional control, or a
// second line.

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "run_diff.hpp"

#include <array>

namespace {

using namespace laws;
using nlohmann::ordered_json;

// Unicode's controls (Cc), its line and paragraph separators, and UAX #9's explicit and implicit
// directional marks; in UTF-8, as JSON returns them.
bool has_forbidden(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7F) {
            return true;
        }
    }
    for (unsigned c1 = 0x80; c1 <= 0x9F; ++c1) {
        if (text.find(std::string("\xC2") + static_cast<char>(c1)) != std::string::npos) {
            return true;
        }
    }
    for (const std::string_view forbidden : {"\xD8\x9C",      // U+061C
                                             "\xE2\x80\x8E",  // U+200E, U+200F
                                             "\xE2\x80\x8F",
                                             "\xE2\x80\xA8",  // U+2028, U+2029
                                             "\xE2\x80\xA9",
                                             "\xE2\x80\xAA",  // U+202A to U+202E
                                             "\xE2\x80\xAB",
                                             "\xE2\x80\xAC",
                                             "\xE2\x80\xAD",
                                             "\xE2\x80\xAE",
                                             "\xE2\x81\xA6",  // U+2066 to U+2069
                                             "\xE2\x81\xA7",
                                             "\xE2\x81\xA8",
                                             "\xE2\x81\xA9"}) {
        if (text.find(forbidden) != std::string::npos) {
            return true;
        }
    }
    return false;
}

template <class Check>
void for_each_string(const ordered_json& value, const Check& check) {
    if (value.is_string()) {
        check(value.get_ref<const std::string&>());
    }
    for (const auto& [key, element] : value.items()) {
        if (value.is_object()) {
            check(key);
        }
        if (value.is_structured()) {
            for_each_string(element, check);
        }
    }
}

// The lists of keys in the body of a POST, and of a PATCH.
std::vector<ordered_json> key_lists(const ordered_json& data) {
    constexpr const char* kUrn =
        "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";
    std::vector<ordered_json> lists;
    if (data.contains(kUrn)) {
        lists.push_back(data[kUrn]["sunkSshKeys"]);
    }
    for (const auto& operation : data.value("Operations", ordered_json::array())) {
        if (operation.value("path", "") == std::string(kUrn) + ":sunkSshKeys" &&
            operation.contains("value")) {
            lists.push_back(operation["value"]);
        }
    }
    return lists;
}

// A type, a space, base64: no options, no second word.
bool is_plain_key(const std::string& key) {
    const auto blank = key.find(' ');
    return (key.starts_with("ssh-") || key.starts_with("ecdsa-") || key.starts_with("sk-")) &&
           blank != std::string::npos &&
           key.find_first_not_of(
               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", blank + 1) ==
               std::string::npos;
}

void check(const std::string& plan) {
    for (const auto& line : changes_of(plan)) {
        INFO(line.dump());
        const auto clean = [](const std::string& text) { REQUIRE(!has_forbidden(text)); };
        for_each_string(line["data"], clean);
        for (const auto* field : {"path", "version", "bulkId"}) {
            clean(line.value(field, std::string()));
        }
        for (const auto& list : key_lists(line["data"])) {
            for (const auto& key : list) {
                REQUIRE(is_plain_key(key.get<std::string>()));
            }
        }
    }
}

void check_answer(const DiffAnswer& answer) {
    INFO(answer.complaint);
    if (!made_a_plan(answer)) {
        REQUIRE(answer.status == ExitStatus::bad_input);
        return;
    }
    check(answer.plan);
    INFO(answer.plan);
    REQUIRE(why_unreadable(answer.plan).empty());
}

std::string any_character(Dice& dice) {
    using namespace std::string_view_literals;
    constexpr std::array kNasty{"\n"sv,
                                "\r\n"sv,
                                "\t"sv,
                                "\0"sv,
                                "\x1B[2J"sv,
                                "\x7F"sv,
                                "\xC2\x85"sv,
                                "\xC2\x9F"sv,
                                "\xD8\x9C"sv,
                                "\xE2\x80\x8E"sv,
                                "\xE2\x80\x8F"sv,
                                "\xE2\x80\xA8"sv,
                                "\xE2\x80\xA9"sv,
                                "\xE2\x80\xAA"sv,
                                "\xE2\x80\xAE"sv,
                                "\xE2\x81\xA6"sv,
                                "\xE2\x81\xA9"sv,
                                ":"sv,
                                "\\"sv,
                                "\""sv,
                                "é"sv,
                                " "sv,
                                ","sv,
                                "@"sv};
    return std::string(dice.pick(kNasty));
}

// Any string in the record may get a bad character, or be replaced by a bad one.
void spoil(Dice& dice, ordered_json& value, std::size_t percent) {
    if (value.is_structured()) {
        for (auto& element : value) {
            spoil(dice, element, percent);
        }
    } else if (value.is_string() && dice.chance(percent)) {
        auto text = value.get<std::string>();
        const auto count = dice.chance(80) ? 1 : dice.between(2, 9);
        for (std::size_t i = 0; i < count; ++i) {
            auto place = dice.below(text.size() + 1);
            while (place < text.size() &&
                   (static_cast<unsigned char>(text[place]) & 0xC0U) == 0x80) {
                ++place;  // not within a character: that would not be JSON
            }
            text.insert(place, any_character(dice));
        }
        value = dice.chance(90) ? text : any_character(dice);
    }
}

std::string spoilt(Dice& dice, const std::string& text, std::size_t percent) {
    auto records = records_of(text);
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto type = records[i]["type"];
        spoil(dice, records[i], i == 0 || i + 1 == records.size() ? 0 : percent);
        records[i]["type"] = type;
    }
    std::string out;
    for (const auto& record : records) {
        out += record.dump() + "\n";
    }
    return out;
}

TEST_CASE("no byte of an input reaches a request as a control character or a second line") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        auto options = any_options(dice, organization);
        // The current side rejects a changed id completely, so most cases leave it unchanged.
        const auto current = spoilt(dice, organization.current(), dice.chance(50) ? 0 : 1);
        const auto desired =
            spoilt(dice, organization.desired(), dice.pick(std::array<std::size_t, 3>{2, 10, 60}));
        check_answer(run_diff({desired, current}, options));
    });
}

TEST_CASE("no byte changed in the raw text of an input reaches a request") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        auto options = any_options(dice, organization);
        auto inputs = organization.inputs();
        for (auto changes = dice.between(1, 4); changes > 0; --changes) {
            dice.pick(dice.pick(inputs)) = static_cast<char>(dice.below(256));
        }
        check_answer(run_diff(inputs, options));
    });
}

TEST_CASE("no byte of a capture reaches a request as a control character or a second line") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        auto options = any_options(dice, organization);
        const auto capture = organization.current();
        organization.server.apply(run_diff({organization.desired(), capture}, options).plan);
        options.capture = spoilt(dice, capture, dice.pick(std::array<std::size_t, 3>{0, 1, 2}));
        check_answer(run_diff({organization.current()}, options));
    });
}

}  // namespace
