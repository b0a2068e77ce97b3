// The filters' gradient: for every tap a product of x^T and dy over all positions. Of a block of channels and rows both are brought into the order (position, channel); then taps
// and channels are the strip and filters its lanes. Blocks of dk and, where those are few, groups of images are dealt out; the parts of a sum are added in one order whoever
// computed them.
#pragma once

#include "direct.h"
#include "rows.h"

namespace GRADTAPE_NS {

constexpr int64_t kSumBytes = 512 << 10;  // of dk that a task sums: L2
constexpr int64_t kChannels = 64;         // of x in a block
constexpr int64_t kWeightTasks = 16;

/** How dk is cut: blocks of channels and filters, and into how many partial sums over blocks of rows of the images. */
template <class T>
struct WeightPlan {
  static constexpr int64_t W = lanes<T>;
  const Geometry& g;
  // Of a vector or whole vectors: pixels of few channels may be written with whole ones, the next pixel's over its end.
  int64_t channels = g.c <= W ? g.c : g.c % W ? W : least(kChannels, g.c);
  int64_t vectors = parts_of(g.o, W);
  int64_t panel = panel_vectors(run(), vectors);
  int64_t filters = least(parts_of(vectors, panel), most(1, kSumBytes / static_cast<int64_t>(g.taps() * channels * panel * W * sizeof(T)))) * panel * W;
  int64_t channel_blocks = parts_of(g.c, channels), filter_blocks = parts_of(g.o, filters);
  int64_t blocks = g.groups * channel_blocks * filter_blocks;
  int64_t rows = least(g.oh, most(1, kChain / g.ow)), units = g.n * parts_of(g.oh, rows);
  int64_t splits = least(units, parts_of(kWeightTasks, blocks));
  int64_t sums = g.taps() * channels * filters;  // of a block

