#include "cli/options.hpp"
#include "cli/environment.hpp"
#include "cli/help.hpp"
#include "cli/producer.hpp"
#include "cli/run.hpp"
#include "cli/secret.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/temporary_folder.hpp"

#include <array>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <new>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using cli::Option;
using cli::Options;

namespace {

using Texts = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

constexpr std::array kTable{
    Option{"dry-run", "", "DRY_RUN", "", "send nothing", 'n'},
    Option{"jobs", "N", "SYNC_JOBS", "16", "programs at once"},
    Option{"groups", "NAMES", "SYNC_GROUPS", "", "only these", '\0', true},
    Option{"mode", "WORD", "SYNC_MODE", "auto", "auto, pw or rest"},
    Option{"token-file", "FILE", "CLI_TEST_TOKEN_FILE", "", "where the token is"},
    Option{"plain", "", "", "", "a flag without a variable"},
    Option{"bare", "TEXT", "", "", "an option without variable and default"},
};
constexpr cli::Tool kTool{
    .name = "a-tool",
    .synopsis = "[OPTION]... [FILE]...",
    .purpose = "Does a thing.",
    .example = "a-tool --dry-run x",
    .options = kTable,
    .takes_operands = true,
};
constexpr cli::Tool kWithoutOperands{.name = "b-tool", .options = kTable};

Options parse(const Texts& arguments,
              const Environment& environment = {},
              const cli::Tool& tool = kTool) {
    return cli::parse(tool, arguments, [&](const std::string& name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::nullopt : std::optional(found->second);
    });
}

Caught refusal(const Texts& arguments, const Environment& environment = {}) {
    return caught([&] { (void)parse(arguments, environment); });
}

// cli::run does so, too. It gives std::cout another buffer, so it must come before the test runner
// has taken the first one.
[[maybe_unused]] const bool kWasInStep = std::ios::sync_with_stdio(false);

/// What cli::run prints on standard output, and its status.
struct Run {
    int status = -1;
    std::string out{};
    std::string err{};
    bool reached = false;
};

Run run(Texts arguments, const std::function<ExitStatus(const Options&)>& body = {}) {
    arguments.insert(arguments.begin(), "a-tool");
    std::vector<const char*> argv;
    for (const auto& argument : arguments) {
        argv.push_back(argument.c_str());
    }
    Run ran;
    std::ostringstream out;
    auto* before = std::cout.rdbuf(out.rdbuf());
    {
        const CapturedLog log;
        ran.status = cli::run(
            kTool, static_cast<int>(argv.size()), argv.data(), [&](const Options& options) {
                ran.reached = true;
                return body ? body(options) : ExitStatus::ok;
            });
        ran.err = log.text();
    }
    std::cout.rdbuf(before);
    ran.out = out.str();
    return ran;
}

}  // namespace

TEST_CASE("without anything said, defaults hold") {
    const auto options = parse({});
    CHECK_FALSE(options.flag("dry-run"));
    CHECK(options.value("jobs") == "16");
    CHECK(options.number("jobs", 1, 256) == 16);
    CHECK(options.value("bare").empty());
    CHECK(options.list("groups").empty());
    CHECK(options.operands().empty());
}

TEST_CASE("a value stands behind = or as the next word") {
    CHECK(parse({"--jobs=3"}).value("jobs") == "3");
    CHECK(parse({"--jobs", "3"}).value("jobs") == "3");
    CHECK(parse({"--bare=a=b"}).value("bare") == "a=b");
    CHECK(parse({"--bare", "--dry-run"}).value("bare") == "--dry-run");
    CHECK_FALSE(parse({"--bare", "--dry-run"}).flag("dry-run"));
    CHECK(parse({"--bare", "-"}).value("bare") == "-");
    CHECK(parse({"--bare= x y "}).value("bare") == " x y ");
    CHECK(parse({"--bare=\u00E9\n"}).value("bare") == "\u00E9\n");
}

TEST_CASE("flags are given by name or by letter, options and operands in any order") {
    CHECK(parse({"--dry-run"}).flag("dry-run"));
    CHECK(parse({"-n"}).flag("dry-run"));
    const auto options = parse({"one", "-n", "two", "--jobs", "4", "three"});
    CHECK(options.flag("dry-run"));
    CHECK(options.value("jobs") == "4");
    CHECK(options.operands() == Texts{"one", "two", "three"});
}

TEST_CASE("a dash is an operand, and behind two everything is") {
    CHECK(parse({"-"}).operands() == Texts{"-"});
    const auto options = parse({"a", "--", "-n", "--dry-run", "--", "b"});
    CHECK_FALSE(options.flag("dry-run"));
    CHECK(options.operands() == Texts{"a", "-n", "--dry-run", "--", "b"});
    CHECK(parse({"--"}).operands().empty());
    CHECK(parse({""}).operands() == Texts{""});
}

