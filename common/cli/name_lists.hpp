// Lists of names: from an option or variable, separated by commas, and from a file, one a line. A
// byte order mark and CRLF are accepted. An entry that cannot be one is refused by its place.
#pragma once

#include "cli/options.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// One entry, and where it stands: "--protect holds line 3".
struct ListEntry {
    std::string text{};
    std::string option{};  ///< its name, without dashes
    std::string place{};   ///< "line 3" or "entry 2"
};

/// The entries of option `list`, then those of the file that option `file` names; either name may
/// be empty. In a file, empty lines and comments after a # are ignored. Refuses a file that cannot
/// be read, is not UTF-8 or holds no entry.
[[nodiscard]] std::vector<ListEntry> list_entries(const Options& options,
                                                  std::string_view list,
                                                  std::string_view file);

/// Refuses the first entry of which `why_not` says something: the end of a sentence that begins
/// with the entry.
void require_entries(const Options& options,
                     const std::vector<ListEntry>& entries,
                     const std::function<std::string(const std::string&)>& why_not);

/// Why a text cannot be a name in a list: white space, a control character, a quote around it, or a
/// separator in it. Empty: nothing.
[[nodiscard]] std::string why_not_name(const std::string& text);

}  // namespace cli
