// Ends the wait of another thread: eventfd(2).
#pragma once

#include "os/descriptor.hpp"

#include <chrono>

namespace os {

class WakeUp {
  public:
    /// Throws Error{io_error} if no descriptor is left.
    WakeUp();

    /// Ends the wait() that runs, or the next one. May be called from any thread.
    void call() const noexcept;
    /// Waits up to `longest` for a call, and forgets it. A signal ends the wait, too.
    void wait(std::chrono::milliseconds longest) const;
    /// Forgets the calls so far.
    void clear() const noexcept;
    /// Readable if there was a call, for a wait on more descriptors.
    [[nodiscard]] int descriptor() const { return event_.get(); }

  private:
    Descriptor event_;
};

}  // namespace os
