#include "cli/help.hpp"

#include <algorithm>
#include <string_view>

namespace cli {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kColumn = 30;  // the column of the descriptions

// `text` in lines of at most kWidth, broken between words; the first line begins at `column`, the
// others after `indent` spaces.
std::string wrapped(std::string_view text, std::size_t column, std::size_t indent) {
    std::string lines;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (!lines.empty() && column + 1 + word.size() > kWidth) {
            lines += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (!lines.empty()) {
            lines += ' ';
            ++column;
        }
        lines += word;
        column += word.size();
    }
    return lines;
}

std::string described(const Option& option) {
    std::string left =
        option.letter != '\0' ? std::string("  -") + option.letter + ", --" : "      --";
    left +=
        std::string(option.name) + (option.value.empty() ? "" : "=" + std::string(option.value));
    left += left.size() < kColumn - 1 ? std::string(kColumn - left.size(), ' ')
                                      : "\n" + std::string(kColumn, ' ');
    const auto fallback = option.fallback.empty() ? "" : " [" + std::string(option.fallback) + "]";
    const auto variable = option.env.empty() ? "" : " ($" + std::string(option.env) + ")";
    return left + wrapped(std::string(option.help) + fallback + variable, kColumn, kColumn) + "\n";
}

}  // namespace

std::string help(const Tool& tool) {
    const std::string name(tool.name);
    std::string text = "Example: " + std::string(tool.example) + "\n\nUsage: " + name + " " +
                       std::string(tool.synopsis) + "\n" + wrapped(tool.purpose, 0, 0) +
                       "\n\nOptions:\n";
    for (const auto& option : complete_table(tool)) {
        text += described(option);
    }
    return text + "\nExit status, files and formats: man " + name + "\n";
}

std::string bash_completion(const Tool& tool) {
    const std::string name(tool.name);
    std::string words;
    for (const auto& option : complete_table(tool)) {
        words += (words.empty() ? "--" : " --") + std::string(option.name) +
                 (option.value.empty() ? "" : "=");
    }
    std::string function = "_" + name;
    std::replace(function.begin(), function.end(), '-', '_');
    return function +
           "() {\n    local current=${COMP_WORDS[COMP_CWORD]}\n    if [[ $current == -* ]]; then\n"
           "        mapfile -t COMPREPLY < <(compgen -W '" +
           words +
           "' -- \"$current\")\n"
           "        [[ ${COMPREPLY[0]:-} == *= ]] && compopt -o nospace\n"
           "    else\n        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n    fi\n}\n"
           "complete -o filenames -F " +
           function + " " + name + "\n";
}

}  // namespace cli
