// Reductions of a contiguous (outer, r, inner) over r. A long reduction is split into chunks that depend on the sizes only, and a chunk into blocks: vectors of T
// within a block, the wider type beyond it.
#pragma once

#include "../runtime/threads.h"
#include "../simd.h"
#include "number.h"

namespace GRADTAPE_NS {

/** Columns of inner that are reduced together; rows of a block; chunks that r is split into at most; elements worth a thread's turn. */
constexpr int64_t COLUMNS = 512, BLOCK_ROWS = 128, CHUNKS = 16, TURN = 32768;

constexpr int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
constexpr int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

template <class T>
struct Widened {
  using type = T;
};
template <>
struct Widened<float> {
  using type = double;
};
/** The type of sums and products beyond a block: double for floats. */
template <class T>
using Wide = typename Widened<T>::type;

// A reduction: the type it continues in beyond a block, its identity, and a step that joins two values, vectors or not.
template <class T>
struct Sum {
  using Total = Wide<T>;
  static constexpr bool multiplies = false;
  static constexpr T identity = 0;
  template <class V>
  static GRADTAPE_INLINE V step(V a, V b) {
    return plus(a, b);
  }
};
template <class T>
struct Product {
  using Total = Wide<T>;
  static constexpr bool multiplies = true;
  static constexpr T identity = 1;
  template <class V>
  static GRADTAPE_INLINE V step(V a, V b) {
    return times(a, b);
  }
};
template <class T>
struct Maximum {
  using Total = T;
  static constexpr bool multiplies = false;
  static constexpr T identity = LOWEST<T>;
  template <class V>
  static GRADTAPE_INLINE auto replaces(V b, V a) {
    return (b > a) | (b != b);
  }
  template <class V>
  static GRADTAPE_INLINE V step(V a, V b) {
    return replaces(b, a) ? b : a;
  }
};
template <class T>
struct Minimum {
  using Total = T;
  static constexpr bool multiplies = false;
  static constexpr T identity = HIGHEST<T>;
  template <class V>
  static GRADTAPE_INLINE auto replaces(V b, V a) {
    return (b < a) | (b != b);
  }
  template <class V>
  static GRADTAPE_INLINE V step(V a, V b) {
    return replaces(b, a) ? b : a;
  }
};

/** A vector's lanes, joined half by half. */
template <class R, class V>
GRADTAPE_INLINE auto fold(V v) {
  if constexpr (width<V> == 2) return R::step(v[0], v[1]);
  else return fold<R>(R::step(half(v, 0), half(v, 1)));
}

/** n contiguous elements. */
template <class R, class T>
typename R::Total reduce_run(const T* x, int64_t n) {
  using V = Vec<T>;
  constexpr int W = lanes<T>;
  constexpr int64_t block = BLOCK_ROWS * 4 * W;
  typename R::Total total = R::identity;
  for (; n > 0; x += block, n -= block) {
    const int64_t m = smaller(n, block);
    const V none = splat<V>(R::identity);
    V a = none, b = none, c = none, d = none;
    int64_t i = 0;
    for (; i + 4 * W <= m; i += 4 * W) {
      a = R::step(a, load<V>(x + i));
      b = R::step(b, load<V>(x + i + W));
      c = R::step(c, load<V>(x + i + 2 * W));
      d = R::step(d, load<V>(x + i + 3 * W));
    }
    for_vectors<W>(i, m, [&](int64_t j, auto access) { a = R::step(a, access.template read<V>(x + j, R::identity)); });
    total = R::step(total, static_cast<typename R::Total>(fold<R>(R::step(R::step(a, b), R::step(c, d)))));
  }
  return total;
}

/** w <= COLUMNS columns of r rows that lie `stride` apart, into total. */
template <class R, class T>
void reduce_columns(const T* x, int64_t r, int64_t stride, int64_t w, typename R::Total* total) {
  using V = Vec<T>;
  for (int64_t j = 0; j < w; j++) total[j] = R::identity;
  T block[COLUMNS];
  for (int64_t row = 0; row < r; row += BLOCK_ROWS) {
    const int64_t rows = smaller(r - row, BLOCK_ROWS);
    const T* at = x + row * stride;
    for (int64_t j = 0; j < w; j++) block[j] = at[j];
    int64_t i = 1;
    for (; i + 4 <= rows; i += 4) {
      const T *x0 = at + i * stride, *x1 = x0 + stride, *x2 = x1 + stride, *x3 = x2 + stride;
      for_vectors<lanes<T>>(0, w, [&](int64_t j, auto access) {
        const V low = R::step(access.template read<V>(x0 + j), access.template read<V>(x1 + j));
        const V high = R::step(access.template read<V>(x2 + j), access.template read<V>(x3 + j));
        access.write(block + j, R::step(access.template read<V>(block + j), R::step(low, high)));
      });
    }
    for (; i < rows; i++) {
      for_vectors<lanes<T>>(0, w, [&](int64_t j, auto access) {
        access.write(block + j, R::step(access.template read<V>(block + j), access.template read<V>(at + i * stride + j)));
      });
    }
    for (int64_t j = 0; j < w; j++) total[j] = R::step(total[j], static_cast<typename R::Total>(block[j]));
  }
}

/** As reduce_part, with every element widened before it is joined to the others. */
template <class R, class T>
void reduce_widened(const T* x, int64_t r, int64_t inner, int64_t w, typename R::Total* total) {
  using Total = typename R::Total;
  if (inner > 1) {
    for (int64_t j = 0; j < w; j++) total[j] = R::identity;
    for (int64_t i = 0; i < r; i++, x += inner)
      for (int64_t j = 0; j < w; j++) total[j] = R::step(total[j], static_cast<Total>(x[j]));
    return;
  }
  constexpr int W = lanes<Total>;
  using V = Vec<Total>;
  V a = splat<V>(R::identity), b = a, c = a, d = a;
  int64_t i = 0;
  for (; i + 4 * W <= r; i += 4 * W) {
    a = R::step(a, convert<Total>(load<Vec<T, W>>(x + i)));
    b = R::step(b, convert<Total>(load<Vec<T, W>>(x + i + W)));
    c = R::step(c, convert<Total>(load<Vec<T, W>>(x + i + 2 * W)));
    d = R::step(d, convert<Total>(load<Vec<T, W>>(x + i + 3 * W)));
  }
  *total = fold<R>(R::step(R::step(a, b), R::step(c, d)));
  for (; i < r; i++) *total = R::step(*total, static_cast<Total>(x[i]));
}

constexpr bool is_finite(double x) { return x - x == 0; }

/** A product leaves the range of float32 on its way all too easily, a sum only at its end: it is then made once more. */
template <class R, class T>
GRADTAPE_INLINE void reduce_part(const T* x, int64_t r, int64_t inner, int64_t w, typename R::Total* total) {
  constexpr bool widens = sizeof(T) < sizeof(typename R::Total);
  if constexpr (widens && R::multiplies) {
    return reduce_widened<R>(x, r, inner, w, total);
  } else {
    if (inner == 1) *total = reduce_run<R>(x, r);
    else reduce_columns<R>(x, r, inner, w, total);
    if constexpr (widens) {
      bool finite = true;
      for (int64_t j = 0; j < w; j++) finite &= is_finite(total[j]);
      if (!finite) reduce_widened<R>(x, r, inner, w, total);
    }
  }
}

/** Calls f(outer index, first column, columns) for every group of columns, in parallel. */
template <class F>
GRADTAPE_INLINE void for_columns(int64_t outer, int64_t r, int64_t inner, const F& f) {
  const int64_t groups = (inner + COLUMNS - 1) / COLUMNS;
  const int64_t grain = larger(1, TURN / larger(1, r * smaller(inner, COLUMNS)));
  parallel(outer * groups, grain, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; task++) {
      const int64_t first = task % groups * COLUMNS;
      f(task / groups, first, smaller(COLUMNS, inner - first));
    }
  });
}

