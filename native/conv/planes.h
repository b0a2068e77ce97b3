// Convolution of few channels a group in many planes (images and groups): a vector's lanes are neighbouring planes, which are brought into the order (row, column, plane) and back. No width,
// stride or border leaves lanes unused, and the filters' gradient needs no sums over lanes until its end.
#pragma once

#include "direct.h"
#include "plane.h"
#include "rows.h"

namespace GRADTAPE_NS {

constexpr int64_t kBandWidth = 4 * kRectangleWidth, kSplitTasks = 16;

/** What of the source of a dim the results [begin, end) see. */
inline Extent seen_by(const Dim& dim, int64_t begin, int64_t end) {
  int64_t low = INT64_MAX, past = INT64_MIN;
  for (int64_t kind = 0; kind < dim.kinds(); kind++) {
    const Axis a = dim.axis(kind);
    const int64_t first = parts_of(begin - kind, dim.kinds()), last = parts_of(end - kind, dim.kinds()) - 1;
    if (a.taps == 0 || first > last) continue;
    low = least(low, first * a.step + a.low()), past = most(past, last * a.step + a.low() + a.span() + 1);
  }
  return low < past ? Extent{low, past - low, dim.source()} : Extent{0, 0, dim.source()};
}

/** Bytes of what one row of results sees, in all lanes. */
template <class T>
int64_t bytes_of_row(int64_t sources, const Dim& y, const Dim& x) {
  return sources * seen_by(y, 0, y.kinds()).size * seen_by(x, 0, least(kBandWidth, x.size())).size * GRADTAPE_VECTOR_BYTES;
}

/** Whether there are planes enough, and channels so few that their part of a band of rows stays in L2. */
template <class T>
bool in_planes(int64_t planes, int64_t sources, int64_t results, const Dim& y, const Dim& x) {
  return results <= kFewChannels<T> && planes >= lanes<T> / 2 && bytes_of_row<T>(sources, y, x) <= kCropBytes;
}

/** Forward pass and input's gradient. Tasks are rectangles of the results of one vector of planes. */
template <class T>
class Planes {
 public:
  Planes(const Pass<T>& pass, const Dim& dim_y, const Dim& dim_x) : d(pass), y(dim_y), x(dim_x) {
    pieces = parts_of(x.size(), kBandWidth);
    for (int64_t i = 0; i < pieces; i++) pitch = most(pitch, seen_by(x, x.size() * i / pieces, x.size() * (i + 1) / pieces).size);
    const int64_t row = sources * pitch * GRADTAPE_VECTOR_BYTES, more = most(0, y.taps - 1) * y.dilation;  // rows beside those that a row of results adds
    const int64_t rows = most(1, (kCropBytes / (row + 1) - more) * y.size() / (y.source() + 1));
    bands = parts_of(y.size(), rows);
    for (int64_t i = 0; i < bands; i++) plane = most(plane, existing(y.size() * i / bands, y.size() * (i + 1) / bands).size * pitch * W);
    pack();
  }

  void run() const {
    deal(blocks * bands * pieces, planes * y.size() * x.size() * results * (k + 8), [&](int64_t task) {
      const int64_t band = task / pieces % bands, piece = task % pieces;
      convolve(task / pieces / bands * W, y.size() * band / bands, y.size() * (band + 1) / bands, x.size() * piece / pieces, x.size() * (piece + 1) / pieces);
    });
  }

 private:
  static constexpr int64_t W = lanes<T>;
  const Pass<T>& d;
  const Dim &y, &x;
  const int64_t sources = d.filters.sources, results = d.filters.results, k = sources * d.filters.all_taps, planes = d.n * d.groups, blocks = parts_of(planes, W);
  const int64_t phase = divisor(d.groups, W), phases = d.groups / phase;  // a vector of planes begins at a multiple of `phase` of the groups
  int64_t bands, pieces, pitch = 0, plane = 0;
  int64_t* offset;
  T* packed;

  static int64_t divisor(int64_t a, int64_t b) { return b == 0 ? a : divisor(b, a % b); }

  /** Rows of the source that results [begin, end) see. */
  Extent existing(int64_t begin, int64_t end) const {
    const Extent all = seen_by(y, begin, end);
    const int64_t low = most(0, all.low), past = least(all.low + all.size, all.source);
    return {low, most(0, past - low), all.source};
  }