TEST_CASE("an unknown option is refused, with the nearest name when there is one near") {
    CHECK(refusal({"--dry-rnu"}).says("unknown option --dry-rnu; did you mean --dry-run?"));
    CHECK(refusal({"--job=3"}).says("did you mean --jobs?"));
    CHECK(refusal({"--dryrun"}).says("did you mean --dry-run?"));
    CHECK(refusal({"--halp"}).says("did you mean --help?"));
    CHECK(refusal({"--completely-else"}).says("--help lists the options"));
    for (const auto* word : {"-x", "-nq", "-dry-run", "--no-dry-run", "--DRY-RUN", "---", "-1"}) {
        INFO(word);
        CHECK(refusal({word}).status == ExitStatus::usage);
        CHECK(refusal({word}).says(std::string("unknown option ") + word));
    }
}

TEST_CASE("an option that is given twice, empty, or without its value is refused") {
    struct Row {
        Texts arguments;
        const char* says;
    };
    const auto row = GENERATE(values<Row>({
        {{"--jobs=1", "--jobs=2"}, "--jobs is given twice"},
        {{"--jobs", "1", "--jobs", "1"}, "--jobs is given twice"},
        {{"--dry-run", "--dry-run"}, "--dry-run is given twice"},
        {{"--dry-run", "-n"}, "--dry-run is given twice"},
        {{"--jobs="}, "--jobs is empty"},
        {{"--jobs", ""}, "--jobs is empty"},
        {{"--groups=a", "--groups="}, "--groups is empty"},
        {{"--jobs"}, "--jobs needs a value: --jobs=N"},
        {{"x", "--jobs"}, "--jobs needs a value"},
        {{"--dry-run=true"}, "--dry-run takes no value"},
        {{"--dry-run="}, "--dry-run takes no value"},
    }));
    const auto error = refusal(row.arguments);
    CHECK(error.status == ExitStatus::usage);
    CHECK(error.says(row.says));
}

TEST_CASE("operands are refused where there are none to give") {
    const auto error = caught([] { (void)parse({"x"}, {}, kWithoutOperands); });
    CHECK(error.status == ExitStatus::usage);
    CHECK(error.says("unexpected operand \"x\""));
    CHECK_NOTHROW(parse({"--dry-run"}, {}, kWithoutOperands));
}

TEST_CASE("the command line beats the environment, and that the default, and empty is not given") {
    const Environment environment{{"SYNC_JOBS", "7"}, {"SYNC_MODE", ""}};
    CHECK(parse({"--jobs=3"}, environment).value("jobs") == "3");
    CHECK(parse({}, environment).value("jobs") == "7");
    CHECK(parse({}, environment).value("mode") == "auto");
}

TEST_CASE("an option without a variable is not found in the environment") {
    CHECK_FALSE(parse({}, {{"plain", "true"}, {"PLAIN", "true"}, {"", "true"}}).flag("plain"));
}

TEST_CASE("a flag's variable is true or false in a few words, of any case") {
    for (const auto* word : {"true", "1", "yes", "TRUE", "Yes", " true\n"}) {
        INFO(word);
        CHECK(parse({}, {{"DRY_RUN", word}}).flag("dry-run"));
    }
    for (const auto* word : {"false", "0", "no", "FALSE", "No", ""}) {
        INFO(word);
        CHECK_FALSE(parse({}, {{"DRY_RUN", word}}).flag("dry-run"));
    }
    CHECK(parse({"-n"}, {{"DRY_RUN", "false"}}).flag("dry-run"));
}

TEST_CASE("a flag's variable with any other word is an error: a typo must not write") {
    const auto word = GENERATE(as<std::string>{}, "on", "ture", "2", "y", "tru e", " ", "ja");
    const auto error = refusal({}, {{"DRY_RUN", word}});
    CHECK(error.status == ExitStatus::bad_config);
    CHECK(error.says("DRY_RUN is \"" + word + "\""));
}

TEST_CASE("a list is joined over repetitions and split at commas") {
    CHECK(parse({"--groups=a, b", "--groups", "c"}).list("groups") == Texts{"a", "b", "c"});
    CHECK(parse({}, {{"SYNC_GROUPS", "a,,b "}}).list("groups") == Texts{"a", "b"});
    CHECK(parse({"--groups=c"}, {{"SYNC_GROUPS", "a"}}).list("groups") == Texts{"c"});
}

