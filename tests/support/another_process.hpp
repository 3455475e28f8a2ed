// Runs code in another process, for tests of the end of a process.
#pragma once

#include "support/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

/// Calls `work` in a child process, whose exit status is the result of `work`. Assertions of Catch2
/// have no effect in it.
inline pid_t in_another_process(const std::function<int()>& work) {
    const pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        _exit(work());
    }
    return pid;
}

/// The status of waitpid, after the child has ended.
inline int status_of(pid_t pid) {
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    return status;
}
