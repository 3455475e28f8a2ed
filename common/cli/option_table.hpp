// The table of a tool's options: one row for each option, and the options that every tool has.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// One row of a tool's table. An option without `value` is a flag. `list`: may be repeated, the
/// values are joined by commas.
struct Option {
    std::string_view name{};   ///< without dashes
    std::string_view value{};  ///< the name of the value in --help; empty: a flag
    std::string_view
        env{};  ///< environment variable that gives it if the command line does not; empty: none
    std::string_view fallback{};  ///< value if neither is given
    std::string_view help{};
    char letter = '\0';  ///< -x; only n, q, v, h are used
    bool list = false;
};

/// A program: its text in --help, its options and its operands.
struct Tool {
    std::string_view name{};
    std::string_view synopsis{};  ///< the operands in the usage line
    std::string_view purpose{};   ///< description; --help wraps it
    std::string_view example{};   ///< first line of --help
    std::span<const Option> options{};
    bool takes_operands = false;
    bool reads_stdin = false;  ///< without operands it reads standard input: at a terminal, print
                               ///< help and do not wait
};

/// The options of the tool, then those of every tool (--log-level, --quiet, --help, ...).
[[nodiscard]] std::vector<Option> complete_table(const Tool& tool);

/// The row for `argument`: by its letter if `argument` is one dash and one letter, otherwise by
/// `name`, the text between the dashes and "=". Throws Error{usage}, with the nearest name if one
/// is near, if the table has no such option. The message never repeats a value, which may be a
/// secret.
[[nodiscard]] const Option& find_option(const std::vector<Option>& table,
                                        const std::string& argument,
                                        std::string_view name);

/// Two tables in one, at compile time.
template <std::size_t A, std::size_t B>
constexpr std::array<Option, A + B> joined(const std::array<Option, A>& first,
                                           const std::array<Option, B>& second) {
    std::array<Option, A + B> all{};
    for (std::size_t i = 0; i < A; ++i) {
        all[i] = first[i];
    }
    for (std::size_t i = 0; i < B; ++i) {
        all[A + i] = second[i];
    }
    return all;
}

}  // namespace cli
