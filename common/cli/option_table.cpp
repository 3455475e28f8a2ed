#include "cli/option_table.hpp"

#include "base/error.hpp"
#include "base/spelling.hpp"

#include <algorithm>
#include <array>

namespace cli {

namespace {

constexpr std::array kCommon{
    Option{.name = "log-level",
           .value = "error|warning|info|debug",
           .env = "LOG_LEVEL",
           .fallback = "warning",
           .help = "log messages of this level and above: error, warning, info or debug"},
    Option{
        .name = "log-format",
        .value = "text|timestamped|json",
        .env = "LOG_FORMAT",
        .fallback = "text",
        .help =
            "write log lines on standard error as text, timestamped (text with the time) or json"},
    Option{.name = "quiet", .help = "log errors only", .letter = 'q'},
    Option{.name = "verbose", .help = "log each step (level info)", .letter = 'v'},
    Option{
        .name = "completion", .value = "bash", .help = "print completions for this shell and exit"},
    Option{.name = "help", .help = "print this and exit", .letter = 'h'},
    Option{.name = "version", .help = "print the version and exit"},
};

std::string suggestion(const std::vector<Option>& table, std::string_view name) {
    std::vector<std::string> names;
    names.reserve(table.size());
    for (const auto& option : table) {
        names.emplace_back(option.name);
    }
    const auto word = text::nearest(name, names);
    return word.empty() ? "; --help lists the options" : "; did you mean --" + word + "?";
}

}  // namespace

std::vector<Option> complete_table(const Tool& tool) {
    std::vector<Option> table(tool.options.begin(), tool.options.end());
    table.insert(table.end(), kCommon.begin(), kCommon.end());
    return table;
}

const Option& find_option(const std::vector<Option>& table,
                          const std::string& argument,
                          std::string_view name) {
    const bool one_letter = argument.size() == 2 && argument[1] != '-';
    const auto found = std::find_if(table.begin(), table.end(), [&](const Option& option) {
        return one_letter ? option.letter == argument[1] : option.name == name;
    });
    if (found == table.end() || (!one_letter && !argument.starts_with("--"))) {
        throw Error(ExitStatus::usage,
                    "unknown option " + argument.substr(0, argument.find('=')) +
                        suggestion(table, name));  // its value may be a secret
    }
    return *found;
}

}  // namespace cli
