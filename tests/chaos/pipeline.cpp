#include "pipeline.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace chaos {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kStep = std::chrono::milliseconds(2);

struct Process {
    std::string name{};
    pid_t pid = 0;
};

// The state is the first word after the name, which is in brackets and may contain any character.
std::optional<Process> process_of_session(const std::filesystem::path& folder, pid_t session) {
    std::ifstream in(folder / "stat");
    std::string line;
    std::getline(in, line);
    const auto open = line.find('(');
    const auto close = line.rfind(')');
    if (open == std::string::npos || close == std::string::npos) {
        return std::nullopt;
    }
    std::istringstream rest(line.substr(close + 1));
    char state = 0;
    pid_t parent = 0;
    pid_t group = 0;
    pid_t its_session = 0;
    rest >> state >> parent >> group >> its_session;
    if (its_session != session || state == 'Z' || state == 'X') {
        return std::nullopt;
    }
    return Process{line.substr(open + 1, close - open - 1), std::stoi(line)};
}

/// By name, then by age.
std::vector<Process> session_members(pid_t session) {
    std::vector<Process> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        if (auto process = process_of_session(entry.path(), session)) {
            found.push_back(std::move(*process));
        }
    }
    std::sort(found.begin(), found.end(), [](const Process& a, const Process& b) {
        return std::pair(a.name, a.pid) < std::pair(b.name, b.pid);
    });
    return found;
}

std::map<pid_t, int>& ended_statuses() {
    static std::map<pid_t, int> statuses;
    return statuses;
}

/// The wait statuses of children that have ended, orphans included.
const std::map<pid_t, int>& ended_children() {
    auto& statuses = ended_statuses();
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        statuses[pid] = status;
    }
    return statuses;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (const auto& text : texts) {
        all.push_back(const_cast<char*>(text.c_str()));
    }
    all.push_back(nullptr);
    return all;
}

}  // namespace

void adopt_orphans() {
    (void)::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

Pipeline::Pipeline(const Texts& command, const Texts& environment, const std::string& log)
    : log_(log) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(
        &files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    (void)posix_spawn_file_actions_adddup2(&files, 1, 2);
    (void)posix_spawn_file_actions_addclosefrom_np(&files, 3);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)posix_spawnattr_setsigmask(&attributes, &signals);
    (void)sigfillset(&signals);
    (void)posix_spawnattr_setsigdefault(&attributes, &signals);
    const int failure = posix_spawn(&pid_,
                                    command.front().c_str(),
                                    &files,
                                    &attributes,
                                    pointers(command).data(),
                                    pointers(environment).data());
    (void)posix_spawn_file_actions_destroy(&files);
    (void)posix_spawnattr_destroy(&attributes);
    if (failure != 0) {
        throw std::runtime_error(command.front() + ": " + std::strerror(failure));
    }
    ended_statuses().erase(pid_);  // of an earlier process with this number
}

std::optional<int> Pipeline::wait(std::chrono::seconds longest) {
    const auto end = Clock::now() + longest;
    while (true) {
        const auto& ended = ended_children();
        if (const auto found = ended.find(pid_); found != ended.end()) {
            killed_ = WIFSIGNALED(found->second) && WTERMSIG(found->second) == SIGKILL;
            return WIFSIGNALED(found->second) ? 128 + WTERMSIG(found->second)
                                              : WEXITSTATUS(found->second);
        }
        if (Clock::now() > end) {
            return std::nullopt;
        }
        std::this_thread::sleep_for(kStep);
    }
}

bool Pipeline::ends_wholly(std::chrono::seconds longest) const {
    const auto end = Clock::now() + longest;
    while (true) {
        (void)ended_children();
        if (session_members(pid_).empty()) {
            return true;
        }
        if (Clock::now() > end) {
            return false;
        }
        std::this_thread::sleep_for(5 * kStep);
    }
}

std::string Pipeline::processes_left() const {
    std::string names;
    for (const auto& process : session_members(pid_)) {
        names += " " + process.name + "(" + std::to_string(process.pid) + ")";
    }
    return names;
}

void Pipeline::signal_run(int signal) const {
    (void)::kill(pid_, signal);
}

void Pipeline::signal_any(int signal, std::size_t number) const {
    const auto processes = session_members(pid_);
    if (!processes.empty()) {
        (void)::kill(processes[number % processes.size()].pid, signal);
    }
}

void Pipeline::kill_all() const {
    for (const auto& process : session_members(pid_)) {
        (void)::kill(process.pid, SIGKILL);
    }
}

}  // namespace chaos
