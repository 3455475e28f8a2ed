#include "cli/name_lists.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/file_content.hpp"
#include "cli/shown_value.hpp"

#include <sstream>

namespace cli {

namespace {

bool is_text(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const auto c = unicode::next(bytes, at);
        if (!c || *c == 0) {
            return false;
        }
    }
    return true;
}

void add_file(const Options& options, std::string_view name, std::vector<ListEntry>& entries) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    auto content = file_content(options, name);
    const auto& path = options.value(name);
    if (!is_text(content)) {
        options.refuse(name,
                       "names " + shown_path(path) + ", which is not UTF-8; save it as UTF-8");
    }
    if (content.starts_with(kByteOrderMark)) {
        content.erase(0, kByteOrderMark.size());
    }
    const auto before = entries.size();
    std::istringstream lines(content);
    std::size_t number = 1;
    for (std::string line; std::getline(lines, line); ++number) {
        if (text::trim(line).find('\r') != std::string_view::npos) {
            options.refuse(name,
                           "names " + shown_path(path) +
                               ", which has a carriage return inside line " +
                               std::to_string(number) + "; save it with line feeds as line ends");
        }
        const auto text = text::trim(std::string_view(line).substr(0, line.find('#')));
        if (!text.empty()) {
            entries.push_back({.text = std::string(text),
                               .option = std::string(name),
                               .place = "line " + std::to_string(number)});
        }
    }
    if (entries.size() == before) {
        options.refuse(
            name,
            "names " + shown_path(path) + ", which holds no name; remove the setting instead");
    }
}

}  // namespace

std::vector<ListEntry> list_entries(const Options& options,
                                    std::string_view list,
                                    std::string_view file) {
    std::vector<ListEntry> entries;
    if (!list.empty()) {
        for (const auto& text : options.list(list)) {
            entries.push_back({.text = text,
                               .option = std::string(list),
                               .place = "entry " + std::to_string(entries.size() + 1)});
        }
    }
    if (!file.empty() && !options.value(file).empty()) {
        add_file(options, file, entries);
    }
    return entries;
}

void require_entries(const Options& options,
                     const std::vector<ListEntry>& entries,
                     const std::function<std::string(const std::string&)>& why_not) {
    for (const auto& entry : entries) {
        if (const auto fault = why_not(entry.text); !fault.empty()) {
            options.refuse(
                entry.option,
                "has " + entry.place + ", " + shown_value(entry.text) + ", which " + fault);
        }
    }
}

std::string why_not_name(const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto c = unicode::next(text, at);
        if (!c || unicode::is_control(*c) || unicode::is_line_separator(*c) ||
            unicode::is_bidi_control(*c)) {
            return "has a character that a name cannot have";
        }
    }
    if (text.find_first_of(" \t") != std::string::npos) {
        return "has white space; separate names by commas, or write one a line";
    }
    if (text.find_first_of(",;\"<>`|") != std::string::npos || text.starts_with('\'') ||
        text.ends_with('\'')) {
        return "has a quote or a separator; separate names by commas, or write one a line";
    }
    if (text.find('*') != std::string::npos) {
        return "has a *, and no entry stands for several names; write each name";
    }
    return {};
}

}  // namespace cli
