// The strided copy: y = x over rows of `dims`. Where one operand is contiguous along one row and the other along another row, those two rows are copied in tiles.
#pragma once

#include "map.h"

namespace GRADTAPE_NS {

/** Rows of y that are copied together. */
constexpr int64_t TILE = 64;

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