/** What is reduced, over a divisor: a mean may be in range where the sum is not. */
template <class R, class T>
void reduce(const T* x, T* y, int64_t outer, int64_t r, int64_t inner, typename R::Total divisor = 1) {
  using Total = typename R::Total;
  const int64_t tasks = outer * ((inner + COLUMNS - 1) / COLUMNS);
  const int64_t rows = larger((r + CHUNKS - 1) / CHUNKS, TURN / smaller(larger(inner, 1), COLUMNS));
  // One after the other when there are many tasks or short ones; r in chunks otherwise.
  if (tasks >= CHUNKS || r <= rows) {
    return for_columns(outer, r, inner, [&](int64_t o, int64_t first, int64_t w) {
      Total total[COLUMNS];
      reduce_part<R>(x + o * r * inner + first, r, inner, w, total);
      for (int64_t j = 0; j < w; j++) y[o * inner + first + j] = static_cast<T>(divisor == 1 ? total[j] : total[j] / divisor);
    });
  }
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t first = 0; first < inner; first += COLUMNS) {
      const int64_t w = smaller(COLUMNS, inner - first);
      Total totals[CHUNKS * COLUMNS];
      parallel(r, rows, [&](int64_t begin, int64_t end) {
        reduce_part<R>(x + (o * r + begin) * inner + first, end - begin, inner, w, totals + begin / rows * w);
      });
      for (int64_t chunk = 1; chunk * rows < r; chunk++) {
        for (int64_t j = 0; j < w; j++) totals[j] = R::step(totals[j], totals[chunk * w + j]);
      }
      for (int64_t j = 0; j < w; j++) y[o * inner + first + j] = static_cast<T>(divisor == 1 ? totals[j] : totals[j] / divisor);
    }
  }
}

}  // namespace GRADTAPE_NS
