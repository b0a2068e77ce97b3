// The patches of an image under a kernel: row r = (c, i, j) of the patch matrix holds, for every output position, the element of x under tap (i, j) of channel c, or 0
// outside. Blocks of that matrix are made from x (im2col) or added back to it (col2im, the adjoint).
#pragma once

#include "../simd.h"

namespace GRADTAPE_NS {

struct Geometry {
  int64_t n, groups, c, h, w, o, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw;
  int64_t taps() const { return kh * kw; }
  int64_t depth() const { return c * taps(); }
  int64_t positions() const { return oh * ow; }
};

/**
 * Output positions [begin, end) under tap (i, j), stretch by stretch: f(at, from, n) for n positions from `at` on whose elements start at `from` in the channel and lie
 * sw apart; from = -1 for positions that see the padding.
 */
template <class F>
GRADTAPE_INLINE void sweep(const Geometry& g, int64_t i, int64_t j, int64_t begin, int64_t end, const F& f) {
  // Column ox sees ox * sw - shift, which is in [0, w) for ox in [lo, hi).
  const int64_t shift = g.pw - j * g.dw, last = g.w - 1 + shift;
  const int64_t lo = shift <= 0 ? 0 : (shift + g.sw - 1) / g.sw;
  const int64_t hi = last < 0 ? 0 : (last / g.sw + 1 < g.ow ? last / g.sw + 1 : g.ow);
  int64_t oy = begin / g.ow, from = begin % g.ow;
  for (int64_t at = begin; at < end; oy++) {
    const int64_t to = from + end - at < g.ow ? from + end - at : g.ow;
    const int64_t iy = oy * g.sh - g.ph + i * g.dh;
    int64_t a = from > lo ? from : lo, b = to < hi ? to : hi;
    if (iy < 0 || iy >= g.h || a >= b) a = b = to;
    if (a > from) f(at, int64_t{-1}, a - from);
    if (b > a) f(at + a - from, iy * g.w + a * g.sw - shift, b - a);
    if (to > b) f(at + b - from, int64_t{-1}, to - b);
    at += to - from;
    from = 0;
  }
}

/** Rows [r, r + rows) and positions [p, p + n) of the patch matrix of x as a dense block. */
template <class T>
void gather_patches(const Geometry& g, const T* x, T* block, int64_t r, int64_t rows, int64_t p, int64_t n) {
  using V = Vec<T>;
  for (const int64_t end = r + rows; r < end; r++, block += n) {
    const T* channel = x + r / g.taps() * g.h * g.w;
    const int64_t tap = r % g.taps();
    sweep(g, tap / g.kw, tap % g.kw, p, p + n, [&](int64_t at, int64_t from, int64_t count) {
      T* y = block + at - p;
      if (from < 0) {
        for_vectors<lanes<T>>(0, count, [&](int64_t i, auto access) { access.write(y + i, V{}); });
      } else if (g.sw == 1) {
        for_vectors<lanes<T>>(0, count, [&](int64_t i, auto access) { access.write(y + i, access.template read<V>(channel + from + i)); });
      } else {
        for (int64_t i = 0; i < count; i++) y[i] = channel[from + i * g.sw];
      }
    });
  }
}

/** Adds a block back to where it was gathered from. */
template <class T>
void scatter_patches(const Geometry& g, T* x, const T* block, int64_t r, int64_t rows, int64_t p, int64_t n) {
  using V = Vec<T>;
  for (const int64_t end = r + rows; r < end; r++, block += n) {
    T* channel = x + r / g.taps() * g.h * g.w;
    const int64_t tap = r % g.taps();
    sweep(g, tap / g.kw, tap % g.kw, p, p + n, [&](int64_t at, int64_t from, int64_t count) {
      if (from < 0) return;
      const T* y = block + at - p;
      if (g.sw == 1) {
        for_vectors<lanes<T>>(0, count, [&](int64_t i, auto access) {
          access.write(channel + from + i, access.template read<V>(channel + from + i) + access.template read<V>(y + i));
        });
      } else {
        for (int64_t i = 0; i < count; i++) channel[from + i * g.sw] += y[i];
      }
    });
  }
}

}  // namespace GRADTAPE_NS
