#include "base/side_by_side.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

inline namespace base {

void side_by_side(std::size_t count,
                  std::size_t threads,
                  const std::function<void(std::size_t)>& work) {
    if (threads < 2 || count < 2) {
        for (std::size_t at = 0; at < count; ++at) {
            work(at);
        }
        return;
    }
    std::vector<std::exception_ptr> errors(count);
    std::atomic<std::size_t> next = 0;
    const auto work_on = [&] {
        for (auto at = next++; at < count; at = next++) {
            try {
                work(at);
            } catch (...) {
                errors[at] = std::current_exception();
            }
        }
    };
    {
        std::vector<std::jthread> others;
        try {
            for (std::size_t n = 1; n < std::min(threads, count); ++n) {
                others.emplace_back(work_on);
            }
        } catch (const std::system_error&) {
            // A limit on processes (RLIMIT_NPROC, pids.max): the threads that run do all the work.
        }
        work_on();
    }
    const auto first = std::find_if(
        errors.begin(), errors.end(), [](const auto& error) { return error != nullptr; });
    if (first != errors.end()) {
        std::rethrow_exception(*first);
    }
}

}  // namespace base
