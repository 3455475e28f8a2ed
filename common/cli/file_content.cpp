#include "cli/file_content.hpp"

#include "cli/shown_value.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace cli {

std::string file_content(const Options& options, std::string_view name) {
    constexpr std::size_t kMost = std::size_t{64} << 20U;
    const auto& path = options.value(name);
    std::ifstream file(path, std::ios::binary);
    std::error_code ignored;
    if (!file || path == "-" || std::filesystem::is_directory(path, ignored)) {
        options.refuse(name,
                       "names " + shown_path(path) + ", which is not a file that can be read");
    }
    std::string content;
    for (char buffer[4096];
         content.size() <= kMost && file.read(buffer, sizeof buffer).gcount() > 0;) {
        content.append(buffer, static_cast<std::size_t>(file.gcount()));
    }
    if (file.bad() || content.size() > kMost) {
        options.refuse(name,
                       "names " + shown_path(path) + ", which cannot be read, or is too large");
    }
    return content;
}

}  // namespace cli
