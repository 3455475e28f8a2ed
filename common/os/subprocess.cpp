#include "os/subprocess.hpp"

#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/text.hpp"
#include "os/descriptor.hpp"
#include "os/signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <sstream>
#include <utility>

namespace os::subprocess {

using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kMostErrorText = 4096;
constexpr auto kStep = std::chrono::seconds(1);  // between two checks for signals

[[noreturn]] void throw_errno(const char* call) {
    throw Error(ExitStatus::io_error,
                std::string(call) + " failed: " + std::strerror(errno) +
                    "; are there enough file descriptors and processes (ulimit -n, -u)?");
}

struct PipeEnds {
    Descriptor read{};
    Descriptor write{};
};

// Nullopt if no descriptor is left.
std::optional<PipeEnds> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return std::nullopt;
    }
    PipeEnds pipe{.read = Descriptor(ends[0]), .write = Descriptor(ends[1])};
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        throw_errno("fcntl");
    }
    return pipe;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (const auto& text : texts) {
        list.push_back(const_cast<char*>(
            text.c_str()));  // the old signature of exec; it does not write through this pointer
    }
    list.push_back(nullptr);
    return list;
}

// Runs in the child between vfork and exec, sharing our address space: async-signal-safe system
// calls only. errno has the cause of a failure.
void become(const char* place,
            char* const* argv,
            char* const* environment,
            int out,
            int err,
            pid_t parent,
            const sigset_t& mask) {
    errno = 0;
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    const int null = open("/dev/null", O_RDONLY);
    const bool ready =
        prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
        getppid() == parent &&  // it must not outlive us, even if we are killed
        setpgid(0, 0) ==
            0 &&  // its own process group: a time limit also ends the programs that it started
        null >= 0 &&
        dup2(null, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(err, STDERR_FILENO) >= 0 && (null <= STDERR_FILENO || close(null) == 0) &&
        sigaction(SIGPIPE, &by_default, nullptr) ==
            0 &&  // this process ignores it, and exec keeps ignored signals
        sigaction(SIGTERM, &by_default, nullptr) == 0 &&
        sigaction(SIGINT, &by_default, nullptr) == 0 &&
        sigaction(SIGHUP, &by_default, nullptr) == 0 &&
        sigprocmask(SIG_SETMASK, &mask, nullptr) == 0;
    if (ready) {
        execve(place, argv, environment);
    }
}

// Starts the program. Returns 0 or an errno. posix_spawn also uses vfork, but cannot set
// PR_SET_PDEATHSIG. fork would copy our page tables: tens of milliseconds for a process of a
// gigabyte.
int spawn(pid_t& pid, const Command& command, int out, int err) {
    const auto place = find_program(command.argv.front());
    if (!place) {
        return ENOENT;
    }
    const auto argv = pointers(command.argv);
    const auto environment = pointers(command.environment);
    const pid_t parent = getpid();
    volatile int fault = 0;  // the child writes it: both share the memory
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);  // no signal handler of this program runs in the child
    pid = vfork();
    if (pid == 0) {
        become(place->c_str(), argv.data(), environment.data(), out, err, parent, before);
        fault = errno == 0 ? ECANCELED : errno;
        _exit(127);
    }
    if (pid < 0) {
        fault = errno;
    }
    sigprocmask(SIG_SETMASK, &before, nullptr);
    if (pid > 0 && fault != 0) {
        waitpid(pid, nullptr, 0);
    }
    return fault;
}

bool is_shortage(int fault) {
    return fault == EMFILE || fault == ENFILE || fault == EAGAIN || fault == ENOMEM ||
           fault == ENOSPC;
}

// glibc 2.36 declares its own wrapper without extern "C", so C++ cannot link to it.
int open_pidfd(pid_t pid) {
    return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

// Appends the output that is available, up to `most` bytes in all; false if there was more.
bool read_available(Descriptor& pipe, std::string& text, std::size_t most) {
    bool fits = true;
    std::array<char, 16384> buffer{};
    while (pipe.get() >= 0) {
        const auto got = read(pipe.get(), buffer.data(), buffer.size());
        if (got > 0) {
            const auto taken = std::min(static_cast<std::size_t>(got), most - text.size());
            text.append(buffer.data(), taken);
            fits = fits && taken == static_cast<std::size_t>(got);
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            pipe.close();
        } else if (errno == EAGAIN) {
            break;
        }
    }
    return fits;
}

}  // namespace

struct Pool::Child {
    std::uint64_t number = 0;
    Done done{};
    pid_t pid = -1;
    Descriptor ended{};  // a pidfd: readable when the program has ended
    Descriptor out{};
    Descriptor err{};
    Clock::time_point deadline{};
    std::chrono::milliseconds time_limit{};
    std::size_t most_output = 0;
    std::string out_text{};
    std::string err_text{};
    std::optional<std::string> killed{};  // the reason
    bool is_ready = false;                // there is output to read
    bool has_ended = false;

