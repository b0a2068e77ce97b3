// The strided copy: y = x over rows of `dims`. Where one operand is contiguous along one row and the other along another row, those two rows are copied in tiles.
#pragma once

#include "map.h"

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

/** Rows of y that are copied together. */
constexpr int64_t TILE = 64;

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

/** The row, other than the innermost, along which operand k is contiguous, or -1. */
inline int64_t contiguous_row(const Rows<2>& rows, int k) {
  for (int64_t row = rows.outer - 1; row >= 0; row--) {
    if (rows.stride(row, k) == 1) return row;
  }
  return -1;
}

template <class T>
void strided_copy(const T* x, T* y, int64_t nd, Dims dims) {
  const Rows<2> rows(nd, dims);
  if (rows.total == 0) return;
  const bool x_inner = rows.step[0] == 1, y_inner = rows.step[1] == 1;
  const int64_t row = x_inner == y_inner || nd > MAX_ROWS ? -1 : contiguous_row(rows, x_inner ? 1 : 0);
  if (row < 0) return map<CHEAP>([](auto v) { return v; }, nd, dims, y, x);

  // The remaining rows, and the two of the tiles: i along the row where x is contiguous, j along the one where y is.
  double rest[3 * MAX_ROWS];
  int64_t count = 0;
  for (int64_t r = 0; r < rows.outer; r++) {
    if (r == row) continue;
    for (int k = 0; k < 3; k++) rest[3 * count + k] = dims.data[3 * r + k];
    count++;
  }
  // One more row of size 1, so that every remaining row is an outer one.
  rest[3 * count] = rest[3 * count + 1] = rest[3 * count + 2] = 1;
  const Rows<2> outer(count + 1, Dims{rest});
  const int64_t i_row = x_inner ? rows.outer : row, j_row = x_inner ? row : rows.outer;
  const int64_t m = rows.extent(i_row), ldy = rows.stride(i_row, 1), n = rows.extent(j_row), ldx = rows.stride(j_row, 0);
  const int64_t bands = (m + TILE - 1) / TILE, work = TILE * n;
  parallel(outer.total * bands, work < CHEAP ? CHEAP / work : 1, [&](int64_t begin, int64_t end) {
    Walk<2> walk(outer, begin / bands);
    for (int64_t band = begin % bands; begin < end; begin++) {
      const int64_t i = band * TILE, height = m - i < TILE ? m - i : TILE;
      copy_transposed(height, n, x + walk.offset[0] + i, ldx, y + walk.offset[1] + i * ldy, ldy);
      if (++band == bands) {
        band = 0;
        if (begin + 1 < end) walk.next();
      }
    }
  });
}

}  // namespace GRADTAPE_NS
