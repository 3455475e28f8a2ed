#include "cli/run.hpp"

#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/progress.hpp"
#include "cli/environment.hpp"
#include "cli/help.hpp"
#include "cli/known_secrets.hpp"
#include "cli/misspelt.hpp"
#include "cli/producer.hpp"
#include "os/write_failure.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <new>

namespace cli {

namespace {

// As plan-show decides about its colours.
bool has_colors() {
    return isatty(STDERR_FILENO) != 0 && !environment("NO_COLOR") &&
           environment("TERM").value_or("dumb") != "dumb";
}

logging::Settings logging_settings(const Tool& tool, const Options& options) {
    const auto& level = options.choice("log-level", {"error", "warning", "info", "debug"});
    const auto& format = options.choice("log-format", {"text", "timestamped", "json"});
    constexpr std::array<std::string_view, 4> kLevels{"error", "warning", "info", "debug"};
    auto chosen = static_cast<logging::Level>(std::find(kLevels.begin(), kLevels.end(), level) -
                                              kLevels.begin());
    if (options.flag("quiet")) {
        chosen = logging::Level::error;
    } else if (options.flag("verbose")) {
        chosen = std::max(chosen, logging::Level::info);
    }
    return {.tool = std::string(tool.name),
            .level = chosen,
            .format = format == "json"          ? logging::Format::json
                      : format == "timestamped" ? logging::Format::timestamped
                                                : logging::Format::text,
            .run = environment("RUN_ID").value_or(""),
            .colors = has_colors()};
}

// The script sets the variable: it draws the line of all its stages itself, or wants log lines.
void configure_progress(const logging::Settings& settings) {
    const auto wanted = environment("PW_SCIM_SYNC_PROGRESS");
    const bool has_terminal = isatty(STDERR_FILENO) != 0 && isatty(STDOUT_FILENO) == 0 &&
                              environment("TERM").value_or("dumb") != "dumb";
    if (wanted) {
        const bool is_log = *wanted == "log";
        progress::configure(is_log ? progress::Output::always_log : progress::Output::file,
                            *wanted);
    } else if (has_terminal && settings.format != logging::Format::json &&
               settings.level != logging::Level::error) {
        progress::configure(progress::Output::terminal);
    } else {
        progress::configure(progress::Output::log);
    }
}

ExitStatus print(const std::string& text) {
    errno = 0;
    std::cout << text << std::flush;
    if (!std::cout) {
        os::throw_write_failure(errno);
    }
    return ExitStatus::ok;
}

// If several tools find the same error of the configuration, the script shows it once: it sets a
// file for the sentence.
bool leave_to_script(const Error& error) {
    const auto path = environment("PW_SCIM_SYNC_ERROR_FILE");
    if (!path || error.status() != ExitStatus::bad_config) {
        return false;
    }
    std::FILE* file =
        std::fopen(path->c_str(), "wx");  // must be a new file, so that no link is followed
    if (file == nullptr) {
        return false;
    }
    const auto sentence = logging::presentable(error.what()) + "\n";
    const bool written = std::fputs(sentence.c_str(), file) >= 0;
    return std::fclose(file) == 0 && written;
}

ExitStatus run_parsed(const Tool& tool,
                      const std::vector<std::string>& arguments,
                      const std::function<ExitStatus(const Options&)>& body) {
    const auto entries = entries_of_environment();
    mask_secrets(entries);
    const auto options = parse(tool, arguments, environment);
    if (options.flag("help")) {
        return print(help(tool));
    }
    if (options.flag("version")) {
        return print(product(tool.name, ' ') + "\n");
    }
    if (!options.value("completion").empty()) {
        (void)options.choice("completion", {"bash"});
        return print(bash_completion(tool));
    }
    refuse_misspelt(entries, environment("SYNC_IGNORE_VARIABLES").value_or(""));
    if (tool.reads_stdin && options.operands().empty() && isatty(STDIN_FILENO) != 0) {
        std::cerr << help(tool);
        return ExitStatus::usage;
    }
    auto settings = logging_settings(tool, options);
    configure_progress(settings);
    logging::configure(std::move(settings));
    const auto status = body(options);
    logging::erase();
    return status;
}

}  // namespace

int run(const Tool& tool,
        int argc,
        const char* const* argv,
        const std::function<ExitStatus(const Options&)>& body) {
    os::hold_standard_descriptors();
    std::ios::sync_with_stdio(false);  // 30 times faster; nothing here uses stdio next to it
    std::signal(SIGPIPE,
                SIG_IGN);  // a closed pipe is then seen as a failed write, whose cause is known
    std::signal(SIGCHLD, SIG_DFL);  // ignored by the parent, it would drop the status of our pw
    logging::configure({std::string(tool.name)});
    try {
        return static_cast<int>(run_parsed(tool, {argv + 1, argv + argc}, body));
    } catch (const Error& error) {
        if (!leave_to_script(error)) {
            logging::error(error.what());
        }
        return static_cast<int>(error.status());
    } catch (const std::bad_alloc&) {
        logging::error(
            "out of memory; give the process more, or synchronise fewer groups at a time");
        return static_cast<int>(ExitStatus::internal);
    } catch (const std::exception& error) {
        logging::error(std::string("internal error: ") + error.what() +
                       "; please report it with the input that led here");
        return static_cast<int>(ExitStatus::internal);
    }
}

}  // namespace cli
