// The end of programs: time limits, signals, and the end of the tests' own process.

#include "os/subprocess.hpp"

#include "os/signals.hpp"
#include "support/another_process.hpp"
#include "support/catch.hpp"
#include "support/program_run.hpp"
#include "support/temporary_folder.hpp"

#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <utility>

using namespace program_run;

TEST_CASE("a program is ended by a closed pipe although this process ignores SIGPIPE") {
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    const auto ending = ending_of(shell("yes | head -n 1; exit 0"));
    std::signal(SIGPIPE, before);
    CHECK(ending.out == "y\n");
}

TEST_CASE("a program that exceeds its time limit is killed, with everything that it started") {
    const TemporaryFolder folder;
    const Lifeline lifeline(folder.path("lifeline"));
    auto command = shell("exec 9>" + lifeline.path() + "; sleep 1000 & sleep 1000");
    command.time_limit = milliseconds(300);
    const auto begin = std::chrono::steady_clock::now();
    const auto ending = ending_of(command);
    CHECK(std::chrono::steady_clock::now() - begin < seconds(30));
    CHECK_FALSE(ending.ran);
    CHECK(ending.out.empty());
    CHECK(ending.why.starts_with("no end after "));
    CHECK(lifeline.ends_within(seconds(10)));
}

TEST_CASE("processes that a program leaves in its group end with it") {
    const TemporaryFolder folder;
    const Lifeline lifeline(folder.path("lifeline"));
    const auto ending =
        ending_of(shell("exec 9>" + lifeline.path() + "; sleep 1000 > /dev/null & echo done"));
    CHECK(ending.ok());
    CHECK(ending.out == "done\n");
    CHECK(lifeline.ends_within(seconds(10)));
}

TEST_CASE("programs that still run when the pool is destroyed are killed") {
    const TemporaryFolder folder;
    const Lifeline lifeline(folder.path("lifeline"));
    bool told = false;
    {
        Pool pool(2);
        pool.run(shell("exec 9>" + lifeline.path() + "; echo holds >&9; sleep 1000"),
                 [&](const ProgramResult&) { told = true; });
        REQUIRE(lifeline.is_held_within(seconds(10)));
    }
    CHECK_FALSE(told);
    CHECK(lifeline.ends_within(seconds(10)));
}

TEST_CASE("a program does not outlive this process, even after SIGKILL") {
    const TemporaryFolder folder;
    const Lifeline lifeline(folder.path("lifeline"));
    const auto us = in_another_process([&] {
        Pool pool(1);
        pool.run(shell("exec 9>" + lifeline.path() + "; echo holds >&9; exec sleep 1000"),
                 [](const ProgramResult&) {});
        pool.drain();
        return 0;
    });
    REQUIRE(lifeline.is_held_within(seconds(30)));
    kill(us, SIGKILL);
    CHECK(WTERMSIG(status_of(us)) == SIGKILL);
    CHECK(lifeline.ends_within(seconds(30)));
}

TEST_CASE(
    "after unwind(), a signal ends the programs and their children, in run() and in drain()") {
    const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP);
    const bool draining = GENERATE(false, true);
    const TemporaryFolder folder;
    const Lifeline lifeline(folder.path("lifeline"));
    const auto us = in_another_process([&] {
        os::signals::unwind();
        try {
            Pool pool(1);
            pool.run(
                shell("exec 9>" + lifeline.path() + "; echo holds >&9; sleep 1000 & sleep 1000"),
                [](const ProgramResult&) {});
            if (draining) {
                pool.drain();
            } else {
                pool.run(shell("exit 0"), [](const ProgramResult&) {});
            }
        } catch (const os::signals::Interrupted&) {
            return os::signals::noted();
        }
        return 0;
    });
    REQUIRE(lifeline.is_held_within(seconds(30)));
    kill(us, signal);
    CHECK(WEXITSTATUS(status_of(us)) == signal);
    CHECK(lifeline.ends_within(seconds(30)));
}

TEST_CASE("a program gets the default actions of signals, with any handlers in this process") {
    const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP);
    const auto us = in_another_process([signal] {
        std::signal(signal, SIG_IGN);
        os::signals::note();
        std::optional<ProgramResult> ending;
        Pool pool(1);
        pool.run(shell("kill -" + std::to_string(signal) + " $$; echo survived"),
                 [&](ProgramResult e) { ending = std::move(e); });
        pool.drain();
        return ending->why == "ended by signal " + std::to_string(signal) ? 0 : 1;
    });
    CHECK(WEXITSTATUS(status_of(us)) == 0);
}
