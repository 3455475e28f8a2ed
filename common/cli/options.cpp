#include "cli/options.hpp"

#include "base/error.hpp"
#include "base/parse_number.hpp"
#include "base/text.hpp"
#include "cli/shown_value.hpp"

#include <argh.h>

#include <algorithm>
#include <stdexcept>

namespace cli {

namespace {

[[noreturn]] void usage(const std::string& sentence) {
    throw Error(ExitStatus::usage, sentence);
}

struct Words {
    std::vector<std::string> options{};  ///< each as --name or --name=value, known and complete
    std::vector<std::string> operands{};
};

// The options met until now.
struct Met {
    std::map<std::string, std::string> values{};
    std::vector<std::string> flags{};
};

void take_flag(const std::string& shown, bool has_value, Met& met) {
    if (has_value) {
        usage(shown + " takes no value");
    }
    if (std::find(met.flags.begin(), met.flags.end(), shown) != met.flags.end()) {
        usage(shown + " is given twice");
    }
    met.flags.push_back(shown);
}

void take_value(const Option& option,
                const std::string& shown,
                const std::string& value,
                Met& met) {
    const std::string key(option.name);
    if (value.empty()) {
        usage(shown + " is empty; leave it out or give it a value");
    }
    if (met.values.contains(key) && !option.list) {
        usage(shown + " is given twice");
    }
    met.values[key] = met.values.contains(key) ? met.values[key] + "," + value : value;
}

// Checks the arguments against the table: argh would accept other arguments as well.
Words judge(const std::vector<Option>& table,
            const std::vector<std::string>& arguments,
            bool takes_operands) {
    Met met;
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
        if (option.value.empty()) {
            take_flag(shown, equals != std::string::npos, met);
            continue;
        }
        if (equals == std::string::npos && i + 1 == arguments.size()) {
            usage(shown + " needs a value: " + shown + "=" + std::string(option.value));
        }
        take_value(option,
                   shown,
                   equals == std::string::npos ? arguments[++i] : argument.substr(equals + 1),
                   met);
    }
    if (!words.operands.empty() && !takes_operands) {
        usage("unexpected operand \"" + words.operands.front() + "\"; --help shows the usage");
    }
    words.options = std::move(met.flags);
    for (const auto& [name, value] : met.values) {
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
        std::string(option.env) + " is " + shown_value(value) + "; use true/1/yes or false/0/no");
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
    const auto number = parse_number<std::int64_t>(text);
    if (!number || *number < least || *number > most) {
        refuse(name,
               "is " + shown_value(text) + "; write an integer from " + std::to_string(least) +
                   " to " + std::to_string(most));
    }
    return *number;
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
    refuse(name, "is " + shown_value(text) + "; choose one of " + all);
}

std::vector<std::string> Options::list(std::string_view name) const {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    std::string_view text = value(name);
    if (text.starts_with(kByteOrderMark)) {
        text.remove_prefix(kByteOrderMark.size());
    }
    auto entries = text::split_list(text);
    if (entries.empty() && !value(name).empty()) {
        refuse(name, "holds no entry; name one, or remove the setting");
    }
    return entries;
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
    const auto table = complete_table(tool);
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
        setting = {.value = std::string(option.fallback),
                   .origin = "--" + name,
                   .blame = ExitStatus::usage};
        if (parsed[name]) {
            setting.value = "true";
        } else if (const auto given = parsed.params().find(name); given != parsed.params().end()) {
            setting.value = given->second;
        } else if (!option.env.empty()) {
            if (auto value = environment(std::string(option.env)); value && !value->empty()) {
                setting = {.value = option.value.empty() ? (is_true(option, *value) ? "true" : "")
                                                         : *value,
                           .origin = std::string(option.env),
                           .blame = ExitStatus::bad_config};
            }
        }
    }
    return {std::move(settings), words.operands};
}

}  // namespace cli
