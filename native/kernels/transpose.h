// Transposing a matrix in registers.
#pragma once

#include "../simd.h"

namespace GRADTAPE_NS {

template <class V, int... I>
GRADTAPE_INLINE V interleave(V a, V b, int from, Indices<I...>) {
  constexpr int W = width<V>;
#if defined(__clang__)
  return from == 0 ? __builtin_shufflevector(a, b, (I / 2 + I % 2 * W)...) : __builtin_shufflevector(a, b, (W / 2 + I / 2 + I % 2 * W)...);
#else
  using Mask = decltype(a == a);
  return from == 0 ? __builtin_shuffle(a, b, Mask{(I / 2 + I % 2 * W)...}) : __builtin_shuffle(a, b, Mask{(W / 2 + I / 2 + I % 2 * W)...});
#endif
}

/** Transposes a square of vectors: row i is interleaved with row i + W/2, which is a perfect shuffle of all elements; log2(W) of them exchange rows and columns. */
template <class V, int W = width<V>>
GRADTAPE_INLINE void transpose_square(V (&v)[W]) {
  using Lanes = typename IndicesTo<W>::type;
#pragma GCC unroll 4
  for (int round = 1; round < W; round *= 2) {
    V next[W];
#pragma GCC unroll 8
    for (int i = 0; i < W / 2; i++) {
      next[2 * i] = interleave(v[i], v[i + W / 2], 0, Lanes());
      next[2 * i + 1] = interleave(v[i], v[i + W / 2], 1, Lanes());
    }
#pragma GCC unroll 16
    for (int i = 0; i < W; i++) v[i] = next[i];
  }
}

/** y[i * ldy + j] = x[j * ldx + i] for i in [0, m), j in [0, n): squares of whole vectors, so that each cache line is touched once, and the edges one by one. */
template <class T>
__attribute__((noinline)) void copy_transposed(int64_t m, int64_t n, const T* x, int64_t ldx, T* y, int64_t ldy) {
  using V = Vec<T>;
  // Registers are too few for squares of 32 and more.
  constexpr int W = sizeof(T) == 1 ? 1 : lanes<T>;
  const int64_t whole_m = m - m % W, whole_n = n - n % W;
  if constexpr (W > 1) {
    for (int64_t j = 0; j < whole_n; j += W) {
      for (int64_t i = 0; i < whole_m; i += W) {
        V v[W];
        for (int k = 0; k < W; k++) v[k] = load<V>(x + (j + k) * ldx + i);
        transpose_square(v);
        for (int k = 0; k < W; k++) store(y + (i + k) * ldy + j, v[k]);
      }
    }
  }
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = W > 1 && i < whole_m ? whole_n : 0; j < n; j++) y[i * ldy + j] = x[j * ldx + i];
  }
}

}  // namespace GRADTAPE_NS
