#include "respell.hpp"

#include "stream_text.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>

namespace laws {

namespace {

using nlohmann::ordered_json;

std::string space(Dice& dice) {
    static constexpr std::array<const char*, 4> kSpaces{"", " ", "\t", "  "};
    return dice.chance(70) ? "" : dice.pick(kSpaces);
}

// Code units as escapes, also in pairs.
void escape(std::string& out, unsigned unit) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "\\u%04x", unit);
    out += text.data();
}

std::string string_of(Dice& dice, const std::string& text) {
    // Escaped by the library first, so that every non-ASCII character is one escape or a pair.
    const auto plain = ordered_json(text).dump(-1, ' ', dice.chance(50));
    std::string out;
    for (std::size_t at = 0; at < plain.size(); ++at) {
        const char c = plain[at];
        if (c == '\\') {
            const auto length = plain[at + 1] == 'u' ? 6U : 2U;
            out += plain.substr(at, length);
            at += length - 1;
        } else if (at > 0 && at + 1 < plain.size() && static_cast<unsigned char>(c) < 0x80 &&
                   dice.chance(2)) {
            escape(out, static_cast<unsigned char>(c));
        } else if (c == '/' && dice.chance(30)) {
            out += "\\/";
        } else {
            out += c;
        }
    }
    return out;
}

std::string text_of_value(Dice& dice, const ordered_json& value) {
    if (value.is_string()) {
        return string_of(dice, value.get<std::string>());
    }
    if (!value.is_array()) {
        return value.dump();
    }
    auto elements = value.get<std::vector<ordered_json>>();
    dice.shuffle(elements);
    std::string out = "[" + space(dice);
    for (std::size_t at = 0; at < elements.size(); ++at) {
        out += (at == 0 ? "" : ",") + space(dice) + text_of_value(dice, elements[at]) + space(dice);
    }
    return out + "]";
}

}  // namespace

std::string respelled(Dice& dice, const std::string& line) {
    const auto object = ordered_json::parse(line);
    std::vector<std::pair<std::string, ordered_json>> fields;
    for (const auto& [name, value] : object.items()) {
        fields.emplace_back(name, value);
    }
    dice.shuffle(fields);
    std::string out = space(dice) + "{" + space(dice);
    for (std::size_t at = 0; at < fields.size(); ++at) {
        out += (at == 0 ? "" : ",") + space(dice) + string_of(dice, fields[at].first) +
               space(dice) + ":" + space(dice) + text_of_value(dice, fields[at].second) +
               space(dice);
    }
    return out + "}" + space(dice);
}

std::string respelled_stream(Dice& dice, const std::string& text) {
    auto lines = lines_of(text);
    const auto percent = dice.chance(50) ? 100U : 40U;
    for (std::size_t at = 1; at + 1 < lines.size(); ++at) {
        lines[at] = dice.chance(percent) ? respelled(dice, lines[at]) : lines[at];
    }
    return text_of(lines);
}

}  // namespace laws
