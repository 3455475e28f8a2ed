#include "cli/options.hpp"

#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/text.hpp"

#include <argh.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <new>
#include <sstream>

namespace cli {

namespace {

constexpr std::array kCommon{
    Option{"log-level", "LEVEL", "LOG_LEVEL", "warning", "error, warning, info or debug"},
    Option{"log-format", "FORMAT", "LOG_FORMAT", "text", "text or json, on standard error"},
    Option{"quiet", "", "", "", "errors only", 'q'},
    Option{"verbose", "", "", "", "say what is done (log level info)", 'v'},
    Option{"completion", "SHELL", "", "", "print completions for SHELL (bash) and exit"},
    Option{"help", "", "", "", "print this and exit", 'h'},
    Option{"version", "", "", "", "print the version and exit"},
};

std::vector<Option> table_of(const Tool& tool) {
    std::vector<Option> table(tool.options.begin(), tool.options.end());
    table.insert(table.end(), kCommon.begin(), kCommon.end());
    return table;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row{0};  // grown, so that an optimiser sees that it is never empty
    for (std::size_t j = 1; j <= b.size(); ++j) {
        row.push_back(j);
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] =
                std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row.back();
}

std::string nearest(const std::vector<Option>& table, std::string_view name) {
    const auto best =
        std::min_element(table.begin(), table.end(), [&](const Option& a, const Option& b) {
            return edit_distance(a.name, name) < edit_distance(b.name, name);
        });
    const bool close = edit_distance(best->name, name) <= std::max<std::size_t>(2, name.size() / 3);
    return close ? "; did you mean --" + std::string(best->name) + "?"
                 : "; --help lists the options";
}

[[noreturn]] void usage(const std::string& sentence) {
    throw Error(ExitStatus::usage, sentence);
}

const Option& find_option(const std::vector<Option>& table,
                          const std::string& argument,
                          std::string_view name) {
    const bool one_letter = argument.size() == 2 && argument[1] != '-';
    const auto found = std::find_if(table.begin(), table.end(), [&](const Option& option) {
        return one_letter ? option.letter == argument[1] : option.name == name;
    });
    if (found == table.end() || (!one_letter && !argument.starts_with("--"))) {
        usage("unknown option " + argument.substr(0, argument.find('=')) +
              nearest(table, name));  // its value may be a secret
    }
    return *found;
}

struct Words {
    std::vector<std::string> options{};  ///< each as --name or --name=value, known and complete
    std::vector<std::string> operands{};
};

// The user's words against the table: what argh would let pass is refused here.
Words judge(const std::vector<Option>& table,
            const std::vector<std::string>& arguments,
            bool takes_operands) {
    std::map<std::string, std::string> values;
    std::vector<std::string> flags;
    Words words;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "--") {
            words.operands.insert(words.operands.end(),
                                  arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                  arguments.end());
            break;
        }
        if (argument.size() < 2 || argument[0] != '-') {
            words.operands.push_back(argument);
            continue;
        }
        const auto equals = argument.find('=');
        const auto name = std::string_view(argument).substr(0, equals);
        const auto& option =
            find_option(table, argument, name.substr(std::min<std::size_t>(2, name.size())));
        const std::string shown = "--" + std::string(option.name);
        const std::string key(option.name);
        if (option.value.empty()) {
            if (equals != std::string::npos) {
                usage(shown + " takes no value");
            }
            if (std::find(flags.begin(), flags.end(), shown) != flags.end()) {
                usage(shown + " is given twice");
            }
            flags.push_back(shown);
            continue;
        }
        if (equals == std::string::npos && i + 1 == arguments.size()) {
            usage(shown + " needs a value: " + shown + "=" + std::string(option.value));
        }
        const std::string value =
            equals == std::string::npos ? arguments[++i] : argument.substr(equals + 1);
        if (value.empty()) {
            usage(shown + " is empty; leave it out or give it a value");
        }
        if (values.contains(key) && !option.list) {
            usage(shown + " is given twice");
        }
        values[key] = values.contains(key) ? values[key] + "," + value : value;
    }
    if (!words.operands.empty() && !takes_operands) {
        usage("unexpected operand \"" + words.operands.front() + "\"; --help shows the usage");
    }
    words.options = std::move(flags);
    for (const auto& [name, value] : values) {
        words.options.push_back("--" + name + "=" + value);
    }
    return words;
}

bool is_true(const Option& option, const std::string& value) {
    const auto folded = text::fold(text::trim(value));
    if (folded == "true" || folded == "1" || folded == "yes") {
        return true;
    }
    if (folded == "false" || folded == "0" || folded == "no") {
        return false;
    }
    throw Error(
        ExitStatus::bad_config,
        std::string(option.env) + " is \"" + value + "\"; write true, 1 or yes, or false, 0 or no");
}

