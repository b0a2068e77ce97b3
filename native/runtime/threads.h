// The process-wide thread pool. Included from sources compiled per ISA: nothing here may instantiate a std template, or the linker could
// keep the AVX-512 copy of it for everyone.
#pragma once

#include <stdint.h>

namespace gradtape {

using RangeFn = void (*)(void* ctx, int64_t begin, int64_t end);

// Calls fn once for each chunk [i * grain, min((i + 1) * grain, n)). The chunks depend on n and grain only, never on the thread count, so that partial
// results kept per chunk make sums that are equal with any number of threads. They run on the calling thread and on idle pool threads, in
// any order; all on the calling thread when there is one chunk, one thread, when already inside a chunk, or while another thread has the pool.
void parallel_for(int64_t n, int64_t grain, RangeFn fn, void* ctx);

// The same for a callable f(begin, end).
template <class F>
inline void parallel(int64_t n, int64_t grain, const F& f) {
  parallel_for(n, grain, [](void* ctx, int64_t begin, int64_t end) { (*static_cast<const F*>(ctx))(begin, end); }, const_cast<F*>(&f));
}

// How many threads, the caller included, may work on one parallel_for. At first the CPUs that the process may use, or GRADTAPE_THREADS.
void set_threads(int n);
int get_threads();

}  // namespace gradtape
