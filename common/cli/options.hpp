// The command line: an option table becomes parsing, --help, --completion, environment look-up and
// refusals.
//
// argh takes anything: misspelt options, options without their value, "-" and "--" as flags. A typo
// in --dry-run must not write, so everything is judged against the table first and argh is handed
// only what is known, as --name or --name=value.
#pragma once

#include "base/exit_status.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// One row of a tool's table. An option without `value` is a flag. `list`: may be repeated, the
/// values are joined by commas.
struct Option {
    std::string_view name{};   ///< without dashes
    std::string_view value{};  ///< how --help names the value; empty: a flag
    std::string_view
        env{};  ///< environment variable that gives it when the command line does not; empty: none
    std::string_view fallback{};  ///< value when neither does
    std::string_view help{};
    char letter = '\0';  ///< -x; only n, q, v, h are used
    bool list = false;
};

struct Tool {
    std::string_view name{};
    std::string_view synopsis{};  ///< what follows the name in the usage line
    std::string_view purpose{};   ///< one sentence
    std::string_view example{};   ///< the first thing --help shows
    std::span<const Option> options{};
    bool takes_operands = false;
    bool reads_stdin =
        false;  ///< without operands it reads standard input: help instead of waiting at a terminal
};

/// What was asked for: the command line over the environment over the table's defaults.
class Options {
  public:
    struct Setting {
        std::string value{};
        std::string origin{};  ///< how a message names where it came from: "--jobs" or "SYNC_JOBS"
        ExitStatus blame = ExitStatus::usage;  ///< 64 for the command line, 78 for the environment
    };

    Options(std::map<std::string, Setting, std::less<>> settings, std::vector<std::string> operands)
        : settings_(std::move(settings)), operands_(std::move(operands)) {}

    [[nodiscard]] bool flag(std::string_view name) const;
    /// The value, or the table's default; empty when there is neither.
    [[nodiscard]] const std::string& value(std::string_view name) const;
    /// A whole number in [least, most], else Error with the option's or variable's name.
    [[nodiscard]] std::int64_t number(std::string_view name,
                                      std::int64_t least,
                                      std::int64_t most) const;
    /// One of `allowed`, else Error that lists them.
    [[nodiscard]] const std::string& choice(std::string_view name,
                                            std::initializer_list<std::string_view> allowed) const;
    /// Comma-separated, trimmed, empties dropped.
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
    [[nodiscard]] const std::vector<std::string>& operands() const { return operands_; }

    /// True when an environment variable gave it.
    [[nodiscard]] bool is_from_environment(std::string_view name) const;

    /// Error about the named option that says where its value came from, with status 64 or 78
    /// accordingly.
    [[noreturn]] void refuse(std::string_view name, const std::string& sentence) const;

  private:
    [[nodiscard]] const Setting& setting(std::string_view name) const;

    std::map<std::string, Setting, std::less<>> settings_;
    std::vector<std::string> operands_;
};

/// Parses, configures logging, runs `body`, and turns what it throws into one line on standard
/// error and a status. The only catch ladder of the project.
[[nodiscard]] int run(const Tool& tool,
                      int argc,
                      const char* const* argv,
                      const std::function<ExitStatus(const Options&)>& body);

/// Parses without running: for tests. Throws Error{usage|bad_config}. `environment` stands in for
/// getenv.
[[nodiscard]] Options parse(
    const Tool& tool,
    const std::vector<std::string>& arguments,
    const std::function<std::optional<std::string>(const std::string&)>& environment);

/// The text of --help.
[[nodiscard]] std::string help(const Tool& tool);

/// A credential: the file named by option `file_option` (or its variable) if given, else the
/// variable `env`. White space at both ends is trimmed (mounted secrets end in a newline), the
/// value is masked in logs from now on. Nullopt: not given. Throws Error{usage, bad_config} when
/// the file that was named holds none.
[[nodiscard]] std::optional<std::string> secret(const Options& options,
                                                std::string_view file_option,
                                                const char* env);

/// The environment variable, nullopt when unset or empty (an empty value in a ConfigMap means "not
/// given").
[[nodiscard]] std::optional<std::string> environment(const std::string& name);

/// Now as RFC 3339 in UTC, or SOURCE_DATE_EPOCH when that is set, so that a replay is byte for byte
/// the same.
[[nodiscard]] std::string timestamp();

/// The name of the program and its version, as in `producer` and User-Agent.
[[nodiscard]] std::string product(std::string_view tool, char separator);

}  // namespace cli
