#include "os/subprocess.hpp"

#include "os/signals.hpp"
#include "support/another_process.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

using os::subprocess::Command;
using os::subprocess::Pool;
using os::subprocess::ProgramResult;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

using Texts = std::vector<std::string>;

const Texts kPath{"PATH=/usr/bin:/bin"};

Command shell(const std::string& script) {
    return {{"/bin/sh", "-c", script}, kPath};
}

ProgramResult ending_of(Command command) {
    std::optional<ProgramResult> ending;
    Pool pool(1);
    pool.run(std::move(command), [&](ProgramResult e) { ending = std::move(e); });
    pool.drain();
    REQUIRE(ending);
    return *ending;
}

/// A named pipe that reads as ended when nobody holds it open for writing any more.
class Lifeline {
  public:
    explicit Lifeline(std::string path) : path_(std::move(path)) {
        REQUIRE(mkfifo(path_.c_str(), 0600) == 0);
        fd_ = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        REQUIRE(fd_ >= 0);
    }
    Lifeline(const Lifeline&) = delete;
    Lifeline& operator=(const Lifeline&) = delete;
    ~Lifeline() { close(fd_); }

    [[nodiscard]] const std::string& path() const { return path_; }

    /// Whether somebody wrote a line to it within `longest`; takes the line.
    [[nodiscard]] bool is_held_within(seconds longest) const {
        pollfd watched{fd_, POLLIN, 0};
        char line[64];
        return poll(&watched, 1, static_cast<int>(milliseconds(longest).count())) == 1 &&
               read(fd_, line, sizeof line) > 0;
    }

    /// Whether it was opened and then let go of within `longest`.
    [[nodiscard]] bool ends_within(seconds longest) const {
        pollfd watched{fd_, POLLIN, 0};
        const auto wait = static_cast<int>(milliseconds(longest).count());
        return poll(&watched, 1, wait) == 1 && (watched.revents & POLLHUP) != 0;
    }

  private:
    std::string path_;
    int fd_ = -1;
};

}  // namespace

TEST_CASE("the output of a program that ends well is taken whole") {
    const auto ending = ending_of(shell("printf 'one\\ntwo'"));
    CHECK(ending.ok());
    CHECK(ending.ran);
    CHECK(ending.status == 0);
    CHECK(ending.out == "one\ntwo");
}

TEST_CASE("a program may say nothing") {
    const auto ending = ending_of(shell(":"));
    CHECK(ending.ok());
    CHECK(ending.out.empty());
}

TEST_CASE("an exit status is told with the first line of standard error") {
    const auto ending =
        ending_of(shell("echo out; echo 'no such user: x' >&2; echo more >&2; exit 3"));
    CHECK_FALSE(ending.ok());
    CHECK(ending.ran);
    CHECK(ending.status == 3);
    CHECK(ending.why == "exit status 3: no such user: x");
}

