// Words for people, on standard error: one line each, as text or as JSON, with secrets masked.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

inline namespace base {
namespace logging {

enum class Level { error, warning, info, debug };
enum class Format { text, json };

/// A value that belongs to a message (scim-log(7) lists them); it stays out of the sentence so that
/// a log store can index it.
struct Field {
    std::string_view name{};
    std::variant<std::string, std::int64_t> value{};  ///< a number is a number in JSON
};

struct Settings {
    std::string tool{};
    Level level = Level::warning;
    Format format = Format::text;
    std::string run{};  ///< id of the run this process belongs to (RUN_ID); empty: none
};

/// Called once by cli::run, before anything is logged. Process-wide: a filter has one standard
/// error.
void configure(Settings settings);
/// For what must not be said from here on.
void set_level(Level level);

/// From now on `secret` is printed as "***", wherever it would appear. Short values (< 4 bytes) are
/// not masked.
void mask(std::string secret);

void error(std::string_view sentence, std::initializer_list<Field> fields = {});
void warning(std::string_view sentence, std::initializer_list<Field> fields = {});
void info(std::string_view sentence, std::initializer_list<Field> fields = {});
void debug(std::string_view sentence, std::initializer_list<Field> fields = {});

/// printable(), with secrets masked: for words from outside that go into a stream.
[[nodiscard]] std::string presentable(std::string_view text);

/// `text` on one line and without terminal control: C0, C1, DEL and bidi controls become \u
/// escapes, invalid UTF-8 becomes U+FFFD. For anything that came from outside and goes to a person.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace logging
}  // namespace base
