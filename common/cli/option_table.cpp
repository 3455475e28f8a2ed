#include "cli/option_table.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>

namespace cli {

namespace {

constexpr std::array kCommon{
    Option{"log-level", "LEVEL", "LOG_LEVEL", "warning", "error, warning, info or debug"},
    Option{"log-format", "FORMAT", "LOG_FORMAT", "text", "text or json, on standard error"},
    Option{"quiet", "", "", "", "errors only", 'q'},
    Option{"verbose", "", "", "", "say what is done (log level info)", 'v'},
    Option{"completion", "SHELL", "", "", "print completions for SHELL (bash) and exit"},
    Option{"help", "", "", "", "print this and exit", 'h'},
    Option{"version", "", "", "", "print the version and exit"},
};

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row{0};  // grown, so that an optimiser sees that it is never empty
    for (std::size_t j = 1; j <= b.size(); ++j) {
        row.push_back(j);
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] =
                std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row.back();
}

std::string nearest(const std::vector<Option>& table, std::string_view name) {
    const auto best =
        std::min_element(table.begin(), table.end(), [&](const Option& a, const Option& b) {
            return edit_distance(a.name, name) < edit_distance(b.name, name);
        });
    const bool close = edit_distance(best->name, name) <= std::max<std::size_t>(2, name.size() / 3);
    return close ? "; did you mean --" + std::string(best->name) + "?"
                 : "; --help lists the options";
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
                        nearest(table, name));  // its value may be a secret
    }
    return *found;
}

}  // namespace cli
