// Scratch memory for kernels.
#pragma once

#include <stddef.h>

namespace gradtape {

// At least `bytes` bytes for the calling thread, 64-byte aligned, uninitialised; the next call on this thread with the same slot may give the same ones. Slot 0 is the
// matrix product's, 1 that of kernels which call it, 2 what a kernel shares with the tasks that it deals out. Kept for reuse, freed when the thread ends. Null when memory is exhausted.
void* workspace(size_t bytes, int slot = 0);

}  // namespace gradtape
