// A library for LD_PRELOAD: clocks that jump and waits that are short, as set in ClockPage. Without
// CHAOS_CLOCK it changes nothing.
//
// The functions call the kernel directly. The order of initialisation therefore does not matter,
// even if another library (a sanitizer's) wraps the same functions.

#include "clock_page.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

chaos::ClockPage* page = nullptr;
bool is_tool = false;
std::array<std::int64_t, 16> began{};  // of each clock, when the library was loaded

std::int64_t to_ns(const timespec& time) {
    return std::int64_t{time.tv_sec} * kSecond + time.tv_nsec;
}

timespec to_time(std::int64_t ns) {
    // Before 1970 the seconds are negative, the nanoseconds never.
    auto seconds = ns / kSecond;
    auto rest = ns % kSecond;
    if (rest < 0) {
        rest += kSecond;
        --seconds;
    }
    return {seconds, rest};
}

std::int64_t kernel_clock(clockid_t clock) {
    timespec now{};
    (void)::syscall(SYS_clock_gettime, clock, &now);
    return to_ns(now);
}

bool is_steady(clockid_t clock) {
    return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
           clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME;
}

bool is_of_the_day(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

std::int64_t speed() {
    return page != nullptr && is_tool ? std::max(page->speed.load(), 1) : 1;
}

std::int64_t clock_now(clockid_t clock) {
    const auto now = kernel_clock(clock);
    if (page != nullptr && is_of_the_day(clock)) {
        return now + page->jump_ns;
    }
    if (!is_steady(clock)) {
        return now;
    }
    const auto since = began.at(static_cast<std::size_t>(clock));
    return since + (now - since) * speed();
}

/// At least a millisecond: with a wait of 0, a loop would be a busy loop.
int shortened(int milliseconds) {
    return milliseconds <= 0 ? milliseconds
                             : static_cast<int>(std::max<std::int64_t>(milliseconds / speed(), 1));
}

/// True if this write is the last action of the process.
bool is_last_write(int file) {
    return file == STDOUT_FILENO && page != nullptr && is_tool &&
           std::strncmp(page->victim.data(), program_invocation_short_name, 15) == 0 &&
           page->writes_left.fetch_sub(1) == 1;
}

[[gnu::constructor]] void load() {
    for (const clockid_t clock :
         {CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME}) {
        began.at(static_cast<std::size_t>(clock)) = kernel_clock(clock);
    }
    for (const auto* name : {"activate-export", "scim-export", "scim-diff", "scim-apply"}) {
        is_tool = is_tool || std::strcmp(program_invocation_short_name, name) == 0;
    }
    const char* path = std::getenv("CHAOS_CLOCK");
    const int file = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    void* memory =
        ::mmap(nullptr, sizeof(chaos::ClockPage), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    (void)::close(file);
    if (memory != MAP_FAILED) {
        page = static_cast<chaos::ClockPage*>(memory);
    }
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
    if (clock < 0 || (!is_steady(clock) && !is_of_the_day(clock))) {
        return static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
    }
    *now = to_time(clock_now(clock));
    return 0;
}

int gettimeofday(timeval* now, void* /*zone*/) noexcept {
    const auto time = to_time(clock_now(CLOCK_REALTIME));
    *now = {time.tv_sec, time.tv_nsec / 1000};
    return 0;
}

time_t time(time_t* now) noexcept {
    const auto seconds = to_time(clock_now(CLOCK_REALTIME)).tv_sec;
    if (now != nullptr) {
        *now = seconds;
    }
    return seconds;
}

int epoll_wait(int epoll, epoll_event* events, int most, int milliseconds) {
    return static_cast<int>(
        ::syscall(SYS_epoll_pwait, epoll, events, most, shortened(milliseconds), nullptr, 8));
}

int poll(pollfd* files, nfds_t count, int milliseconds) {
    const auto ns = std::int64_t{shortened(milliseconds)} * 1'000'000;
    const auto longest = to_time(ns);
    return static_cast<int>(
        ::syscall(SYS_ppoll, files, count, milliseconds < 0 ? nullptr : &longest, nullptr, 8));
}

int nanosleep(const timespec* wanted, timespec* left) {
    const auto shorter = to_time(to_ns(*wanted) / speed());
    return static_cast<int>(::syscall(SYS_nanosleep, &shorter, left));
}

ssize_t write(int file, const void* data, size_t size) {
    if (is_last_write(file)) {
        (void)::syscall(SYS_write, file, data, size / 2);  // a line that is torn
        (void)::kill(::getpid(), SIGKILL);
    }
    return ::syscall(SYS_write, file, data, size);
}

ssize_t writev(int file, const iovec* parts, int count) {
    if (is_last_write(file)) {
        (void)::kill(::getpid(), SIGKILL);
    }
    return ::syscall(SYS_writev, file, parts, count);
}

}  // extern "C"