TEST_CASE("a number is whole and within its range, or refused where it came from") {
    const auto text = GENERATE(as<std::string>{},
                               "0",
                               "257",
                               "x",
                               "1x",
                               "1.5",
                               " 1",
                               "+1",
                               "-1",
                               "1e2",
                               "99999999999999999999");
    const auto by_option = caught([&] { (void)parse({"--jobs=" + text}).number("jobs", 1, 256); });
    CHECK(by_option.status == ExitStatus::usage);
    CHECK(by_option.says("--jobs is \"" + text + "\"; write a whole number from 1 to 256"));
    const auto by_variable = caught([&] {
        (void)parse({}, {{"SYNC_JOBS", text}}).number("jobs", 1, 256);
    });
    CHECK(by_variable.status == ExitStatus::bad_config);
    CHECK(by_variable.says("SYNC_JOBS is \"" + text + "\""));
}

TEST_CASE("the ends of a range are in it") {
    CHECK(parse({"--jobs=1"}).number("jobs", 1, 256) == 1);
    CHECK(parse({"--jobs=256"}).number("jobs", 1, 256) == 256);
    CHECK(parse({"--jobs=-5"}).number("jobs", -5, 0) == -5);
}

TEST_CASE("a choice is one of its words, or refused with all of them") {
    CHECK(parse({"--mode=pw"}).choice("mode", {"auto", "pw"}) == "pw");
    const auto error = caught([] { (void)parse({"--mode=PW"}).choice("mode", {"auto", "pw"}); });
    CHECK(error.status == ExitStatus::usage);
    CHECK(error.says("--mode is \"PW\"; choose one of auto, pw"));
    CHECK(caught([] {
              (void)parse({}, {{"SYNC_MODE", "x"}}).choice("mode", {"auto", "pw"});
          }).says("SYNC_MODE is \"x\""));
}

TEST_CASE("help begins with an example and names every option, variable and default") {
    const auto text = cli::help(kTool);
    CHECK(text.starts_with("Example: a-tool --dry-run x\n"));
    CHECK(contains(text, "Usage: a-tool [OPTION]... [FILE]...\n"));
    for (const auto& option : kTable) {
        CHECK(contains(text, "--" + std::string(option.name)));
        CHECK(contains(text, std::string(option.help)));
        CHECK(contains(text, std::string(option.env)));
    }
    CHECK(contains(text, "-n, --dry-run"));
    CHECK(contains(text, "--jobs=N"));
    CHECK(contains(text, "[16]"));
    CHECK(contains(text, "($SYNC_JOBS)"));
    for (const auto* name :
         {"--help", "--version", "--log-level", "--log-format", "--quiet", "--completion"}) {
        CHECK(contains(text, name));
    }
}

TEST_CASE("help and version are printed with status 0, and nothing else is done") {
    const auto help = run({"--help"});
    CHECK(help.status == 0);
    CHECK(help.out == cli::help(kTool));
    CHECK(help.err.empty());
    CHECK_FALSE(help.reached);
    CHECK(run({"-h"}).out == help.out);
    const auto version = run({"--version"});
    CHECK(version.status == 0);
    CHECK(version.out == cli::product("a-tool", ' ') + "\n");
    CHECK_FALSE(version.reached);
}

TEST_CASE("completion for bash knows every option, and for another shell is refused") {
    const auto bash = run({"--completion", "bash"});
    CHECK(bash.status == 0);
    CHECK(contains(bash.out, "complete -o filenames -F _a_tool a-tool\n"));
    for (const auto& option : kTable) {
        CHECK(contains(bash.out, "--" + std::string(option.name)));
    }
    CHECK(contains(bash.out, "--jobs= "));
    const auto other = run({"--completion=tcsh"});
    CHECK(other.status == 64);
    CHECK(contains(other.err, "choose one of bash"));
}

TEST_CASE("what the body returns is the exit status") {
    CHECK(run({}).status == 0);
    CHECK(run({}).reached);
    CHECK(run({}, [](const Options&) { return ExitStatus::partial; }).status == 2);
}

TEST_CASE("what the body throws becomes one line on standard error and a status") {
    const auto refused =
        run({}, [](const Options&) -> ExitStatus { throw Error(ExitStatus::denied, "no\nway"); });
    CHECK(refused.status == 77);
    CHECK(refused.err == "a-tool: no\\u000away\n");
    const auto bug =
        run({}, [](const Options&) -> ExitStatus { throw std::runtime_error("a bug"); });
    CHECK(bug.status == 70);
    CHECK(contains(bug.err, "internal error: a bug"));
    const auto memory = run({}, [](const Options&) -> ExitStatus { throw std::bad_alloc(); });
    CHECK(memory.status == 70);
    CHECK(contains(memory.err, "out of memory"));
}

TEST_CASE("a bad command line never reaches the body") {
    const auto ran = run({"--dry-rnu"});
    CHECK(ran.status == 64);
    CHECK_FALSE(ran.reached);
    CHECK(ran.out.empty());
    CHECK(contains(ran.err, "a-tool: unknown option --dry-rnu"));
    CHECK(run({"--log-level=loud"}).status == 64);
}

