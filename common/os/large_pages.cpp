#include "os/large_pages.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <climits>
#include <cstdint>
#include <cstdlib>

namespace os {

void use_large_pages(std::size_t room) {
    constexpr int kOwnMapping = 4 << 20;  // half of it must be more than the free part of the heap,
                                          // and small enough to come from the heap
    constexpr int kUsualPad = 128 << 10;
    (void)mallopt(M_MMAP_THRESHOLD, kOwnMapping);
    (void)mallopt(M_TRIM_THRESHOLD, INT_MAX);
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_TOP_PAD, static_cast<int>(room));
    const auto begin = reinterpret_cast<std::uintptr_t>(sbrk(0));
    void* volatile grown =
        std::malloc(kOwnMapping / 2);  // volatile: otherwise the compiler removes both calls
    std::free(grown);  // the heap has grown by this and by `room`, and keeps the pages
    const auto end = reinterpret_cast<std::uintptr_t>(sbrk(0));
    (void)mallopt(M_TOP_PAD,
                  kUsualPad);  // also if a limit on addresses (ulimit -v) left no room
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto first = (begin + page - 1) / page * page;
    if (first < end) {
        (void)madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
    }
}

}  // namespace os
