#include "subprocess.hpp"

#include "error.hpp"
#include "text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

namespace subprocess {

using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kMostErrorText = 4096;

[[noreturn]] void throw_errno(const char* call) {
    throw Error(ExitStatus::io_error, std::string(call) + " failed: " + std::strerror(errno) + "; are there enough file descriptors and processes (ulimit -n, -u)?");
}

class Descriptor {
 public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() { close(); }

    [[nodiscard]] int get() const { return fd_; }
    void close() {
        if (fd_ >= 0) {
            ::close(std::exchange(fd_, -1));
        }
    }

 private:
    int fd_ = -1;
};

struct Pipe {
    Descriptor read{};
    Descriptor write{};
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw_errno("pipe");
    }
    Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        throw_errno("fcntl");
    }
    return pipe;
}

// posix_spawn's file actions and attributes, given back whatever happens.
class SpawnPlan {
 public:
    SpawnPlan(int out, int err) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO);
        posix_spawnattr_init(&attributes_);
        sigset_t defaults;
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);  // ignored by us, and that would be inherited
        posix_spawnattr_setsigdefault(&attributes_, &defaults);
        // Its own process group: a time limit ends what the program started, too.
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    [[nodiscard]] int spawn(pid_t& pid, const std::vector<std::string>& argv, const std::vector<std::string>& env) const {
        auto words = pointers(argv);
        auto variables = pointers(env);
        return posix_spawnp(&pid, words.front(), &actions_, &attributes_, words.data(), variables.data());
    }

 private:
    static std::vector<char*> pointers(const std::vector<std::string>& texts) {
        std::vector<char*> list;
        for (const auto& text : texts) {
            list.push_back(const_cast<char*>(text.c_str()));  // POSIX's old signature; nothing is written through it
        }
        list.push_back(nullptr);
        return list;
    }

    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

// glibc 2.36 declares its own wrapper without extern "C", so C++ cannot link to it.
int open_pidfd(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

// Reads what can be read now and appends it, up to `most` bytes in all; false when there was more.
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
    std::optional<std::string> killed{};  // why

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
        (void)read_available(err, err_text, kMostErrorText);  // read on and dropped: a closed pipe would end a talkative program
    }
    [[nodiscard]] Ending ending(int status) const {
        if (killed) {
            return {false, 0, {}, *killed};
        }
        const auto said = text::trim(err_text);
        const std::string words = said.empty() ? "" : ": " + std::string(said.substr(0, said.find('\n')));
        if (WIFSIGNALED(status)) {
            return {false, 0, {}, "ended by signal " + std::to_string(WTERMSIG(status)) + words};
        }
        return {true, WEXITSTATUS(status), out_text, "exit status " + std::to_string(WEXITSTATUS(status)) + words};
    }
};

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
    auto out = make_pipe();
    auto err = make_pipe();
    auto child = std::make_unique<Child>();
    const SpawnPlan plan(out.write.get(), err.write.get());
    if (const int fault = plan.spawn(child->pid, command.argv, command.environment); fault != 0) {
        done({false, 0, {}, "cannot start " + command.argv.front() + ": " + std::strerror(fault)});
        return;
    }
    child->ended = Descriptor(open_pidfd(child->pid));
    if (child->ended.get() < 0) {
        ::kill(-child->pid, SIGKILL);
        waitpid(child->pid, nullptr, 0);
        throw_errno("pidfd_open");
    }
    child->done = std::move(done);
    child->out = std::move(out.read);
    child->err = std::move(err.read);
    child->time_limit = command.time_limit;
    child->deadline = Clock::now() + command.time_limit;
    child->most_output = command.most_output;
    children_.push_back(std::move(child));
}

void Pool::drain() {
    while (!children_.empty()) {
        wait_for_one();
    }
}

// Waits until something happens to any child: output, its end, or its deadline.
void Pool::wait_for_one() {
    std::vector<pollfd> watched;
    auto deadline = Clock::time_point::max();
    for (const auto& child : children_) {
        for (const int fd : {child->ended.get(), child->out.get(), child->err.get()}) {
            watched.push_back({fd, POLLIN, 0});  // a closed one is -1, which poll passes over
        }
        if (!child->killed) {
            deadline = std::min(deadline, child->deadline);
        }
    }
    int wait = -1;  // all are killed: their end comes
    if (deadline != Clock::time_point::max()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        wait = static_cast<int>(std::max<std::chrono::milliseconds::rep>(0, left));
    }
    if (poll(watched.data(), watched.size(), wait) < 0 && errno != EINTR) {
        throw_errno("poll");
    }
    const auto now = Clock::now();
    for (std::size_t i = children_.size(); i-- > 0;) {
        auto& child = *children_[i];
        const bool ended = watched[3 * i].revents != 0;
        if (ended || watched[3 * i + 1].revents != 0 || watched[3 * i + 2].revents != 0) {
            child.read_all();  // also after its end: the pipe may hold the last of its output
        }
        if (ended) {
            finish(i);
        } else if (now >= child.deadline) {
            child.kill("no end after " + std::to_string(child.time_limit.count() / 1000) + " s");
        }
    }
}

void Pool::finish(std::size_t index) {
    auto child = std::move(children_[index]);
    children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(index));
    ::kill(-child->pid, SIGKILL);  // whatever it left behind in its group; not yet reaped, so the group's number is still its own
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
    }
    child->done(child->ending(status));
}

}  // namespace subprocess