TEST_CASE("words on standard error do not make a failure, and do not get into the output") {
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

TEST_CASE("a program that is not there is a failure, not an exception") {
    const auto name = GENERATE(as<std::string>{}, "/nonexistent/pw", "no-such-program-here", "/");
    const auto ending = ending_of({{name}, kPath});
    CHECK_FALSE(ending.ran);
    CHECK(ending.why.starts_with("cannot start " + name + ": "));
}

TEST_CASE("arguments arrive as they are: there is no shell in between") {
    const auto ending =
        ending_of({{"/usr/bin/printf", "%s|", "a b", "$(id)", "", "*", "-x;'\""}, {}});
    CHECK(ending.out == "a b|$(id)||*|-x;'\"|");
}

TEST_CASE("a program is looked up on our PATH, not on the one that it gets") {
    const auto ending = ending_of({{"env"}, {"PATH=/nonexistent", "A=1"}});
    CHECK(ending.ok());
    CHECK(ending.out == "PATH=/nonexistent\nA=1\n");
}

TEST_CASE("the environment is what was given and nothing else") {
    REQUIRE(setenv("SUBPROCESS_TEST_SECRET", "do not inherit", 1) == 0);
    CHECK(ending_of({{"/usr/bin/env"}, {}}).out.empty());
    CHECK(ending_of({{"/usr/bin/env"}, {"B=2", "A=x y=z"}}).out == "B=2\nA=x y=z\n");
    unsetenv("SUBPROCESS_TEST_SECRET");
}

TEST_CASE("standard input is empty, so that nobody waits for an answer") {
    CHECK(ending_of(shell("wc -c")).out == "0\n");
}

TEST_CASE("a program gets no descriptor of the programs beside it") {
    const auto count = shell("ls /proc/self/fd | wc -l");
    const auto alone = ending_of(count).out;
    std::string among_others;
    Pool pool(3);
    auto waiting = shell("sleep 1000");
    waiting.time_limit = milliseconds(500);
    pool.run(waiting, [](const ProgramResult&) {});
    pool.run(waiting, [](const ProgramResult&) {});
    pool.run(count, [&](const ProgramResult& ending) { among_others = ending.out; });
    pool.drain();
    CHECK(among_others == alone);
}

TEST_CASE("a program is ended by a closed pipe although we ignore that signal") {
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    const auto ending = ending_of(shell("yes | head -n 1; exit 0"));
    std::signal(SIGPIPE, before);
    CHECK(ending.out == "y\n");
}

TEST_CASE("a program that does not end is ended, with everything that it started") {
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

TEST_CASE("what a program leaves behind in its group ends with it") {
    const TemporaryFolder folder;
    const Lifeline lifeline(folder.path("lifeline"));
    const auto ending =
        ending_of(shell("exec 9>" + lifeline.path() + "; sleep 1000 > /dev/null & echo done"));
    CHECK(ending.ok());
    CHECK(ending.out == "done\n");
    CHECK(lifeline.ends_within(seconds(10)));
}

TEST_CASE("more output than allowed is a failure, and the program is not waited for") {
    auto command = shell("yes; sleep 1000");
    command.most_output = 1000;
    const auto ending = ending_of(command);
    CHECK_FALSE(ending.ran);
    CHECK(ending.out.empty());
    CHECK(ending.why == "more than 1000 bytes of output");
}

TEST_CASE("output of exactly the bound is taken, one byte more is not") {
    auto command = shell("printf '%0100d' 7");
    command.most_output = 100;
    CHECK(ending_of(command).out.size() == 100);
    command.most_output = 99;
    CHECK_FALSE(ending_of(command).ran);
}

TEST_CASE("output larger than a pipe is taken whole") {
    const auto ending = ending_of(shell("head -c 1000000 /dev/zero | tr '\\0' x"));
    CHECK(ending.ok());
    CHECK(ending.out == std::string(1'000'000, 'x'));
}

TEST_CASE("a program that talks much on standard error still has its say on standard output") {
    const auto ending =
        ending_of(shell("i=0; while [ $i -lt 3000 ]; do echo 'a warning that nobody reads' >&2; "
                        "i=$((i+1)); done; echo key"));
    CHECK(ending.ok());
    CHECK(ending.out == "key\n");
}

TEST_CASE("a long first line on standard error is told in part, not dropped") {
    const auto ending = ending_of(shell("printf '%09999d' 1 >&2; exit 4"));
    CHECK(ending.status == 4);
    CHECK(ending.why.starts_with("exit status 4: 000"));
    CHECK(ending.why.size() < 5000);
}

TEST_CASE("a program that closes its output early is waited for all the same") {
    const auto ending = ending_of(shell("echo key; exec >&- 2>&-; exit 5"));
    CHECK(ending.ran);
    CHECK(ending.status == 5);
}

TEST_CASE("many programs run, each with its own output") {
    constexpr int kPrograms = 60;
    std::vector<std::string> outs(kPrograms);
    Pool pool(8);
    for (int i = 0; i < kPrograms; ++i) {
        pool.run(shell("echo " + std::to_string(i)), [&outs, i](const ProgramResult& ending) {
            outs[static_cast<std::size_t>(i)] = ending.out;
        });
    }
    pool.drain();
    for (int i = 0; i < kPrograms; ++i) {
        CHECK(outs[static_cast<std::size_t>(i)] == std::to_string(i) + "\n");
    }
}

TEST_CASE("programs run beside each other: two that wait for each other both end") {
    const TemporaryFolder folder;
    const auto there = folder.path("there");
    const auto back = folder.path("back");
    REQUIRE(mkfifo(there.c_str(), 0600) == 0);
    REQUIRE(mkfifo(back.c_str(), 0600) == 0);
    int ended = 0;
    Pool pool(2);
    const auto count = [&](const ProgramResult& ending) { ended += ending.ok() ? 1 : 0; };
    pool.run(shell("echo ball > " + there + " && read x < " + back), count);
    pool.run(shell("read x < " + there + " && echo ball > " + back), count);
    pool.drain();
    CHECK(ended == 2);
}

TEST_CASE("no more programs run at once than allowed") {
    const TemporaryFolder folder;
    // mkdir succeeds for one at a time: whoever meets another's folder was not alone.
    const auto alone = shell("mkdir " + folder.path("busy") + " && rmdir " + folder.path("busy"));
    int ended = 0;
    Pool pool(1);
    for (int i = 0; i < 20; ++i) {
        pool.run(alone, [&](const ProgramResult& ending) { ended += ending.ok() ? 1 : 0; });
    }
    pool.drain();
    CHECK(ended == 20);
}

TEST_CASE("a failure of one is no failure of another") {
    std::vector<int> statuses(3);
    Pool pool(3);
    for (int i = 0; i < 3; ++i) {
        pool.run(shell("exit " + std::to_string(i)), [&statuses, i](const ProgramResult& ending) {
            statuses[static_cast<std::size_t>(i)] = ending.status;
        });
    }
    pool.drain();
    CHECK(statuses == std::vector<int>{0, 1, 2});
}

TEST_CASE("programs that still run when the pool goes are ended") {
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

TEST_CASE("draining an empty pool is nothing") {
    Pool pool(3);
    CHECK_NOTHROW(pool.drain());
}

namespace {

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all))) -
           1;  // without the one that looks
}

}  // namespace

