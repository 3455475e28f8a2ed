// measure COMMAND [ARGUMENT]...: runs it, discards its output, and prints: CPU seconds, wall
// seconds, peak MiB, status, and CPU seconds without those of its child processes.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

[[noreturn]] void become(char* command[]) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nowhere, STDOUT_FILENO);
    execvp(command[0], command);
    std::perror(command[0]);
    _exit(127);
}

// For a program that has ended and was not waited for yet; proc(5): utime and stime are the 12th
// and 13th field after its name.
double own_seconds(pid_t program) {
    std::ifstream file("/proc/" + std::to_string(program) + "/stat");
    std::string line;
    std::getline(file, line);
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string passed;
    for (int field = 1; field < 12; ++field) {
        fields >> passed;
    }
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
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
    siginfo_t ended{};
    int status = 0;
    rusage used{};
    if (child < 0 || waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) < 0) {
        std::perror("measure");
        return 70;
    }
    const auto own = own_seconds(child);
    if (wait4(child, &status, 0, &used) < 0) {
        std::perror("measure");
        return 70;
    }
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    std::printf("%.4f\t%.4f\t%.1f\t%d\t%.2f\n",
                seconds(used.ru_utime) + seconds(used.ru_stime),
                wall.count(),
                static_cast<double>(used.ru_maxrss) / 1024,
                WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                own);
}