  /** Offsets and filters of all taps, in one order. */
  void pack() {
    offset = static_cast<int64_t*>(workspace((k + 8) * sizeof(int64_t) + phases * results * k * W * sizeof(T), 2));
    packed = reinterpret_cast<T*>(offset + (k + 7) / 8 * 8);
    int64_t at = 0;
    for (int64_t ky = 0; ky < y.kinds(); ky++) {
      for (int64_t kx = 0; kx < x.kinds(); kx++) {
        const Axis v = y.axis(ky), h = x.axis(kx);
        for (int64_t i = 0; i < v.taps; i++)
          for (int64_t s = 0; s < sources; s++)
            for (int64_t j = 0; j < h.taps; j++, at++) {
              offset[at] = s * plane + (i * v.slope * pitch + j * h.slope) * W;
              pack_tap(d.filters.k + s * d.filters.by_source + (v.tap + i * v.tap_step) * x.taps + h.tap + j * h.tap_step, packed + at * W);
            }
      }
    }
  }
  void pack_tap(const T* from, T* to) const {
    for (int64_t p = 0; p < phases; p++)
      for (int64_t r = 0; r < results; r++, to += k * W)
        for (int64_t l = 0; l < W; l++) to[l] = from[(p * phase + l) % d.groups * d.group_filters() + r * d.filters.by_result];
  }

  /** Rows [top, bottom) and columns [begin, end) of the planes from the first on. */
  void convolve(int64_t first, int64_t top, int64_t bottom, int64_t begin, int64_t end) const {
    const int64_t count = least(W, planes - first), width = end - begin, n = (bottom - top) * width, size = y.source() * x.source();
    const Extent rows = existing(top, bottom), columns{seen_by(x, begin, end).low, pitch, x.source()};
    T* const copy = static_cast<T*>(workspace((sources * plane + kTogether * n * W + W) * sizeof(T), 1));
    T* const sums = copy + sources * plane;
    for (int64_t s = 0; s < sources; s++) transpose_rows(d.source + (first * sources + s) * size, count, W, sources * size, rows, columns, copy + s * plane);
    for (int64_t r = 0; r < results; r += kTogether) {
      const int64_t together = least(kTogether, results - r);
      const T* filter = packed + (first % d.groups / phase * results + r) * k * W;
      const int64_t* at = offset;
      for (int64_t ky = 0; ky < y.kinds(); ky++) {
        for (int64_t kx = 0; kx < x.kinds(); kx++) {
          const Axis all_v = y.axis(ky), all_h = x.axis(kx), v = all_v.part(parts_of(top - ky, y.kinds()), parts_of(bottom - ky, y.kinds())),
                     h = all_h.part(parts_of(begin - kx, x.kinds()), parts_of(end - kx, x.kinds()));
          Places<T> s{0, at, filter, copy + ((v.shift - rows.low) * pitch + h.shift - columns.low) * W, sums + ((v.start - top) * width + h.start - begin) * W, k * W, h.step * W,
                      v.step * pitch * W, h.stride * W, v.stride * width * W, n * W, 0, false};
          sum(v, h, together, s);
          at += sources * v.taps * h.taps, filter += sources * v.taps * h.taps * W;
        }
      }
      for (int64_t i = 0; i < together; i++) write(first, count, r + i, top, bottom, begin, end, sums + i * n * W);
    }
  }

  /** The results along v and h, `together` channels of them; `all` describes the first one under all taps. */
  void sum(const Axis& v, const Axis& h, int64_t together, const Places<T>& all) const {
    const int64_t row = sources * h.taps, strips = parts_of(h.size, places_of(static_cast<int>(together)));
    for (int64_t p = 0, next; p < v.size; p = next) {
      // Rows that see the same taps.
      int64_t from, to;
      v.seen(p, from, to);
      for (next = p + 1; next < v.size; next++) {
        int64_t a, b;
        v.seen(next, a, b);
        if (a != from || b != to) break;
      }
      for (int64_t strip = 0; strip < strips; strip++) {
        const int64_t ox = h.size * strip / strips, length = h.size * (strip + 1) / strips - ox;
        Places<T> s = all;
        s.x += p * s.x_row + ox * s.x_step, s.y += p * s.y_row + ox * s.y_step, s.rows = next - p;
        for (int64_t tap = from * row; tap < to * row || !s.add; tap += kChain, s.add = true) {
          s.k = least(kChain, to * row - tap), s.offset = all.offset + tap, s.filter = all.filter + tap * W;
          kPlacesTable<T>.at[together - 1][h.step <= 2 ? h.step : 0][length - 1](s);
        }
      }
    }
  }

