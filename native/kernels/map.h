// Elementwise kernels: map(op, nd, dims, y, inputs...) computes y = op(inputs...) on whole vectors. A row whose operands are contiguous, or broadcast beside a
// contiguous one, streams; any other row goes through small contiguous blocks on the stack, so that each op is compiled for contiguous memory only. Transposed operands are
// turned tile by tile first.
#pragma once

#include "../runtime/threads.h"
#include "transpose.h"
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

/** A tile: rows of the last outer row by columns of the innermost one. */
constexpr int64_t TILE_ROWS = 16, TILE_COLUMNS = 128;

/** Whether an operand is contiguous along the last outer row instead of the innermost one. */
template <int operands>
GRADTAPE_INLINE bool is_transposed(const Rows<operands>& rows, int k) {
  return rows.step[k] != 0 && rows.step[k] != 1 && rows.stride(rows.outer - 1, k) == 1;
}

template <class T>
struct TileBuffer {
  T data[TILE_ROWS * TILE_COLUMNS];
  TileBuffer() {}  // leaves the data uninitialised
};

/** An operand of a tile, and its stride from row to row of the tile. */
template <class T>
struct Tile {
  Strided<T> first;
  int64_t next;

  Tile(const T* x, int64_t down, int64_t across, bool transposed, int64_t height, int64_t length, T* buffer) : first{x, across}, next(down) {
    if (!transposed) return;
    copy_transposed(height, length, x, across, buffer, TILE_COLUMNS);
    first = {buffer, 1};
    next = TILE_COLUMNS;
  }
  Strided<T> row(int64_t i) const { return {first.at + i * next, first.step}; }
};

template <int W, class Op, class U, class... T>
__attribute__((noinline)) void map_tile(int64_t height, int64_t length, const Op& op, U* y, int64_t down, int64_t across, const Tile<T>&... x) {
  for (int64_t i = 0; i < height; i++) map_row<W>(length, op, y + i * down, across, x.row(i)...);
}

template <int W, int64_t grain, class Op, class U, class... T, int... I>
GRADTAPE_INLINE void map_tiles(Indices<I...>, const Op& op, const Rows<sizeof...(T) + 1>& rows, U* y, const T*... x) {
  constexpr int K = sizeof...(T);
  Rows<K + 1> planes = rows;
  planes.outer--;
  const int64_t height = rows.extent(planes.outer), bands = (height + TILE_ROWS - 1) / TILE_ROWS;
  const int64_t down[] = {rows.stride(planes.outer, I)..., rows.stride(planes.outer, K)};
  const int64_t* const step = rows.step;
  const int64_t work = TILE_ROWS * rows.size;
  parallel(rows.total / (height * rows.size) * bands, work < grain ? grain / work : 1, [&](int64_t begin, int64_t end) {
    Walk<K + 1> walk(planes, begin / bands);
    for (int64_t task = begin; task < end; task++) {
      if (task > begin && task % bands == 0) walk.next();
      const int64_t i = task % bands * TILE_ROWS, h = height - i < TILE_ROWS ? height - i : TILE_ROWS;
      for (int64_t j = 0; j < rows.size; j += TILE_COLUMNS) {
        const int64_t w = rows.size - j < TILE_COLUMNS ? rows.size - j : TILE_COLUMNS;
        map_tile<W>(h, w, op, y + walk.offset[K] + i * down[K] + j * step[K], down[K], step[K],
                    Tile<T>(x + walk.offset[I] + i * down[I] + j * step[I], down[I], step[I], is_transposed(rows, I), h, w, TileBuffer<T>().data)...);
      }
    }
  });
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
  if (rows.outer > 0 && (is_transposed(rows, I) || ...)) return map_tiles<W, grain>(Indices<I...>(), op, rows, y, x...);
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
