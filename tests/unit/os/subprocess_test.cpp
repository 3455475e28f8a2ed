// One program: its output, exit status, arguments, environment, and limits.

#include "os/subprocess.hpp"

#include "support/catch.hpp"
#include "support/program_run.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>

using namespace program_run;

TEST_CASE("the output of a program that succeeds is complete") {
    const auto ending = ending_of(shell("printf 'one\\ntwo'"));
    CHECK(ending.ok());
    CHECK(ending.ran);
    CHECK(ending.status == 0);
    CHECK(ending.out == "one\ntwo");
}

TEST_CASE("a program may print nothing") {
    const auto ending = ending_of(shell(":"));
    CHECK(ending.ok());
    CHECK(ending.out.empty());
}

TEST_CASE("an exit status is reported with the first line of standard error") {
    const auto ending =
        ending_of(shell("echo out; echo 'no such user: x' >&2; echo more >&2; exit 3"));
    CHECK_FALSE(ending.ok());
    CHECK(ending.ran);
    CHECK(ending.status == 3);
    CHECK(ending.why == "exit status 3: no such user: x");
}

TEST_CASE("text on standard error is not a failure, and is not part of the output") {
    const auto ending = ending_of(shell("echo warning >&2; echo key"));
    CHECK(ending.ok());
    CHECK(ending.out == "key\n");
}

TEST_CASE("a program that is killed did not run to its end") {
    const auto ending = ending_of(shell("echo half; kill -TERM $$"));
    CHECK_FALSE(ending.ran);
    CHECK_FALSE(ending.ok());
    CHECK(ending.why == "ended by signal 15");
}

TEST_CASE("a missing program is a failure, not an exception") {
    const auto name = GENERATE(as<std::string>{}, "/nonexistent/pw", "no-such-program-here", "/");
    const auto ending = ending_of({{name}, kPath});
    CHECK_FALSE(ending.ran);
    CHECK(ending.why.starts_with("cannot start " + name + ": "));
}

TEST_CASE("arguments are passed unchanged: no shell is involved") {
    const auto ending =
        ending_of({{"/usr/bin/printf", "%s|", "a b", "$(id)", "", "*", "-x;'\""}, {}});
    CHECK(ending.out == "a b|$(id)||*|-x;'\"|");
}

TEST_CASE("a program is looked up on our PATH, not on the PATH in its environment") {
    const auto ending = ending_of({{"env"}, {"PATH=/nonexistent", "A=1"}});
    CHECK(ending.ok());
    CHECK(ending.out == "PATH=/nonexistent\nA=1\n");
}

TEST_CASE("the environment has the given variables and no others") {
    REQUIRE(setenv("SUBPROCESS_TEST_SECRET", "do not inherit", 1) == 0);
    CHECK(ending_of({{"/usr/bin/env"}, {}}).out.empty());
    CHECK(ending_of({{"/usr/bin/env"}, {"B=2", "A=x y=z"}}).out == "B=2\nA=x y=z\n");
    unsetenv("SUBPROCESS_TEST_SECRET");
}

TEST_CASE("standard input is empty, so no program waits for input") {
    CHECK(ending_of(shell("wc -c")).out == "0\n");
}

TEST_CASE("more output than allowed is a failure, and the program is not waited for") {
    auto command = shell("yes; sleep 1000");
    command.most_output = 1000;
    const auto ending = ending_of(command);
    CHECK_FALSE(ending.ran);
    CHECK(ending.out.empty());
    CHECK(ending.why == "more than 1000 bytes of output");
}

TEST_CASE("output of exactly the maximum is accepted, one byte more is not") {
    auto command = shell("printf '%0100d' 7");
    command.most_output = 100;
    CHECK(ending_of(command).out.size() == 100);
    command.most_output = 99;
    CHECK_FALSE(ending_of(command).ran);
}

TEST_CASE("output larger than a pipe is complete") {
    const auto ending = ending_of(shell("head -c 1000000 /dev/zero | tr '\\0' x"));
    CHECK(ending.ok());
    CHECK(ending.out == std::string(1'000'000, 'x'));
}

TEST_CASE("long text on standard error does not block standard output") {
    const auto ending =
        ending_of(shell("i=0; while [ $i -lt 3000 ]; do echo 'a warning that nobody reads' >&2; "
                        "i=$((i+1)); done; echo key"));
    CHECK(ending.ok());
    CHECK(ending.out == "key\n");
}

TEST_CASE("a long first line on standard error is reported in part, not dropped") {
    const auto ending = ending_of(shell("printf '%09999d' 1 >&2; exit 4"));
    CHECK(ending.status == 4);
    CHECK(ending.why.starts_with("exit status 4: 000"));
    CHECK(ending.why.size() < 5000);
}

TEST_CASE("a program that closes its output early is still waited for") {
    const auto ending = ending_of(shell("echo key; exec >&- 2>&-; exit 5"));
    CHECK(ending.ran);
    CHECK(ending.status == 5);
}

TEST_CASE("a program is found on PATH if it is executable there") {
    CHECK_FALSE(os::subprocess::find_program("no-such-program-here"));
    CHECK(os::subprocess::find_program("/any/place") == "/any/place");
    const auto shell_place = os::subprocess::find_program("sh");
    REQUIRE(shell_place);
    CHECK(access(shell_place->c_str(), X_OK) == 0);
}
