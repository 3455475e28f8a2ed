// cli::run: --help, --version, --completion, log options, and the end of a program.

#include "cli/run.hpp"

#include "base/error.hpp"
#include "base/logging.hpp"
#include "cli/help.hpp"
#include "cli/producer.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/option_table.hpp"

#include <csignal>
#include <functional>
#include <iostream>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace option_table;

namespace {

// cli::run does this as well. It gives std::cout another buffer, so it must come before the test
// runner saves the first one.
[[maybe_unused]] const bool kWasInStep = std::ios::sync_with_stdio(false);

/// The standard output of cli::run, and its status.
struct Run {
    int status = -1;
    std::string out{};
    std::string err{};
    bool reached = false;
};

Run run(const Texts& arguments, const std::function<ExitStatus(const Options&)>& body = {}) {
    std::vector<const char*> argv{"a-tool"};
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

TEST_CASE("help begins with an example and lists every option, variable and default") {
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

TEST_CASE("help has lines of at most 80 characters, broken between words") {
    constexpr std::array kLongTable{Option{
        "max-of-something-else",
        "LIMIT",
        "SYNC_MAX_OF_SOMETHING_ELSE",
        "10%,50",
        "hold a change of a kind that takes many words to describe, so that it needs lines"}};
    cli::Tool tool = kTool;
    tool.options = kLongTable;
    tool.purpose =
        "Says what a sentence of more than eighty characters describes, word by word by word, and "
        "one sentence more.";
    const auto text = cli::help(tool);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        CHECK(line.size() <= 80);
    }
    CHECK(contains(text,
                   "\nSays what a sentence of more than eighty characters describes, word by word "
                   "by\nword, and one sentence more.\n"));
    CHECK(
        contains(text,
                 "      --max-of-something-else=LIMIT\n"
                 "                              hold a change of a kind that takes many words to\n"
                 "                              describe, so that it needs lines [10%,50]\n"
                 "                              ($SYNC_MAX_OF_SOMETHING_ELSE)\n"));
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

TEST_CASE("the result of the body is the exit status") {
    CHECK(run({}).status == 0);
    CHECK(run({}).reached);
    CHECK(run({}, [](const Options&) { return ExitStatus::partial; }).status == 2);
}

TEST_CASE("SIGCHLD, if the parent ignores it, has its default action") {
    std::signal(SIGCHLD, SIG_IGN);
    CHECK(run({}).status == 0);
    CHECK(std::signal(SIGCHLD, SIG_DFL) == SIG_DFL);
}

TEST_CASE("an exception of the body becomes one line on standard error and a status") {
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

TEST_CASE("after an error in the command line, the body is not run") {
    const auto ran = run({"--dry-rnu"});
    CHECK(ran.status == 64);
    CHECK_FALSE(ran.reached);
    CHECK(ran.out.empty());
    CHECK(contains(ran.err, "a-tool: unknown option --dry-rnu"));
    CHECK(run({"--log-level=loud"}).status == 64);
}

TEST_CASE("quiet and verbose set the log level") {
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
    const auto line = run({"--log-format=timestamped"}, speak).err;
    CHECK(line.substr(4, 1) == "-");
    CHECK(line.substr(23) == "Z a-tool: warning: a warning\n");
}
