// The instruction set that this translation unit is compiled for, and the types of kernel parameters. Every source under kernels/ and gemm/ is compiled
// once per instruction set, with -DGRADTAPE_ISA_<name>, inside `namespace GRADTAPE_NS { ... }`. Inline functions of the standard library must stay out of these
// sources: the linker keeps one copy of such a function, and it may be the one compiled for a processor that this one is not.
#pragma once

#include <stdint.h>

#if defined(GRADTAPE_ISA_baseline)
#define GRADTAPE_ISA baseline
#define GRADTAPE_VECTOR_BYTES 16
#elif defined(GRADTAPE_ISA_avx2)
#define GRADTAPE_ISA avx2
#define GRADTAPE_VECTOR_BYTES 32
#elif defined(GRADTAPE_ISA_avx512)
#define GRADTAPE_ISA avx512
#define GRADTAPE_VECTOR_BYTES 64
#elif defined(GRADTAPE_ISA_neon)
#define GRADTAPE_ISA neon
#define GRADTAPE_VECTOR_BYTES 16
#else
#error "compile with -DGRADTAPE_ISA_baseline, _avx2, _avx512 or _neon"
#endif

#define GRADTAPE_NS gradtape::GRADTAPE_ISA

namespace GRADTAPE_NS {

// Kernel parameters. The contract's words are computed from these types:
// r: const T*, w: Out<T>, u: InOut<T>, i: int64_t, f: double, v: Dims.

/** A buffer that is only written. */
template <class T>
struct Out {
  T* data;
  operator T*() const { return data; }
};

/** A buffer that is read and written. */
template <class T>
struct InOut {
  T* data;
  operator T*() const { return data; }
};

/** A vector of integers: it lies in the command buffer as doubles and is converted as it is read. */
struct Dims {
  const double* data;
  int64_t operator[](int64_t i) const { return static_cast<int64_t>(data[i]); }
};

/** Indices 0 ... N-1 as a pack (std::index_sequence without the standard library). */
template <int... I>
struct Indices {};
template <int N, int... I>
struct IndicesTo : IndicesTo<N - 1, N - 1, I...> {};
template <int... I>
struct IndicesTo<0, I...> {
  using type = Indices<I...>;
};

}  // namespace GRADTAPE_NS
