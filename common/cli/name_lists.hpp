// Lists of names: from an option or variable, separated by commas, and from a file, one a line. A
// byte order mark and CRLF are accepted. An invalid entry is rejected, and the message has its
// place.
#pragma once

#include "cli/options.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// One entry, and its place: "--protect holds line 3".
struct ListEntry {
    std::string text{};
    std::string option{};  ///< name of the option, without dashes
    std::string place{};   ///< "line 3" or "entry 2"
};

/// The entries of option `list`, then those of the file given by option `file`; either name may be
/// empty. In a file, empty lines and comments after a # are ignored. Rejects a file that cannot be
/// read, is not UTF-8 or has no entry.
[[nodiscard]] std::vector<ListEntry> list_entries(const Options& options,
                                                  std::string_view list,
                                                  std::string_view file);

/// Rejects the first entry for which `why_not` returns a text: the end of a sentence that begins
/// with the entry.
void require_entries(const Options& options,
                     const std::vector<ListEntry>& entries,
                     const std::function<std::string(const std::string&)>& why_not);

/// Why a text cannot be a name in a list: white space, a control character, a quote around it, or a
/// separator in it. Empty if it can.
[[nodiscard]] std::string why_not_name(const std::string& text);

}  // namespace cli
