// Another process, for what can only be seen of a process that ends.
#pragma once

#include "support/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

/// Does `work` in it; its exit status is what `work` gives. No assertion of Catch2 counts in there.
inline pid_t in_another_process(const std::function<int()>& work) {
    const pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        _exit(work());
    }
    return pid;
}

/// Of waitpid, when it has ended.
inline int status_of(pid_t pid) {
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    return status;
}
