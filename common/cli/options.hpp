// The values of a tool's options: parsed from the command line and the environment by its table.
//
// argh takes anything: misspelt options, options without their value, "-" and "--" as flags. A typo
// in --dry-run must not write, so everything is judged against the table first and argh is handed
// only what is known, as --name or --name=value.
#pragma once

#include "base/exit_status.hpp"
#include "cli/option_table.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

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
    /// An integer in [least, most], else Error with the option's or variable's name.
    [[nodiscard]] std::int64_t number(std::string_view name,
                                      std::int64_t least,
                                      std::int64_t most) const;
    /// One of `allowed`, else Error that lists them.
    [[nodiscard]] const std::string& choice(std::string_view name,
                                            std::initializer_list<std::string_view> allowed) const;
    /// Comma-separated, trimmed, empties dropped. A value without an entry is refused.
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

/// Parses without running: for tests. Throws Error{usage|bad_config}. `environment` stands in for
/// getenv.
[[nodiscard]] Options parse(
    const Tool& tool,
    const std::vector<std::string>& arguments,
    const std::function<std::optional<std::string>(const std::string&)>& environment);

}  // namespace cli
