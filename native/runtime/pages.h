// Fresh memory from the operating system.
#pragma once

#include <stddef.h>

namespace gradtape {

/** Zeroed memory, committed when first touched, at a multiple of 2 MiB so that huge pages can back it; null when there is none. */
void* reserve_pages(size_t bytes);
void release_pages(void* address, size_t bytes);

}  // namespace gradtape