  void write(int64_t first, int64_t count, int64_t r, int64_t top, int64_t bottom, int64_t begin, int64_t end, const T* sums) const {
    const int64_t width = x.size(), size = y.size() * width;
    T bias[W];
    for (int64_t l = 0; d.bias && l < W; l++) bias[l] = d.bias[(first + l) % d.groups * results + r];
    // Whole rows are written as one.
    const int64_t lines = pieces == 1 ? 1 : bottom - top, n = pieces == 1 ? (bottom - top) * width : end - begin;
    for (int64_t line = 0; line < lines; line++)
      write_channels<T>(sums + line * n * W, W, n, count, d.bias ? bias : nullptr, d.result + (first * results + r) * size + (top + line) * width + begin, results * size, 1);
  }
};

template <class T>
void convolve_planes(const Pass<T>& pass, const Dim& y, const Dim& x) {
  if (y.size() > 0 && x.size() > 0) Planes<T>(pass, y, x).run();
}

/** The filters' gradient. Tasks are the sums of one vector of planes, or of some of its bands; they are added in one order. */
template <class T>
void planes_weight(const Geometry& g, const T* dy, const T* x, T* dk) {
  constexpr int64_t W = lanes<T>;
  const int64_t planes = g.n * g.groups, size = g.positions(), taps = g.taps(), depth = g.o * g.depth();
  const int64_t pieces = parts_of(g.ow, kChain), length = parts_of(g.ow, pieces), width = (length - 1) * g.sw + (g.kw - 1) * g.dw + 1, more = (g.kh - 1) * g.dh;
  const int64_t rows_that_fit = (kCropBytes / (g.c * width * GRADTAPE_VECTOR_BYTES) - more) / g.sh, rows = least(g.oh, most(1, least(kChain / length, rows_that_fit)));
  const int64_t bands = parts_of(g.oh, rows), blocks = parts_of(planes, W), splits = least(bands, parts_of(kSplitTasks, blocks)), plane = ((rows - 1) * g.sh + more + 1) * width * W;
  int64_t* const offset = static_cast<int64_t*>(workspace((g.depth() + 8) * sizeof(int64_t) + blocks * splits * depth * W * sizeof(T), 2));
  T* const sums = reinterpret_cast<T*>(offset + (g.depth() + 7) / 8 * 8);
  for (int64_t c = 0; c < g.c; c++)
    for (int64_t t = 0; t < taps; t++) offset[c * taps + t] = c * plane + (t / g.kw * g.dh * width + t % g.kw * g.dw) * W;

  deal(blocks * splits, planes * size * (depth + 8), [&](int64_t task) {
    const int64_t split = task % splits, first = task / splits * W, count = least(W, planes - first), begin = bands * split / splits * pieces, end = bands * (split + 1) / splits * pieces;
    T* const sum = sums + task * depth * W;
    T* const image = static_cast<T*>(workspace((g.c * plane + rows * length * W + W) * sizeof(T), 1));
    T* const grad = image + g.c * plane;
    for (int64_t unit = begin; unit < end; unit++) {
      const int64_t band = unit / pieces, piece = unit % pieces, top = g.oh * band / bands, lines = g.oh * (band + 1) / bands - top;
      const int64_t left = g.ow * piece / pieces, columns = g.ow * (piece + 1) / pieces - left;
      for (int64_t c = 0; c < g.c; c++)
        transpose_rows(x + (first * g.c + c) * g.h * g.w, count, W, g.c * g.h * g.w, {top * g.sh - g.ph, (lines - 1) * g.sh + more + 1, g.h}, {left * g.sw - g.pw, width, g.w}, image + c * plane);
      for (int64_t o = 0; o < g.o; o++) {
        const T* from = dy + (first * g.o + o) * size + top * g.ow + left;
        if (pieces == 1) pack_transposed(lines * columns, count, from, g.o * size, grad, W);
        else
          for (int64_t line = 0; line < lines; line++) pack_transposed(columns, count, from + line * g.ow, g.o * size, grad + line * columns * W, W);
        const int64_t chunks = parts_of(g.depth(), kTapSums);
        for (int64_t i = 0; i < chunks; i++) {
          const int64_t t = g.depth() * i / chunks, m = g.depth() * (i + 1) / chunks - t;
          kTapSumsTable<T>[m - 1]({lines, columns, grad, image, g.sw * W, g.sh * width * W, offset + t, sum + (o * g.depth() + t) * W, unit > begin});
        }
      }
    }
  });
  deal(g.groups, planes * splits * depth, [&](int64_t group) {
    T* const to = dk + group * depth;
    for (int64_t t = 0; t < depth; t++) to[t] = 0;
    for (int64_t p = group; p < planes; p += g.groups) {
      const T* from = sums + p / W * splits * depth * W + p % W;
      for (int64_t split = 0; split < splits; split++, from += depth * W)
        for (int64_t t = 0; t < depth; t++) to[t] += from[t * W];
    }
  });
}

}  // namespace GRADTAPE_NS