std::string bash_completion(const Tool& tool) {
    const std::string name(tool.name);
    std::string words;
    for (const auto& option : table_of(tool)) {
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

logging::Settings logging_settings(const Tool& tool, const Options& options) {
    const auto& level = options.choice("log-level", {"error", "warning", "info", "debug"});
    const auto& format = options.choice("log-format", {"text", "json"});
    constexpr std::array<std::string_view, 4> kLevels{"error", "warning", "info", "debug"};
    auto chosen = static_cast<logging::Level>(std::find(kLevels.begin(), kLevels.end(), level) -
                                              kLevels.begin());
    if (options.flag("quiet")) {
        chosen = logging::Level::error;
    } else if (options.flag("verbose")) {
        chosen = std::max(chosen, logging::Level::info);
    }
    return {std::string(tool.name),
            chosen,
            format == "json" ? logging::Format::json : logging::Format::text,
            environment("RUN_ID").value_or("")};
}

ExitStatus print(const std::string& text) {
    std::cout << text << std::flush;
    if (!std::cout) {
        throw Error(ExitStatus::io_error, "cannot write to standard output");
    }
    return ExitStatus::ok;
}

ExitStatus run_parsed(const Tool& tool,
                      const std::vector<std::string>& arguments,
                      const std::function<ExitStatus(const Options&)>& body) {
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
    if (tool.reads_stdin && options.operands().empty() && isatty(STDIN_FILENO) != 0) {
        std::cerr << help(tool);
        return ExitStatus::usage;
    }
    logging::configure(logging_settings(tool, options));
    return body(options);
}

}  // namespace

bool Options::flag(std::string_view name) const {
    return setting(name).value == "true";
}

const std::string& Options::value(std::string_view name) const {
    return setting(name).value;
}

std::int64_t Options::number(std::string_view name, std::int64_t least, std::int64_t most) const {
    const auto& text = value(name);
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size() || number < least ||
        number > most) {
        refuse(name,
               "is \"" + text + "\"; write a whole number from " + std::to_string(least) + " to " +
                   std::to_string(most));
    }
    return number;
}

const std::string& Options::choice(std::string_view name,
                                   std::initializer_list<std::string_view> allowed) const {
    const auto& text = value(name);
    if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) {
        return text;
    }
    std::string all;
    for (const auto word : allowed) {
        all += (all.empty() ? "" : ", ") + std::string(word);
    }
    refuse(name, "is \"" + text + "\"; choose one of " + all);
}

std::vector<std::string> Options::list(std::string_view name) const {
    return text::split_list(value(name));
}

bool Options::is_from_environment(std::string_view name) const {
    return setting(name).blame == ExitStatus::bad_config;
}

void Options::refuse(std::string_view name, const std::string& sentence) const {
    throw Error(setting(name).blame, setting(name).origin + " " + sentence);
}

const Options::Setting& Options::setting(std::string_view name) const {
    const auto found = settings_.find(name);
    if (found == settings_.end()) {
        throw std::logic_error("option " + std::string(name) + " is not in the table");
    }
    return found->second;
}

Options parse(const Tool& tool,
              const std::vector<std::string>& arguments,
              const std::function<std::optional<std::string>(const std::string&)>& environment) {
    const auto table = table_of(tool);
    const auto words = judge(table, arguments, tool.takes_operands);
    std::vector<const char*> argv;
    for (const auto& word : words.options) {
        argv.push_back(word.c_str());
    }
    argh::parser parsed;
    parsed.parse(static_cast<int>(argv.size()), argv.data());

    std::map<std::string, Options::Setting, std::less<>> settings;
    for (const auto& option : table) {
        const std::string name(option.name);
        auto& setting = settings[name];
        setting = {std::string(option.fallback), "--" + name, ExitStatus::usage};
        if (parsed[name]) {
            setting.value = "true";
        } else if (const auto given = parsed.params().find(name); given != parsed.params().end()) {
            setting.value = given->second;
        } else if (!option.env.empty()) {
            if (auto value = environment(std::string(option.env)); value && !value->empty()) {
                setting = {option.value.empty() ? (is_true(option, *value) ? "true" : "") : *value,
                           std::string(option.env),
                           ExitStatus::bad_config};
            }
        }
    }
    return {std::move(settings), words.operands};
}

std::string help(const Tool& tool) {
    const std::string name(tool.name);
    std::string text = "Example: " + std::string(tool.example) + "\n\nUsage: " + name + " " +
                       std::string(tool.synopsis) + "\n" + std::string(tool.purpose) +
                       "\n\nOptions:\n";
    constexpr std::size_t kColumn = 34;
    for (const auto& option : table_of(tool)) {
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

int run(const Tool& tool,
        int argc,
        const char* const* argv,
        const std::function<ExitStatus(const Options&)>& body) {
    std::ios::sync_with_stdio(false);  // 30 times faster; nothing here uses stdio beside it
    std::signal(SIGPIPE,
                SIG_IGN);  // a closed pipe is seen as a failed write, where it can be told apart
    logging::configure({std::string(tool.name)});
    try {
        return static_cast<int>(run_parsed(tool, {argv + 1, argv + argc}, body));
    } catch (const Error& error) {
        logging::error(error.what());
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

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}

std::string timestamp() {
    std::time_t seconds = std::time(nullptr);
    if (const auto epoch = environment("SOURCE_DATE_EPOCH")) {
        const auto [end, fault] =
            std::from_chars(epoch->data(), epoch->data() + epoch->size(), seconds);
        if (fault != std::errc{} || end != epoch->data() + epoch->size()) {
            throw Error(
                ExitStatus::bad_config,
                "SOURCE_DATE_EPOCH is \"" + *epoch + "\"; write seconds since 1970, or unset it");
        }
    }
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

std::string product(std::string_view tool, char separator) {
    return std::string(tool) + separator + SCIM_SYNC_VERSION;
}

}  // namespace cli