TEST_CASE("a program does not outlive us, even when we are killed") {
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
    "a signal that unwinds ends the programs and what they started, while waiting for a place and "
    "while draining") {
    const int signal = GENERATE(SIGTERM, SIGINT);
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

TEST_CASE("a program gets SIGTERM and SIGINT as they are by default, whatever we do with them") {
    const auto us = in_another_process([] {
        std::signal(SIGTERM, SIG_IGN);
        os::signals::note();
        std::optional<ProgramResult> ending;
        Pool pool(1);
        pool.run(shell("kill -TERM $$; echo survived"),
                 [&](ProgramResult e) { ending = std::move(e); });
        pool.drain();
        return ending->why == "ended by signal 15" ? 0 : 1;
    });
    CHECK(WEXITSTATUS(status_of(us)) == 0);
}

TEST_CASE("when descriptors run short, programs wait for one another instead of failing") {
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit few{static_cast<rlim_t>(open_descriptors() + 12),
                     before.rlim_max};  // for three or so at once
    REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
    std::size_t well = 0;
    {
        Pool pool(40);
        for (int i = 0; i < 40; ++i) {
            pool.run(shell("echo key"),
                     [&](const ProgramResult& ending) { well += ending.out == "key\n" ? 1U : 0U; });
        }
        pool.drain();
    }
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(well == 40);
}

TEST_CASE("a pool of 256 fits into 1024 descriptors") {
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit usual{std::min<rlim_t>(1024, before.rlim_max), before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &usual) == 0);
    const TemporaryFolder folder;
    const auto gate = folder.path("gate");
    REQUIRE(mkfifo(gate.c_str(), 0600) == 0);
    std::size_t well = 0;
    {
        // Opening the gate for reading waits for the writer, which is the last: all must run at
        // once.
        Pool pool(256);
        for (int i = 0; i < 255; ++i) {
            pool.run(shell("exec 3<" + gate),
                     [&](const ProgramResult& ending) { well += ending.ok() ? 1U : 0U; });
        }
        pool.run(shell("exec 3>" + gate + "; sleep 1"),
                 [&](const ProgramResult& ending) { well += ending.ok() ? 1U : 0U; });
        pool.drain();
    }
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(well == 256);
}

TEST_CASE("no descriptor is left behind, however a program ends") {
    const auto before = open_descriptors();
    auto slow = shell("sleep 1000");
    slow.time_limit = milliseconds(50);
    (void)ending_of(shell("echo key"));
    (void)ending_of(slow);
    (void)ending_of({{"/nonexistent/pw"}, kPath});
    (void)ending_of({{"no-such-program-here"}, kPath});
    CHECK(open_descriptors() == before);
}

TEST_CASE("a program is found on PATH when it can be run from there") {
    CHECK_FALSE(os::subprocess::find_program("no-such-program-here"));
    CHECK(os::subprocess::find_program("/any/place") == "/any/place");
    const auto shell_place = os::subprocess::find_program("sh");
    REQUIRE(shell_place);
    CHECK(access(shell_place->c_str(), X_OK) == 0);
}
