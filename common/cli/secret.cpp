#include "cli/secret.hpp"

#include "base/logging.hpp"
#include "base/text.hpp"
#include "cli/environment.hpp"

#include <fstream>
#include <sstream>

namespace cli {

std::optional<std::string> secret(const Options& options,
                                  std::string_view file_option,
                                  const char* env) {
    std::optional<std::string> value;
    if (const auto& path = options.value(file_option); !path.empty()) {
        std::ifstream file(path);
        if (!file) {
            options.refuse(file_option, "names " + path + ", which cannot be read");
        }
        std::ostringstream content;
        content << file.rdbuf();
        value = content.str();
    } else {
        value = environment(env);
    }
    if (!value) {
        return std::nullopt;
    }
    std::string trimmed(text::trim(*value));
    if (trimmed.empty() && !options.value(file_option).empty()) {
        options.refuse(file_option,
                       "names " + options.value(file_option) +
                           ", which holds nothing; is it a folder, and is the Secret mounted?");
    }
    if (trimmed.empty()) {
        return std::nullopt;
    }
    logging::mask(trimmed);
    return trimmed;
}

}  // namespace cli