TEST_CASE("quiet and verbose set what is said") {
    const auto speak = [](const Options&) {
        logging::info("an info");
        logging::warning("a warning");
        return ExitStatus::ok;
    };
    CHECK(run({}, speak).err == "a-tool: warning: a warning\n");
    CHECK(run({"-q"}, speak).err.empty());
    CHECK(contains(run({"-v"}, speak).err, "an info"));
    CHECK(contains(run({"--log-level=debug", "-v"}, speak).err, "an info"));
    CHECK(contains(run({"--log-format=json"}, speak).err, R"("msg":"a warning")"));
}

TEST_CASE("a secret is read from its file, trimmed, and masked from then on") {
    const TemporaryFolder folder;
    const auto file = folder.file("token", " \n cli-test-secret-1 \n\r\n");
    const auto options = parse({"--token-file", file});
    CHECK(cli::secret(options, "token-file", "CLI_TEST_TOKEN") == "cli-test-secret-1");
    CapturedLog log;
    logging::error("it was cli-test-secret-1");
    CHECK(log.text() == "test: it was ***\n");
}

TEST_CASE("a secret's file beats its variable, which is trimmed and masked, too") {
    const TemporaryFolder folder;
    REQUIRE(setenv("CLI_TEST_TOKEN", "cli-test-secret-2\n", 1) == 0);
    CHECK(cli::secret(parse({}), "token-file", "CLI_TEST_TOKEN") == "cli-test-secret-2");
    const auto file = folder.file("token", "cli-test-secret-3");
    CHECK(cli::secret(parse({}, {{"CLI_TEST_TOKEN_FILE", file}}), "token-file", "CLI_TEST_TOKEN") ==
          "cli-test-secret-3");
    CapturedLog log;
    logging::error("cli-test-secret-2");
    CHECK(log.text() == "test: ***\n");
    unsetenv("CLI_TEST_TOKEN");
}

TEST_CASE(
    "a secret that is not given, or is only white space, is none; a file that holds none is "
    "refused") {
    const TemporaryFolder folder;
    unsetenv("CLI_TEST_TOKEN");
    CHECK_FALSE(cli::secret(parse({}), "token-file", "CLI_TEST_TOKEN"));
    const auto empty = caught([&] {
        (void)cli::secret(
            parse({"--token-file", folder.file("blank", " \n")}), "token-file", "CLI_TEST_TOKEN");
    });
    CHECK(empty.status == ExitStatus::usage);  // it was given, and there is nothing in it
    CHECK(empty.says("holds nothing"));
    REQUIRE(setenv("CLI_TEST_TOKEN", " \n", 1) == 0);
    CHECK_FALSE(cli::secret(parse({}), "token-file", "CLI_TEST_TOKEN"));
    unsetenv("CLI_TEST_TOKEN");
}

TEST_CASE("a secret's file that cannot be read is blamed on who named it") {
    const auto by_option = caught([] {
        (void)cli::secret(parse({"--token-file=/nonexistent/t"}), "token-file", "CLI_TEST_TOKEN");
    });
    CHECK(by_option.status == ExitStatus::usage);
    CHECK(by_option.says("--token-file names /nonexistent/t"));
    const auto by_variable = caught([] {
        (void)cli::secret(
            parse({}, {{"CLI_TEST_TOKEN_FILE", "/nonexistent/t"}}), "token-file", "CLI_TEST_TOKEN");
    });
    CHECK(by_variable.status == ExitStatus::bad_config);
    CHECK(by_variable.says("CLI_TEST_TOKEN_FILE names /nonexistent/t"));
}

TEST_CASE("an empty variable is not given") {
    REQUIRE(setenv("CLI_TEST_EMPTY", "", 1) == 0);
    CHECK_FALSE(cli::environment("CLI_TEST_EMPTY"));
    unsetenv("CLI_TEST_EMPTY");
    CHECK_FALSE(cli::environment("CLI_TEST_EMPTY"));
}

TEST_CASE("the time is that of SOURCE_DATE_EPOCH when it is set") {
    REQUIRE(setenv("SOURCE_DATE_EPOCH", "1795456800", 1) == 0);
    CHECK(cli::timestamp() == "2026-11-23T18:00:00Z");
    REQUIRE(setenv("SOURCE_DATE_EPOCH", "yesterday", 1) == 0);
    const auto error = caught([] { (void)cli::timestamp(); });
    CHECK(error.status == ExitStatus::bad_config);
    CHECK(error.says("SOURCE_DATE_EPOCH"));
    unsetenv("SOURCE_DATE_EPOCH");
    CHECK(cli::timestamp().size() == std::string("2026-11-23T18:00:00Z").size());
}
