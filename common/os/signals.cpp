#include "os/signals.hpp"

#include <csignal>
#include <cstdlib>

namespace os::signals {

namespace {

volatile std::sig_atomic_t caught = 0;
bool unwinds = false;

extern "C" void remember(int signal) {
    caught = signal;
}

}  // namespace

void note() {
    struct sigaction action {};
    action.sa_handler = remember;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);
    struct sigaction present {};
    sigaction(SIGHUP, nullptr, &present);
    if (present.sa_handler != SIG_IGN) {  // nohup(1) has it ignored
        sigaction(SIGHUP, &action, nullptr);
    }
}

void unwind() {
    note();
    unwinds = true;
}

int noted() {
    return caught;
}

bool stop_asked() {
    if (caught != 0 && unwinds) {
        throw Interrupted{};
    }
    return caught != 0;
}

void die_of(int signal) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    std::_Exit(128 + signal);  // PID 1 is not ended by a default action
}

}  // namespace os::signals
