// Copies of a and b in the order in which tiles read them.
#pragma once

#include "tile.h"

namespace GRADTAPE_NS {

// One step of a transposition in registers: exchanges the upper right and the lower left block of S lanes in every block of 2 S.
template <int S, int... L>
struct Swap {
  template <class V>
  static GRADTAPE_INLINE void blocks(V& x, V& y) {
    constexpr int W = sizeof...(L);
    const V upper = __builtin_shufflevector(x, y, (L & S ? L - S + W : L)...);
    y = __builtin_shufflevector(x, y, (L & S ? L + W : L + S)...);
    x = upper;
  }
};

template <int S, int N, int... L>
struct SwapOf : SwapOf<S, N - 1, N - 1, L...> {};
template <int S, int... L>
struct SwapOf<S, 0, L...> : Swap<S, L...> {};

// Transposes a square of W vectors.
template <int S, class V, int W = width<V>>
GRADTAPE_INLINE void transpose(V (&x)[W]) {
  if constexpr (S > 0) {
#pragma GCC unroll 16
    for (int i = 0; i < W; i++) {
      if (!(i & S)) SwapOf<S, W>::blocks(x[i], x[i + S]);
    }
    transpose<S / 2>(x);
  }
}

// `columns` <= lanes columns of b, each contiguous, to k rows of one vector, `step` apart; missing columns are 0.
template <class T>
void pack_transposed(int64_t k, int64_t columns, const T* b, int64_t csb, T* to, int64_t step) {
  using V = Vec<T>;
  constexpr int64_t W = lanes<T>;
  for (int64_t p = 0; p < k; p += W, to += W * step) {
    const int64_t rows = k - p < W ? k - p : W;
    V x[W];
#pragma GCC unroll 16
    for (int64_t j = 0; j < W; j++) x[j] = j >= columns ? V{} : rows == W ? load<V>(b + j * csb + p) : load_part<V>(b + j * csb + p, rows);
    transpose<W / 2>(x);
#pragma GCC unroll 16
    for (int64_t q = 0; q < W; q++)
      if (q < rows) store(to + q * step, x[q]);
  }
}

// k rows of `columns` columns of b, in panels of kTileColumns: rows of whole vectors, zeros where there is no column. Panel j starts at to + j * k.
template <class T>
void pack_b(int64_t k, int64_t columns, const T* b, int64_t rsb, int64_t csb, T* to) {
  using V = Vec<T>;
  constexpr int64_t W = lanes<T>;
  for (int64_t j = 0; j < columns; j += kTileColumns<T>, to += kTileColumns<T> * k) {
    const int64_t end = columns - j < kTileColumns<T> ? columns : j + kTileColumns<T>;
    const int64_t step = (end - j + W - 1) / W * W;
    for (int64_t v = j; v < end; v += W) {
      const int64_t n = end - v < W ? end - v : W;
      const T* from = b + v * csb;
      T* row = to + (v - j);
      if (csb == 1) {
        if (n == W) {
          for (int64_t p = 0; p < k; p++) store(row + p * step, load<V>(from + p * rsb));
        } else {
          for (int64_t p = 0; p < k; p++) store(row + p * step, load_part<V>(from + p * rsb, n));
        }
      } else if (rsb == 1) {
        pack_transposed(k, n, from, csb, row, step);
      } else {
        for (int64_t p = 0; p < k; p++)
          for (int64_t i = 0; i < W; i++) row[p * step + i] = i < n ? from[p * rsb + i * csb] : T(0);
      }
    }
  }
}

// `rows` rows of a, k long, made dense in the direction in which they are contiguous: row after row, or else column after column. Up to one vector past the
// end is overwritten.
template <class T>
void pack_a(int64_t rows, int64_t k, const T* a, int64_t rsa, int64_t csa, T* to) {
  using V = Vec<T>;
  constexpr int64_t W = lanes<T>;
  if (csa == 1) {
    for (int64_t i = 0; i < rows; i++) __builtin_memcpy(to + i * k, a + i * rsa, k * sizeof(T));
  } else if (rsa == 1) {
    const int64_t whole = rows / W * W;
    for (int64_t p = 0; p < k; p++, a += csa, to += rows) {
      for (int64_t i = 0; i < whole; i += W) store(to + i, load<V>(a + i));
      if (whole < rows) store(to + whole, load_part<V>(a + whole, rows - whole));
    }
  } else {
    for (int64_t p = 0; p < k; p++)
      for (int64_t i = 0; i < rows; i++) to[p * rows + i] = a[i * rsa + p * csa];
  }
}

}  // namespace GRADTAPE_NS
