// Options: the command line overrides the environment, which overrides the default; and the errors.

#include "cli/options.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/option_table.hpp"

#include <string>

using namespace option_table;

TEST_CASE("without options and variables, the defaults apply") {
    const auto options = parse({});
    CHECK_FALSE(options.flag("dry-run"));
    CHECK(options.value("jobs") == "16");
    CHECK(options.number("jobs", 1, 256) == 16);
    CHECK(options.value("bare").empty());
    CHECK(options.list("groups").empty());
    CHECK(options.operands().empty());
}

TEST_CASE("a value comes after = or as the next word") {
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

TEST_CASE("a dash is an operand, and all arguments after two dashes are operands") {
    CHECK(parse({"-"}).operands() == Texts{"-"});
    const auto options = parse({"a", "--", "-n", "--dry-run", "--", "b"});
    CHECK_FALSE(options.flag("dry-run"));
    CHECK(options.operands() == Texts{"a", "-n", "--dry-run", "--", "b"});
    CHECK(parse({"--"}).operands().empty());
    CHECK(parse({""}).operands() == Texts{""});
}

TEST_CASE("an unknown option is rejected, with the nearest name if one is near") {
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

TEST_CASE("an option that is given twice, empty, or without its value is rejected") {
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

TEST_CASE("operands are rejected if the program has none") {
    const auto error = caught([] { (void)parse({"x"}, {}, kWithoutOperands); });
    CHECK(error.status == ExitStatus::usage);
    CHECK(error.says("unexpected operand \"x\""));
    CHECK_NOTHROW(parse({"--dry-run"}, {}, kWithoutOperands));
}

TEST_CASE(
    "the command line overrides the environment and the environment the default; empty is unset") {
    const Environment environment{{"SYNC_JOBS", "7"}, {"SYNC_MODE", ""}};
    CHECK(parse({"--jobs=3"}, environment).value("jobs") == "3");
    CHECK(parse({}, environment).value("jobs") == "7");
    CHECK(parse({}, environment).value("mode") == "auto");
}

TEST_CASE("an option without a variable ignores the environment") {
    CHECK_FALSE(parse({}, {{"plain", "true"}, {"PLAIN", "true"}, {"", "true"}}).flag("plain"));
}

TEST_CASE("the variable of a flag is true or false in a few words, in any case") {
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

TEST_CASE("any other word in the variable of a flag is an error: a typo must not lead to a write") {
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

TEST_CASE("a number is an integer within its range, or rejected with its source") {
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
    CHECK(by_option.says("--jobs is \"" + text + "\"; write an integer from 1 to 256"));
    const auto by_variable = caught([&] {
        (void)parse({}, {{"SYNC_JOBS", text}}).number("jobs", 1, 256);
    });
    CHECK(by_variable.status == ExitStatus::bad_config);
    CHECK(by_variable.says("SYNC_JOBS is \"" + text + "\""));
}

TEST_CASE("both ends of a range are allowed") {
    CHECK(parse({"--jobs=1"}).number("jobs", 1, 256) == 1);
    CHECK(parse({"--jobs=256"}).number("jobs", 1, 256) == 256);
    CHECK(parse({"--jobs=-5"}).number("jobs", -5, 0) == -5);
}

TEST_CASE("a choice is one of its words, or rejected with all of them") {
    CHECK(parse({"--mode=pw"}).choice("mode", {"auto", "pw"}) == "pw");
    const auto error = caught([] { (void)parse({"--mode=PW"}).choice("mode", {"auto", "pw"}); });
    CHECK(error.status == ExitStatus::usage);
    CHECK(error.says("--mode is \"PW\"; choose one of auto, pw"));
    CHECK(caught([] {
              (void)parse({}, {{"SYNC_MODE", "x"}}).choice("mode", {"auto", "pw"});
          }).says("SYNC_MODE is \"x\""));
}
