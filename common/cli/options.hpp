// The values of a tool's options: parsed from the command line and the environment by its table.
//
// argh accepts any argument: misspelt options, options without their value, "-" and "--" as flags.
// A misspelt --dry-run must not lead to a write. So the table decides first, and argh gets only
// known options, as --name or --name=value.
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

/// The values of the options: from the command line, otherwise the environment, otherwise the
/// defaults of the table.
class Options {
  public:
    struct Setting {
        std::string value{};
        std::string origin{};                  ///< its source in messages: "--jobs" or "SYNC_JOBS"
        ExitStatus blame = ExitStatus::usage;  ///< 64 for the command line, 78 for the environment
    };

    Options(std::map<std::string, Setting, std::less<>> settings, std::vector<std::string> operands)
        : settings_(std::move(settings)), operands_(std::move(operands)) {}

    [[nodiscard]] bool flag(std::string_view name) const;
    /// The value, or the table's default; empty if there is neither.
    [[nodiscard]] const std::string& value(std::string_view name) const;
    /// An integer in [least, most]; otherwise throws Error with the name of the option or variable.
    [[nodiscard]] std::int64_t number(std::string_view name,
                                      std::int64_t least,
                                      std::int64_t most) const;
    /// One of `allowed`; otherwise throws Error with the list of them.
    [[nodiscard]] const std::string& choice(std::string_view name,
                                            std::initializer_list<std::string_view> allowed) const;
    /// Comma-separated, trimmed, without empty entries. A value without an entry is rejected.
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
    [[nodiscard]] const std::vector<std::string>& operands() const { return operands_; }

    /// True if an environment variable gave the value.
    [[nodiscard]] bool is_from_environment(std::string_view name) const;

    /// An Error about the option that names the source of its value, with status 64 or 78
    /// accordingly.
    [[noreturn]] void refuse(std::string_view name, const std::string& sentence) const;

  private:
    [[nodiscard]] const Setting& setting(std::string_view name) const;

    std::map<std::string, Setting, std::less<>> settings_;
    std::vector<std::string> operands_;
};

/// Parses the command line without running a program: for tests. Throws Error{usage|bad_config}.
/// `environment` replaces getenv.
[[nodiscard]] Options parse(
    const Tool& tool,
    const std::vector<std::string>& arguments,
    const std::function<std::optional<std::string>(const std::string&)>& environment);

}  // namespace cli
