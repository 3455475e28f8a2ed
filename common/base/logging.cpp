#include "base/logging.hpp"

#include "base/unicode.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <utility>
#include <vector>

inline namespace base {
namespace logging {

namespace {

constexpr std::array<std::string_view, 4> kNames{"error", "warning", "info", "debug"};
constexpr std::size_t kShortestSecret = 4;

struct State {
    Settings settings{};
    std::vector<std::string> secrets{};
    bool is_drawn = false;  // the last line of the terminal
};

State& state() {
    static State instance;
    return instance;
}

// The length of the key or token at the beginning of `text`: ACTIVATE's pwt_HOST.SECRET and
// pwut_SECRET, a JWT (eyJ with dots). 0 if there is none.
std::size_t length_of_key(std::string_view text) {
    constexpr std::string_view kParts =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_=+/";
    constexpr std::size_t kShortestToken = 16;
    const auto end_of_part = [&](std::size_t at) {
        return std::min(text.find_first_not_of(kParts, at), text.size());
    };
    auto end = end_of_part(0);
    if (text.starts_with("pwut_")) {
        return end >= kShortestToken ? end : 0;
    }
    bool has_dot = false;
    while (end + 1 < text.size() && text[end] == '.' && end_of_part(end + 1) > end + 1) {
        end = end_of_part(end + 1);
        has_dot = true;
    }
    return has_dot ? end : 0;
}

// Keys in the wrong variable, which this program does not read as a secret.
std::string without_keys(std::string text) {
    for (const std::string_view prefix : {"pwt_", "pwut_", "eyJ"}) {
        for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at + 1)) {
            if (const auto length = length_of_key(std::string_view(text).substr(at)); length > 0) {
                text.replace(at, length, "***");
            }
        }
    }
    return text;
}

std::string without_secrets(std::string text) {
    for (const auto& secret : state().secrets) {
        for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
            text.replace(at, secret.size(), "***");
        }
    }
    return without_keys(std::move(text));
}

std::string rfc3339_now() {
    const auto now = std::chrono::system_clock::now();
    const auto seconds = std::chrono::system_clock::to_time_t(now);
    const auto millis =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() %
        1000;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 40> text{};
    const auto used = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(millis));
    return std::string(text.data(), used) + fraction.data();
}

std::string as_json(Level level, std::string_view sentence, std::initializer_list<Field> fields) {
    const auto& settings = state().settings;
    nlohmann::ordered_json line{{"time", rfc3339_now()},
                                {"level", kNames[static_cast<std::size_t>(level)]},
                                {"msg", presentable(sentence)},
                                {"tool", settings.tool}};
    if (!settings.run.empty()) {
        line["run"] = settings.run;
    }
    for (const auto& field : fields) {
        if (const auto* text = std::get_if<std::string>(&field.value)) {
            line[std::string(field.name)] = presentable(*text);
        } else {
            line[std::string(field.name)] = std::get<std::int64_t>(field.value);
        }
    }
    return line.dump();
}

// The colours of plan-show: red for errors, yellow for warnings.
std::string colored(Level level, std::string line) {
    if (!state().settings.colors || level > Level::warning) {
        return line;
    }
    return (level == Level::error ? "\x1b[31m" : "\x1b[33m") + std::move(line) + "\x1b[0m";
}

std::string as_text(Level level, std::string_view sentence, std::initializer_list<Field> fields) {
    std::string line = state().settings.format == Format::timestamped ? rfc3339_now() + " " : "";
    line += state().settings.tool + ": ";
    if (level == Level::warning || level == Level::debug) {
        line += std::string(kNames[static_cast<std::size_t>(level)]) + ": ";
    }
    line += presentable(sentence);
    for (const auto& field : fields) {
        const auto* text = std::get_if<std::string>(&field.value);
        line += " " + std::string(field.name) + "=" +
                (text != nullptr ? presentable(*text)
                                 : std::to_string(std::get<std::int64_t>(field.value)));
    }
    return colored(level, std::move(line));
}

void write_line(Level level, std::string_view sentence, std::initializer_list<Field> fields) {
    const auto line = state().settings.format == Format::json ? as_json(level, sentence, fields)
                                                              : as_text(level, sentence, fields);
    erase();
    std::cerr << line + "\n"
              << std::flush;  // one write for each line: two programs share standard error
}

void write(Level level, std::string_view sentence, std::initializer_list<Field> fields) {
    if (is_logged(level)) {
        write_line(level, sentence, fields);
    }
}

}  // namespace

void configure(Settings settings) {
    state().settings = std::move(settings);
}

void set_level(Level level) {
    state().settings.level = level;
}

void mask(std::string secret) {
    if (secret.size() >= kShortestSecret) {
        auto& secrets = state().secrets;
        secrets.push_back(std::move(secret));
        // The longest first: if one secret begins with another, the rest of it must not remain.
        std::sort(secrets.begin(), secrets.end(), [](const auto& a, const auto& b) {
            return a.size() > b.size();
        });
    }
}

void error(std::string_view sentence, std::initializer_list<Field> fields) {
    write(Level::error, sentence, fields);
}
void warning(std::string_view sentence, std::initializer_list<Field> fields) {
    write(Level::warning, sentence, fields);
}
void info(std::string_view sentence, std::initializer_list<Field> fields) {
    write(Level::info, sentence, fields);
}
void debug(std::string_view sentence, std::initializer_list<Field> fields) {
    write(Level::debug, sentence, fields);
}

void progress(std::string_view sentence, std::initializer_list<Field> fields, bool at_any_level) {
    if (at_any_level || is_logged(Level::info)) {
        const bool is_json = state().settings.format == Format::json;
        write_line(Level::info, sentence, is_json ? fields : std::initializer_list<Field>{});
    }
}

bool is_logged(Level level) {
    return level <= state().settings.level;
}

// The terminal cuts the line at its right edge (DECAWM off).
void draw(std::string_view sentence) {
    std::cerr << "\r\x1b[K\x1b[?7l" + presentable(sentence) + "\x1b[?7h" << std::flush;
    state().is_drawn = true;
}

void erase() {
    if (std::exchange(state().is_drawn, false)) {
        std::cerr << "\r\x1b[K" << std::flush;
    }
}

// Masked first: after the escaping, a secret could not be found.
std::string presentable(std::string_view text) {
    return printable(without_secrets(std::string(text)));
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const auto c = unicode::next(text, at);
        if (!c) {
            out += "\xEF\xBF\xBD";
        } else if (unicode::is_control(*c) || unicode::is_invisible(*c)) {
            std::array<char, 12> escape{};
            std::snprintf(escape.data(),
                          escape.size(),
                          *c > 0xFFFF ? "\\U%08x" : "\\u%04x",
                          static_cast<unsigned>(*c));
            out += escape.data();
        } else {
            out += text.substr(start, at - start);
        }
    }
    return out;
}

}  // namespace logging
}  // namespace base
