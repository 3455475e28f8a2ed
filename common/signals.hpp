// SIGTERM and SIGINT, noted instead of obeyed, for a program that must first finish what it began.
#pragma once

namespace signals {

/// From now on SIGTERM and SIGINT are noted.
void note();
/// The signal noted last; 0: none.
[[nodiscard]] int noted();
/// Ends the process by the signal, as if it had never been noted: whoever waits for us sees the truth.
[[noreturn]] void die_of(int signal);

}  // namespace signals
