// Scratch memory for kernels.
#pragma once

#include <stddef.h>

namespace gradtape {

// At least `bytes` bytes for the calling thread, 64-byte aligned, uninitialised; the next call on this thread may give the same ones. Kept for reuse, freed when
// the thread ends. Null when memory is exhausted.
void* workspace(size_t bytes);

}  // namespace gradtape
