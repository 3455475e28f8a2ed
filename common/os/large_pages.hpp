// Memory in large pages, for a process that holds a hundred megabytes of small objects.
#pragma once

#include <cstddef>

namespace os {

/// From now on memory comes in large pages, where the system has them (Linux: transparent huge
/// pages, at least on request), and what is given back is kept for the next who asks, a line of a
/// very large group included. A million entries in pages of 4 KiB are some 30,000 page faults, and
/// later a miss of the translation buffer for nearly each of them that is looked up: a quarter of
/// the time of a diff. `room` is an address range, and costs nothing by itself but where the system
/// promises at most as much memory as it has (vm.overcommit_memory=2); what is needed beyond it
/// comes in small pages.
void use_large_pages(std::size_t room);

}  // namespace os
