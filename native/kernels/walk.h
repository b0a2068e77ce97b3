// Walking the rows of `dims`: the outer rows as an odometer, so that kernels see one innermost row at a time.
#pragma once

#include "../simd.h"

namespace GRADTAPE_NS {

/** More rows than a tensor may have after merging; PyTorch's own limit. */
constexpr int MAX_ROWS = 64;

/** Rows of `dims` over `operands` buffers. Without rows there is one element; the innermost row then has size 1 and strides 1. */
template <int operands>
struct Rows {
  int64_t outer;  // number of outer rows
  Dims dims;
  int64_t size = 1, step[operands];  // the innermost row
  int64_t total;

  Rows(int64_t nd, Dims d) : outer(nd > 0 ? nd - 1 : 0), dims(d) {
    for (int k = 0; k < operands; k++) step[k] = nd > 0 ? stride(outer, k) : 1;
    if (nd > 0) size = extent(outer);
    total = size;
    for (int64_t row = 0; row < outer; row++) total *= extent(row);
  }

  int64_t extent(int64_t row) const { return dims[row * (operands + 1)]; }
  int64_t stride(int64_t row, int k) const { return dims[row * (operands + 1) + 1 + k]; }
};

/** A place in the outer rows: each operand's offset there. */
template <int operands>
struct Walk {
  const Rows<operands>& rows;
  int64_t offset[operands];
  int64_t index[MAX_ROWS];

  /** Starts at the given outer position in row-major order. */
  Walk(const Rows<operands>& r, int64_t position) : rows(r) {
    for (int k = 0; k < operands; k++) offset[k] = 0;
    for (int64_t row = rows.outer - 1; row >= 0; row--) {
      const int64_t extent = rows.extent(row);
      index[row] = position % extent;
      position /= extent;
      for (int k = 0; k < operands; k++) offset[k] += index[row] * rows.stride(row, k);
    }
  }

  void next() {
    for (int64_t row = rows.outer - 1; row >= 0; row--) {
      for (int k = 0; k < operands; k++) offset[k] += rows.stride(row, k);
      const int64_t extent = rows.extent(row);
      if (++index[row] < extent) return;
      for (int k = 0; k < operands; k++) offset[k] -= extent * rows.stride(row, k);
      index[row] = 0;
    }
  }
};

/** Calls f(offsets, start, count) for each piece of an innermost row in the range [begin, end) of elements. */
template <int operands, class F>
GRADTAPE_INLINE void for_rows(const Rows<operands>& rows, int64_t begin, int64_t end, const F& f) {
  Walk<operands> walk(rows, begin / rows.size);
  for (int64_t start = begin % rows.size; begin < end; start = 0) {
    const int64_t count = rows.size - start < end - begin ? rows.size - start : end - begin;
    f(walk.offset, start, count);
    begin += count;
    if (begin < end) walk.next();
  }
}

}  // namespace GRADTAPE_NS
