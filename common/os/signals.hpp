// SIGTERM, SIGINT and SIGHUP for a program that must finish its work first: the signals are
// recorded and do not end it at once.
#pragma once

namespace os::signals {

/// Thrown by stop_asked() after unwind().
struct Interrupted {};

/// From now on SIGTERM, SIGINT and SIGHUP are recorded. An ignored SIGHUP stays ignored.
void note();
/// From now on they are recorded, and the next stop_asked() throws Interrupted: for a program that
/// only has to clean up.
void unwind();
/// Whether a signal was recorded. Code that waits must call this at least once a second.
[[nodiscard]] bool stop_asked();
/// The last recorded signal; 0: none.
[[nodiscard]] int noted();
/// Ends the process by the signal with its default action, so that a waiting process sees the
/// correct status.
[[noreturn]] void die_of(int signal);

}  // namespace os::signals
