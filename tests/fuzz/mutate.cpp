#include "mutate.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

namespace fuzz {

using nlohmann::ordered_json;

namespace {

// Bytes that have a meaning in JSON, UTF-8, paths and our own checks.
constexpr std::array<std::string_view, 40> kTokens{"\"",
                                                   "\\",
                                                   ",",
                                                   ":",
                                                   "{",
                                                   "}",
                                                   "[",
                                                   "]",
                                                   "\n",
                                                   "\r",
                                                   " ",
                                                   "\t",
                                                   "/",
                                                   "..",
                                                   "%2F",
                                                   "?",
                                                   "#",
                                                   "null",
                                                   "true",
                                                   "false",
                                                   "0",
                                                   "-1",
                                                   "200",
                                                   "404",
                                                   "4294967496",
                                                   "1e400",
                                                   "-0",
                                                   "\\u0000",
                                                   "\\ud800",
                                                   "\\u202e",
                                                   "\\u000a",
                                                   "\x7F",
                                                   "\xC3",
                                                   "\xA9",
                                                   "\xED\xA0\x80",
                                                   "\xF4\x90",
                                                   "\xC2\x85",
                                                   "18446744073709551616",
                                                   "pw-activate:user:",
                                                   "\xE2\x80\xA8"};

const std::array<const char*, 21> kTexts{"",
                                         "true",
                                         "False",
                                         "200",
                                         "404x",
                                         "..",
                                         "a/b",
                                         "u-ada",
                                         "pw-activate:user:ada",
                                         "pw-activate:group:staff",
                                         "pw-activate:user:",
                                         "ada@acme.org",
                                         "line\nbreak",
                                         "\u202eevil",
                                         "\u2028",
                                         "uniqueness",
                                         "externalId",
                                         "members",
                                         "active",
                                         "urn:ietf:params:scim:api:messages:2.0:Error",
                                         "urn:ietf:params:scim:api:messages:2.0:ListResponse"};

ordered_json any_value(Dice& dice) {
    constexpr std::array<std::int64_t, 8> kNumbers{0, 1, -1, 2, 100, 404, 4294967496, INT64_MAX};
    switch (dice.below(8)) {
        case 0:
            return nullptr;
        case 1:
            return dice.below(2) == 0;
        case 2:
            return dice.pick(kNumbers);
        case 3:
            return 1.5;
        case 4:
            return ordered_json::array();
        case 5:
            return ordered_json::object();
        default:
            return dice.pick(kTexts);
    }
}

/// A place in a document.
struct Place {
    ordered_json* value = nullptr;
    ordered_json* parent = nullptr;  ///< null: the root
    std::string key{};               ///< in an object
    std::size_t index = 0;           ///< in an array
};

void collect(ordered_json& value, std::vector<Place>& places) {
    constexpr std::size_t kMost = 20'000;
    if (places.size() > kMost) {
        return;
    }
    if (value.is_object()) {
        for (auto& [key, element] : value.items()) {
            places.push_back({&element, &value, key, 0});
            collect(element, places);
        }
    } else if (value.is_array()) {
        for (std::size_t index = 0; index < value.size(); ++index) {
            places.push_back({&value[index], &value, {}, index});
            collect(value[index], places);
        }
    }
}

std::string in_another_case(std::string key) {
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) {
        return static_cast<char>(std::islower(c) != 0 ? std::toupper(c) : std::tolower(c));
    });
    return key;
}

void erase(const Place& place) {
    if (place.parent->is_object()) {
        place.parent->erase(place.key);
    } else {
        place.parent->erase(place.index);
    }
}

void repeat(const Place& place, Dice& dice) {
    auto copy = *place.value;
    if (place.parent->is_array()) {
        place.parent->push_back(std::move(copy));
    } else {
        (*place.parent)[dice.below(2) == 0 ? in_another_case(place.key) : dice.pick(kTexts)] =
            std::move(copy);
    }
}

// Exchanges two elements of one list.
void exchange(const Place& place, Dice& dice) {
    if (place.parent->is_array()) {
        const auto other = dice.below(place.parent->size());
        if (other != place.index) {
            std::swap((*place.parent)[other], *place.value);
        }
    }
}

void mutate_place(const Place& place, const std::vector<Place>& places, Dice& dice) {
    switch (dice.below(8)) {
        case 0:
            erase(place);
            return;
        case 1:
            repeat(place, dice);
            return;
        case 2: {
            auto other = *dice.pick(places).value;  // a copy: it may contain this one
            *place.value = std::move(other);
            return;
        }
        case 3:
            exchange(place, dice);
            return;
        case 4: {
            auto wrapped = *place.value;
            *place.value = ordered_json::array();
            place.value->push_back(std::move(wrapped));
            return;
        }
        case 5:
            if (place.value->is_string()) {
                *place.value = mutate_bytes(place.value->get<std::string>(), "", dice);
                return;
            }
            [[fallthrough]];
        default:
            *place.value = any_value(dice);
    }
}

// Changes one place of a document.
void mutate_document(ordered_json& root, Dice& dice) {
    std::vector<Place> places;
    collect(root, places);
    if (places.empty()) {
        root = any_value(dice);
    } else {
        mutate_place(dice.pick(places), places, dice);
    }
}

}  // namespace

std::string mutate_bytes(std::string text, std::string_view other, Dice& dice) {
    for (auto times = 1 + dice.below(4); times > 0; --times) {
        const auto at = dice.below(text.size() + 1);
        const auto length = 1 + dice.below(dice.below(4) == 0 ? 200 : 8);
        switch (dice.below(6)) {
            case 0:
                text.erase(at, length);
                break;
            case 1:
                text.insert(at, dice.pick(kTokens));
                break;
            case 2:
                text.insert(dice.below(text.size() + 1), text.substr(at, length));
                break;
            case 3:
                if (at < text.size()) {
                    text[at] = static_cast<char>(dice.below(256));
                }
                break;
            case 4:
                text.replace(at, std::min(length, text.size() - at), dice.pick(kTokens));
                break;
            default:
                text.insert(at, other.substr(dice.below(other.size() + 1), length));
        }
    }
    return text;
}

std::string mutate_json_line(std::string_view text, Dice& dice) {
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    std::size_t from = 0;
    for (auto skipped = dice.below(lines); skipped > 0; --skipped) {
        from = text.find('\n', from) + 1;
    }
    const auto to = std::min(text.find('\n', from), text.size());
    const auto open = text.substr(0, to).find_first_of("{[", from);
    if (open == std::string_view::npos) {
        return std::string(text);
    }
    auto document = ordered_json::parse(text.substr(open, to - open), nullptr, false);
    if (document.is_discarded()) {
        return std::string(text);
    }
    for (auto times = 1 + dice.below(3); times > 0; --times) {
        mutate_document(document, dice);
    }
    return std::string(text.substr(0, open)) +
           document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) +
           std::string(text.substr(to));
}

}  // namespace fuzz
