// SIGTERM and SIGINT, noted instead of obeyed, for a program that must first finish what it began.
#pragma once

namespace os::signals {

/// Thrown where a signal unwinds.
struct Interrupted {};

/// From now on SIGTERM and SIGINT are noted.
void note();
/// From now on they are noted, and the next stop_asked() throws Interrupted: for a program that
/// only has to tidy up.
void unwind();
/// Whether one was noted. To be asked at least once a second by code that waits.
[[nodiscard]] bool stop_asked();
/// The signal noted last; 0: none.
[[nodiscard]] int noted();
/// Ends the process by the signal, as if it had never been noted: a waiting process sees the
/// truth.
[[noreturn]] void die_of(int signal);

}  // namespace os::signals
