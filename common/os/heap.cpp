#include "os/heap.hpp"

#include <malloc.h>

namespace os {

void use_one_heap() {
    (void)mallopt(M_ARENA_MAX, 1);
}

}  // namespace os
