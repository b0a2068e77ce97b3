// Elementwise kernels: map(op, nd, dims, y, inputs...) computes y = op(inputs...) on whole vectors. A row whose operands are contiguous, or broadcast beside a
// contiguous one, streams; any other row goes through small contiguous blocks on the stack, so that each op is compiled for contiguous memory only.
#pragma once

#include "../runtime/threads.h"
#include "walk.h"

namespace GRADTAPE_NS {

/** Elements a thread takes at a time: for ops as cheap as the memory they stream, and for long polynomials. */
constexpr int64_t CHEAP = 32768, COSTLY = 8192;

/** Elements of a block on the stack. */
constexpr int64_t BLOCK = 512;

/** The lanes of an op: as many as the widest operand has in a register. */
template <class... T>
constexpr int common_lanes = GRADTAPE_VECTOR_BYTES;
template <class T, class... U>
constexpr int common_lanes<T, U...> = lanes<T> < common_lanes<U...> ? lanes<T> : common_lanes<U...>;

/** Operands of a streaming loop. */
template <class T>
struct Contiguous {
  const T* at;
  template <int W, class Access>
  GRADTAPE_INLINE Vec<T, W> read(int64_t i, Access access) const {
    return access.template read<Vec<T, W>>(at + i);
  }
};
template <class T>
struct Broadcast {
  T value;
  template <int W, class Access>
  GRADTAPE_INLINE Vec<T, W> read(int64_t, Access) const {
    return splat<Vec<T, W>>(value);
  }
};

/** A comparison's mask as 0 or 1 of the output's type; anything else is that type already. */
template <class U, class V>
GRADTAPE_INLINE auto as_output(V v) {
  if constexpr (sizeof(Element<V>) == sizeof(U)) return (Vec<U, width<V>>)v;
  else return convert<U>(v);
}

template <int W, class Op, class U, class... X>
__attribute__((noinline)) void stream(int64_t n, const Op& op, U* y, X... x) {
  for_vectors<W>(0, n, [&](int64_t i, auto access) { access.write(y + i, as_output<U>(op(x.template read<W>(i, access)...))); });
}

/** An operand of a row in contiguous memory: itself, or a copy in `block`. */
template <class T>
GRADTAPE_INLINE const T* packed(const T* x, int64_t step, int64_t n, T* block) {
  if (step == 1) return x;
  for (int64_t i = 0; i < n; i++) block[i] = x[i * step];
  return block;
}

template <class T>
struct Strided {
  const T* at;
  int64_t step;
};
template <class T>
struct Buffer {
  T data[BLOCK];
  Buffer() {}  // leaves the data uninitialised
};

template <int W, class Op, class U, class... T>
__attribute__((noinline)) void through_blocks(int64_t n, const Op& op, U* y, int64_t sy, Strided<T>... x) {
  U out[BLOCK];
  for (int64_t i = 0; i < n; i += BLOCK) {
    const int64_t m = n - i < BLOCK ? n - i : BLOCK;
    U* const target = sy == 1 ? y + i : out;
    // The blocks live as temporaries until the end of the full expression.
    stream<W>(m, op, target, Contiguous<T>{packed(x.at + i * x.step, x.step, m, Buffer<T>().data)}...);
    if (sy != 1) {
      for (int64_t j = 0; j < m; j++) y[(i + j) * sy] = out[j];
    }
  }
}

template <int W, class Op, class U>
GRADTAPE_INLINE void map_row(int64_t n, const Op& op, U* y, int64_t sy) {
  if (sy == 1) stream<W>(n, op, y);
  else through_blocks<W>(n, op, y, sy);
}

template <int W, class Op, class U, class T>
GRADTAPE_INLINE void map_row(int64_t n, const Op& op, U* y, int64_t sy, Strided<T> x) {
  if (sy == 1 && x.step == 1) stream<W>(n, op, y, Contiguous<T>{x.at});
  else through_blocks<W>(n, op, y, sy, x);
}

template <int W, class Op, class U, class A, class B>
GRADTAPE_INLINE void map_row(int64_t n, const Op& op, U* y, int64_t sy, Strided<A> a, Strided<B> b) {
  if (sy == 1 && a.step == 1 && b.step == 1) stream<W>(n, op, y, Contiguous<A>{a.at}, Contiguous<B>{b.at});
  else if (sy == 1 && a.step == 1 && b.step == 0) stream<W>(n, op, y, Contiguous<A>{a.at}, Broadcast<B>{*b.at});
  else if (sy == 1 && a.step == 0 && b.step == 1) stream<W>(n, op, y, Broadcast<A>{*a.at}, Contiguous<B>{b.at});
  else through_blocks<W>(n, op, y, sy, a, b);
}

template <int W, class Op, class U, class A, class B, class C>
GRADTAPE_INLINE void map_row(int64_t n, const Op& op, U* y, int64_t sy, Strided<A> a, Strided<B> b, Strided<C> c) {
  if (sy == 1 && a.step == 1 && b.step == 1 && c.step == 1) stream<W>(n, op, y, Contiguous<A>{a.at}, Contiguous<B>{b.at}, Contiguous<C>{c.at});
  else through_blocks<W>(n, op, y, sy, a, b, c);
}

template <int64_t grain, class Op, class U, class... T, int... I>
GRADTAPE_INLINE void map_operands(Indices<I...>, const Op& op, int64_t nd, Dims dims, U* y, const T*... x) {
  constexpr int K = sizeof...(T), W = common_lanes<U, T...>;
  const Rows<K + 1> rows(nd, dims);
  if (rows.outer == 0 && rows.total <= grain) {
    if (rows.total > 0) map_row<W>(rows.total, op, y, rows.step[K], Strided<T>{x, rows.step[I]}...);
    return;
  }
  if (rows.total == 0) return;
  parallel(rows.total, grain, [&](int64_t begin, int64_t end) {
    for_rows(rows, begin, end, [&](const int64_t* offset, int64_t start, int64_t n) {
      map_row<W>(n, op, y + offset[K] + start * rows.step[K], rows.step[K], Strided<T>{x + offset[I] + start * rows.step[I], rows.step[I]}...);
    });
  });
}

/** y = op(x...); op takes and returns vectors. */
template <int64_t grain, class Op, class U, class... T>
GRADTAPE_INLINE void map(const Op& op, int64_t nd, Dims dims, U* y, const T*... x) {
  map_operands<grain>(typename IndicesTo<sizeof...(T)>::type(), op, nd, dims, y, x...);
}

}  // namespace GRADTAPE_NS
