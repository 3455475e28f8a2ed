#include "cli/names_file.hpp"

#include "base/text.hpp"
#include "cli/file_content.hpp"
#include "cli/shown_value.hpp"

#include <sstream>

namespace cli {

std::set<std::string> names_in_file(const Options& options, std::string_view name) {
    std::set<std::string> names;
    const auto& path = options.value(name);
    if (path.empty()) {
        return names;
    }
    std::istringstream file(file_content(options, name));
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    bool is_first = true;
    for (std::string line; std::getline(file, line); is_first = false) {
        std::string_view rest = line;
        if (is_first && rest.starts_with(kByteOrderMark)) {
            rest.remove_prefix(kByteOrderMark.size());
        }
        if (const auto word = text::trim(rest.substr(0, rest.find('#'))); !word.empty()) {
            names.insert(std::string(word));
        }
    }
    if (names.empty()) {
        options.refuse(
            name,
            "names " + shown_path(path) + ", which holds no name; remove the setting instead");
    }
    return names;
}

}  // namespace cli
