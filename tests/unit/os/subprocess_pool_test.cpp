// Many programs at once: their number, and the descriptors that they need.

#include "os/subprocess.hpp"

#include "support/catch.hpp"
#include "support/program_run.hpp"
#include "support/temporary_folder.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

using namespace program_run;

namespace {

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all))) -
           1;  // without the descriptor that reads the directory
}

}  // namespace

TEST_CASE("a program does not inherit descriptors of the other programs") {
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

TEST_CASE("programs run at the same time: two that wait for each other both end") {
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

TEST_CASE("at most the allowed number of programs run at once") {
    const TemporaryFolder folder;
    // mkdir succeeds for one at a time: a process that finds the directory of another was not
    // alone.
    const auto alone = shell("mkdir " + folder.path("busy") + " && rmdir " + folder.path("busy"));
    int ended = 0;
    Pool pool(1);
    for (int i = 0; i < 20; ++i) {
        pool.run(alone, [&](const ProgramResult& ending) { ended += ending.ok() ? 1 : 0; });
    }
    pool.drain();
    CHECK(ended == 20);
}

TEST_CASE("the failure of one program does not make another fail") {
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

TEST_CASE("drain() of an empty pool returns at once") {
    Pool pool(3);
    CHECK_NOTHROW(pool.drain());
}

TEST_CASE("if descriptors run out, programs wait for one another instead of failing") {
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit few{static_cast<rlim_t>(open_descriptors() + 12),
                     before.rlim_max};  // for about three at once
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

TEST_CASE("no descriptor stays open after any end of a program") {
    const auto before = open_descriptors();
    auto slow = shell("sleep 1000");
    slow.time_limit = milliseconds(50);
    (void)ending_of(shell("echo key"));
    (void)ending_of(slow);
    (void)ending_of({{"/nonexistent/pw"}, kPath});
    (void)ending_of({{"no-such-program-here"}, kPath});
    CHECK(open_descriptors() == before);
}
