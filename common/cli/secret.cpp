#include "cli/secret.hpp"

#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/text.hpp"
#include "cli/environment.hpp"
#include "cli/file_content.hpp"
#include "cli/shown_value.hpp"

#include <filesystem>
#include <system_error>

namespace cli {

namespace {

void refuse_path(const std::string& value, const std::string& variable) {
    std::error_code ignored;
    if (value.starts_with('/') && std::filesystem::exists(value, ignored)) {
        throw Error(ExitStatus::bad_config,
                    variable + " is the path of a file; give the path in " + variable + "_FILE");
    }
}

}  // namespace

std::optional<std::string> secret(const Options& options,
                                  std::string_view file_option,
                                  const char* env) {
    const auto& path = options.value(file_option);
    const auto value = path.empty() ? environment(env) : file_content(options, file_option);
    if (!value) {
        return std::nullopt;
    }
    std::string trimmed(text::trim(*value));
    if (trimmed.empty() && !path.empty()) {
        options.refuse(
            file_option,
            "names " + shown_path(path) + ", which holds nothing; is the Secret mounted?");
    }
    if (trimmed.empty()) {
        return std::nullopt;
    }
    logging::mask(trimmed);
    if (path.empty()) {
        refuse_path(trimmed, env);
    }
    return trimmed;
}

}  // namespace cli