    // The data of an event is twice the number of the child, plus one for the end of the child.
    [[nodiscard]] bool watch(Epoll& watched) const {
        return watched.add(ended.get(), EPOLLIN, 2 * number + 1) &&
               watched.add(out.get(), EPOLLIN, 2 * number) &&
               watched.add(err.get(), EPOLLIN, 2 * number);
    }
    void kill(const std::string& why) {
        if (!killed) {
            killed = why;
            ::kill(-pid, SIGKILL);
        }
    }
    void read_all() {
        if (!read_available(out, out_text, most_output)) {
            kill("more than " + std::to_string(most_output) + " bytes of output");
            out.close();
        }
        (void)read_available(err,
                             err_text,
                             kMostErrorText);  // further output is read and dropped: a closed pipe
                                               // would end the program
    }
    [[nodiscard]] ProgramResult ending(int status) const {
        if (killed) {
            return {.ran = false, .status = 0, .why = *killed};
        }
        const auto said = text::trim(err_text);
        const std::string words =
            said.empty() ? "" : ": " + std::string(said.substr(0, said.find('\n')));
        if (WIFSIGNALED(status)) {
            return {.ran = false,
                    .status = 0,
                    .why = "ended by signal " + std::to_string(WTERMSIG(status)) + words};
        }
        return {.ran = true,
                .status = WEXITSTATUS(status),
                .out = out_text,
                .why = "exit status " + std::to_string(WEXITSTATUS(status)) + words};
    }
};

std::optional<std::string> find_program(const std::string& program) {
    if (program.find('/') != std::string::npos) {
        return program;
    }
    const char* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (auto place = folder + "/" + program;
            !folder.empty() && access(place.c_str(), X_OK) == 0) {
            return place;
        }
    }
    return std::nullopt;
}

Pool::Pool(std::size_t jobs) : jobs_(jobs) {}

Pool::~Pool() {
    for (auto& child : children_) {
        ::kill(-child->pid, SIGKILL);
        while (waitpid(child->pid, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
}

void Pool::run(Command command, Done done) {
    while (children_.size() >= jobs_) {
        wait_for_one();
    }
    // Descriptors and processes may run out for a short time: programs of this process and of
    // others release theirs when they end.
    constexpr int kMostTries = 100;
    int fault = start(command, done);
    for (int tries = 1; is_shortage(fault) && (!children_.empty() || tries < kMostTries); ++tries) {
        if (!children_.empty()) {
            wait_for_one();
        } else {
            (void)poll(nullptr, 0, 100);
            (void)signals::stop_asked();
        }
        fault = start(command, done);
    }
    if (fault != 0) {
        done({.ran = false,
              .status = 0,
              .why = "cannot start " + command.argv.front() + ": " + std::strerror(fault)});
    }
}

// 0 if the program runs, and then `done` is moved from; otherwise an errno.
int Pool::start(const Command& command, Done& done) {
    auto out = make_pipe();
    auto err = make_pipe();
    if (!out || !err) {
        return errno;
    }
    auto child = std::make_unique<Child>();
    if (const int fault = spawn(child->pid, command, out->write.get(), err->write.get());
        fault != 0) {
        return fault;
    }
    child->number = ++started_;
    child->ended = Descriptor(open_pidfd(child->pid));
    child->out = std::move(out->read);
    child->err = std::move(err->read);
    if (child->ended.get() < 0 || !child->watch(watched_)) {
        const int fault = errno;
        ::kill(-child->pid, SIGKILL);
        waitpid(child->pid, nullptr, 0);
        return fault;
    }
    child->done = std::move(done);
    child->time_limit = command.time_limit;
    child->deadline = Clock::now() + command.time_limit;
    child->most_output = command.most_output;
    children_.push_back(std::move(child));
    return 0;
}

void Pool::drain() {
    while (!children_.empty()) {
        wait_for_one();
    }
}

// Waits for an event of any child: output, its end, or its deadline.
void Pool::wait_for_one() {
    (void)signals::stop_asked();
    progress::tick(Clock::now(), [this] {
        return progress::Waiting{.service = "pw", .in_flight = children_.size()};
    });
    auto deadline = Clock::now() + kStep;
    for (const auto& child : children_) {
        if (!child->killed) {
            deadline = std::min(deadline, child->deadline);
        }
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    for (const auto& event : watched_.wait(std::max(left, std::chrono::milliseconds(0)))) {
        const auto is_its = [&](const auto& child) { return child->number == event.data.u64 / 2; };
        if (const auto child = std::find_if(children_.begin(), children_.end(), is_its);
            child != children_.end()) {
            (*child)->is_ready = true;
            (*child)->has_ended = (*child)->has_ended || event.data.u64 % 2 == 1;
        }
    }
    const auto now = Clock::now();
    for (std::size_t i = children_.size(); i-- > 0;) {
        auto& child = *children_[i];
        if (std::exchange(child.is_ready, false)) {
            child.read_all();  // also after its end: the pipe may hold the last output
        }
        if (child.has_ended) {
            finish(i);
        } else if (now >= child.deadline) {
            child.kill("no end after " + std::to_string(child.time_limit.count() / 1000) + " s");
        }
    }
}

void Pool::finish(std::size_t index) {
    auto child = std::move(children_[index]);
    children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(index));
    ::kill(-child->pid, SIGKILL);  // kills the processes that it left in its group; it is not
                                   // reaped yet, so the group number cannot belong to another group
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
    }
    child->done(child->ending(status));
}

}  // namespace os::subprocess
