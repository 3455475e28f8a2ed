// Memory in large pages, for a process that holds a hundred megabytes of small objects.
#pragma once

#include <cstddef>

namespace os {

/// From now on memory is allocated in large pages, if the system has them (Linux: transparent huge
/// pages, at least on request). Freed memory is kept for later allocations of any thread, including
/// lines of very large groups. With pages of 4 KiB, a million entries cause some 30,000 page
/// faults. Later, nearly each look-up misses the translation buffer, which takes a quarter of the
/// time of a diff. `room` is an address range. It costs nothing, unless the system promises only as
/// much memory as it has (vm.overcommit_memory=2). Memory above `room` comes in small pages.
void use_large_pages(std::size_t room);

}  // namespace os
