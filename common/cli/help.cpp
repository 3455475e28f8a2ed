#include "cli/help.hpp"

#include <algorithm>

namespace cli {

std::string help(const Tool& tool) {
    const std::string name(tool.name);
    std::string text = "Example: " + std::string(tool.example) + "\n\nUsage: " + name + " " +
                       std::string(tool.synopsis) + "\n" + std::string(tool.purpose) +
                       "\n\nOptions:\n";
    constexpr std::size_t kColumn = 34;
    for (const auto& option : complete_table(tool)) {
        std::string left =
            option.letter != '\0' ? std::string("  -") + option.letter + ", --" : "      --";
        left += std::string(option.name) +
                (option.value.empty() ? "" : "=" + std::string(option.value));
        text += left + (left.size() < kColumn - 1 ? std::string(kColumn - left.size(), ' ')
                                                  : "\n" + std::string(kColumn, ' '));
        text += option.help;
        if (!option.fallback.empty()) {
            text += " [" + std::string(option.fallback) + "]";
        }
        text += option.env.empty() ? "\n" : " ($" + std::string(option.env) + ")\n";
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
