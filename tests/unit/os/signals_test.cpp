// Recorded signals. Each test runs in its own process, because a recorded signal stays recorded.

#include "os/signals.hpp"

#include "support/another_process.hpp"
#include "support/catch.hpp"

#include <csignal>

TEST_CASE("the signals that end a run are recorded, and do not end it") {
    const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP);
    const int status = status_of(in_another_process([signal] {
        os::signals::note();
        std::raise(signal);
        return os::signals::noted() == signal ? 0 : 1;
    }));
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("under nohup, SIGHUP stays ignored") {
    const int status = status_of(in_another_process([] {
        std::signal(SIGHUP, SIG_IGN);
        os::signals::note();
        std::raise(SIGHUP);
        return os::signals::noted();
    }));
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
