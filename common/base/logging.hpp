// Log lines on standard error, as text or as JSON, with secrets masked.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

inline namespace base {
namespace logging {

enum class Level { error, warning, info, debug };
enum class Format { text, timestamped, json };  ///< timestamped: text after the time

/// A value of a message (scim-log(7) lists them). It is separate from the sentence so that a log
/// store can index it.
struct Field {
    std::string_view name{};
    std::variant<std::string, std::int64_t> value{};  ///< a number is a number in JSON
};

struct Settings {
    std::string tool{};
    Level level = Level::warning;
    Format format = Format::text;
    std::string run{};    ///< id of the run of this process (RUN_ID); empty: none
    bool colors = false;  ///< of warnings and errors, in text
};

/// Called once by cli::run, before the first line is logged. The settings are those of the process,
/// because it has one standard error.
void configure(Settings settings);
/// To be called for each secret, as soon as it is known.
void set_level(Level level);

/// From now on `secret` is printed as "***" in every line. Short values (< 4 bytes) are not masked.
void mask(std::string secret);

void error(std::string_view sentence, std::initializer_list<Field> fields = {});
void warning(std::string_view sentence, std::initializer_list<Field> fields = {});
void info(std::string_view sentence, std::initializer_list<Field> fields = {});
void debug(std::string_view sentence, std::initializer_list<Field> fields = {});

/// Of level info, or of any level. As text, the fields are left out, because the sentence has them.
void progress(std::string_view sentence,
              std::initializer_list<Field> fields,
              bool at_any_level = false);

/// Whether a line of this level would be written.
[[nodiscard]] bool is_logged(Level level);

/// Shows `sentence` as the last line of the terminal. The next drawn or logged line replaces it.
void draw(std::string_view sentence);
/// Removes what was drawn.
void erase();

/// printable(), with secrets masked: for text from outside that is written to a stream.
[[nodiscard]] std::string presentable(std::string_view text);

/// `text` on one line, without terminal control and with all characters visible: C0, C1, DEL and
/// invisible characters (unicode::is_invisible, bidi controls among them) become \u escapes,
/// invalid UTF-8 becomes U+FFFD. For any text from outside that people will read.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace logging
}  // namespace base
