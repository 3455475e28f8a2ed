// measure COMMAND [ARGUMENT]...: runs it with its output thrown away, and prints: CPU seconds, wall seconds, peak MiB, status.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace {

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

[[noreturn]] void become(char* command[]) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nowhere, STDOUT_FILENO);
    execvp(command[0], command);
    std::perror(command[0]);
    _exit(127);
}

}  // namespace

int main(int argc, char* argv[]) {
    if (argc < 2) {
        std::fputs("usage: measure COMMAND [ARGUMENT]...\n", stderr);
        return 64;
    }
    const auto start = std::chrono::steady_clock::now();
    const auto child = fork();
    if (child == 0) {
        become(argv + 1);
    }
    int status = 0;
    rusage used{};
    if (child < 0 || wait4(child, &status, 0, &used) < 0) {
        std::perror("measure");
        return 70;
    }
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    std::printf("%.4f\t%.4f\t%.1f\t%d\n",
                seconds(used.ru_utime) + seconds(used.ru_stime),
                wall.count(),
                static_cast<double>(used.ru_maxrss) / 1024,
                WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