  /** Taps and channels whose elements are neighbours in a row of x. */
  int64_t run() const { return g.dw == 1 ? g.kw * channels : channels; }
};

/** A block of dk: channels [c, c + channels), filters [o, o + filters) of a group. */
struct WeightBlock {
  int64_t group, c, channels, o, filters;
};

template <class T>
WeightBlock block_of(const WeightPlan<T>& p, int64_t block) {
  const int64_t f = block % p.filter_blocks, c = block / p.filter_blocks % p.channel_blocks;
  return {block / p.filter_blocks / p.channel_blocks, c * p.channels, least(p.channels, p.g.c - c * p.channels), f * p.filters, least(p.filters, p.g.o - f * p.filters)};
}

/** sums (panel, taps, channels, filters of the panel) = or += what rows [begin, end) of dy of an image contribute. */
template <class T>
void add_weight(const WeightPlan<T>& p, const WeightBlock& b, const T* x, const T* dy, int64_t begin, int64_t end, T* sums, bool add) {
  constexpr int64_t W = lanes<T>;
  const Geometry& g = p.g;
  const int64_t size = g.positions(), n = (end - begin) * g.ow, c = b.channels;
  const int64_t rows = (end - begin - 1) * g.sh + (g.kh - 1) * g.dh + 1, width = (g.ow - 1) * g.sw + (g.kw - 1) * g.dw + 1;
  int64_t* offset = static_cast<int64_t*>(workspace((n + 8) * sizeof(int64_t) + (n * p.panel * W + rows * width * c + W) * sizeof(T), 1));
  T* grad = reinterpret_cast<T*>(offset + (n + 7) / 8 * 8);
  T* image = grad + n * p.panel * W;
  for (int64_t oy = 0, *to = offset; oy < end - begin; oy++)
    for (int64_t ox = 0; ox < g.ow; ox++) *to++ = (oy * g.sh * width + ox * g.sw) * c;
  transpose_rows(x, c, c, g.h * g.w, {begin * g.sh - g.ph, rows, g.h}, {-g.pw, width, g.w}, image);

  const int64_t run = g.dw == 1 ? g.kw * c : c, runs = g.taps() * c / run;
  for (int64_t first = 0; first < parts_of(b.filters, W); first += p.panel) {
    const int64_t vectors = least(p.panel, parts_of(b.filters, W) - first), step = vectors * W;
    for (int64_t v = 0; v < vectors; v++) {
      const int64_t o = (first + v) * W;
      pack_transposed(n, least(W, b.filters - o), dy + o * size + begin * g.ow, size, grad + v * W, step);
    }
    const int64_t strips = parts_of(run, strip_length(static_cast<int>(vectors)));
    for (int64_t q = 0; q < runs; q++) {
      const T* from = image + (g.dw == 1 ? q * g.dh * width : q / g.kw * g.dh * width + q % g.kw * g.dw) * c;
      for (int64_t s = 0; s < strips; s++) {
        const int64_t at = run * s / strips, length = run * (s + 1) / strips - at;
        kStrips<T>.at[vectors - 1][length - 1]({n, from + at, offset, grad, sums + (first * g.taps() * c * W) + (q * run + at) * step, add});
      }
    }
  }
}

/** A block's sums to their places in dk. */
template <class T>
void write_weight(const WeightPlan<T>& p, const WeightBlock& b, const T* sums, T* dk) {
  constexpr int64_t W = lanes<T>;
  const int64_t taps = p.g.taps(), depth = p.g.depth();
  dk += (b.group * p.g.o + b.o) * depth + b.c * taps;
  for (int64_t first = 0; first < parts_of(b.filters, W); first += p.panel) {
    const int64_t vectors = least(p.panel, parts_of(b.filters, W) - first), step = vectors * W;
    for (int64_t v = 0; v < vectors; v++) {
      const T* from = sums + first * taps * b.channels * W + v * W;
      const int64_t o = (first + v) * W, filters = least(W, b.filters - o);
      if (taps == 1) {
        write_channels<T>(from, step, b.channels, filters, nullptr, dk + o * depth, depth, 1);
      } else {
        for (int64_t c = 0; c < b.channels; c++) write_channels<T>(from + c * step, b.channels * step, taps, filters, nullptr, dk + o * depth + c * taps, depth, 1);
      }
    }
  }
}

template <class T>
void weight_gradient(const Geometry& g, const T* dy, const T* x, T* dk) {
  const WeightPlan<T> p{g};
  const int64_t bands = parts_of(g.oh, p.rows);
  T* const sums = static_cast<T*>(workspace(p.blocks * p.splits * p.sums * sizeof(T), 2));
  deal(p.blocks * p.splits, g.work(), [&](int64_t task) {
    const int64_t split = task % p.splits;
    const WeightBlock b = block_of(p, task / p.splits);
    const int64_t first = p.units * split / p.splits, last = p.units * (split + 1) / p.splits;
    for (int64_t unit = first; unit < last; unit++) {
      const int64_t image = (unit / bands) * g.groups + b.group, band = unit % bands;
      add_weight(p, b, x + (image * g.c + b.c) * g.h * g.w, dy + (image * g.o + b.o) * g.positions(), g.oh * band / bands, g.oh * (band + 1) / bands, sums + task * p.sums, unit > first);
    }
    if (p.splits == 1) write_weight(p, b, sums + task * p.sums, dk);
  });
  if (p.splits == 1) return;
  deal(p.blocks, p.blocks * p.splits * p.sums, [&](int64_t block) {
    T* total = sums + block * p.splits * p.sums;
    for (int64_t split = 1; split < p.splits; split++)
      for_vectors<lanes<T>>(0, p.sums, [&](int64_t i, auto access) {
        access.write(total + i, access.template read<Vec<T>>(total + i) + access.template read<Vec<T>>(total + split * p.sums + i));
      });
    write_weight(p, block_of(p, block), total, dk);
  });
}

}  // namespace GRADTAPE_NS
