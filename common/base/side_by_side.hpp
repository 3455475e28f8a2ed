// Independent pieces of work, at the same time.
#pragma once

#include <cstddef>
#include <functional>

inline namespace base {

/// Calls `work` with each number below `count`, in `threads` threads, and returns when all calls
/// have ended. With one thread, the calls are made in order by this thread, up to the first error.
/// If the system gives fewer threads, these make all calls. Rethrows the error of the lowest number
/// that failed.
void side_by_side(std::size_t count,
                  std::size_t threads,
                  const std::function<void(std::size_t)>& work);

}  // namespace base
