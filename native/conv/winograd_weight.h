// The filters' gradient by Winograd's minimal filtering (transform.h): R x R taps under a tile of M x M elements of dy are a filtering too, of M taps and R results, so that the same points
// serve. Image and gradient are brought to them tile by tile, every point is a product over tiles, and only the sums are brought back. As in winograd.h a result that is not finite makes
// the call be computed again, directly.
#pragma once

#include "points.h"
#include "weight.h"

namespace GRADTAPE_NS {

constexpr int64_t kPointBytes = 384 << 10;  // of tiles at the points, beside their sums in L2
constexpr int64_t kBlockFilters = 64, kPointSplits = 8;

/** How dk is cut, as `WeightPlan` does, and how many rows of tiles are taken at once. */
template <class T>
struct PointPlan {
  static constexpr int64_t W = lanes<T>;
  const Geometry& g;
  int64_t m;
  int64_t channels = least(kChannels, parts_of(g.c, W) * W), filters = least(kBlockFilters, parts_of(g.o, W) * W);
  int64_t panel = panel_vectors(least(g.c, channels), filters / W);
  int64_t channel_blocks = parts_of(g.c, channels), filter_blocks = parts_of(g.o, filters), blocks = g.groups * channel_blocks * filter_blocks;
  int64_t across = parts_of(g.ow, m), down = parts_of(g.oh, m), lines = g.n * down;
  int64_t lines_at_once = most(1, kPointBytes / static_cast<int64_t>(kSquare * (channels + filters) * sizeof(T)) / across);
  int64_t splits = least(parts_of(lines, lines_at_once), parts_of(kPointSplits, blocks));
  int64_t sums = kSquare * spaced<T>(channels * filters);  // of a block

  /** Whether it is quicker than taking the products one by one. */
  bool pays() const {
    const int64_t vectors = parts_of(g.o, W), tiles = lines * across;
    const int64_t direct = g.n * g.positions() * g.depth() * vectors;
    const int64_t points = kSquare * tiles * g.c * vectors + 250 * tiles * parts_of(g.c, W) * filter_blocks + 200 * tiles * vectors * channel_blocks + 250 * g.c * vectors;
    return points + points / 4 < direct;
  }
};

/** How many elements of dy a tile has across, or 0 if the direct way is the better one. */
template <class T>
int64_t weight_tile(const Geometry& g) {
  if (sizeof(T) != sizeof(float) || g.kh != g.kw || (g.kh != 3 && g.kh != 5) || g.sh != 1 || g.sw != 1 || g.dh != 1 || g.dw != 1) return 0;
  const int64_t m = kPoints + 1 - g.kh;
  return PointPlan<T>{g, m}.pays() ? m : 0;
}

/** The sums of a block's products at the points over rows of tiles [begin, end), to (point, panel, channel, filters of the panel). */
template <class T, int M>
void sum_points(const PointPlan<T>& p, const WeightBlock& b, const T* x, const T* dy, int64_t begin, int64_t end, T* sums) {
  constexpr int64_t W = lanes<T>;
  const Geometry& g = p.g;
  const int64_t most_tiles = least(p.lines_at_once, end - begin) * p.across, vectors = parts_of(b.filters, W), pitch = parts_of(b.channels, W) * W;
  int64_t* const offset = static_cast<int64_t*>(workspace((most_tiles + 8) * sizeof(int64_t) + kSquare * (spaced<T>(most_tiles * pitch) + spaced<T>(most_tiles * vectors * W)) * sizeof(T), 1));
  T* const image = reinterpret_cast<T*>(offset + (most_tiles + 7) / 8 * 8);
  T* const grad = image + kSquare * spaced<T>(most_tiles * pitch);
  for (int64_t i = 0; i < most_tiles; i++) offset[i] = i * pitch;
  for (int64_t from = begin; from < end; from += p.lines_at_once) {
    const int64_t to = least(end, from + p.lines_at_once), tiles = (to - from) * p.across;
    to_points<T, winograd::Source>(x, b.channels, g.groups * g.c, {-g.ph, 0, g.h}, {-g.pw, 0, g.w}, p.down, p.across, M, from, to, pitch / W, image);
    to_points<T, winograd::Taps<M>>(dy, b.filters, g.groups * g.o, {0, 0, g.oh}, {0, 0, g.ow}, p.down, p.across, M, from, to, p.panel, grad);
    for (int64_t point = 0; point < kSquare; point++) {
      for (int64_t first = 0; first < vectors; first += p.panel) {
        const int64_t panel = least(p.panel, vectors - first), step = panel * W, strips = parts_of(b.channels, strip_length(static_cast<int>(panel)));
        for (int64_t s = 0; s < strips; s++) {
          const int64_t c = b.channels * s / strips, length = b.channels * (s + 1) / strips - c;
          kStrips<T>.at[panel - 1][length - 1]({tiles, image + point * spaced<T>(tiles * pitch) + c, offset, grad + point * spaced<T>(tiles * vectors * W) + first * tiles * W,
                                                sums + point * spaced<T>(vectors * b.channels * W) + first * b.channels * W + c * step, from > begin});
        }
      }
    }
  }
}

/** A block's sums from the points to their places in dk. Tells whether all are finite. */
template <class T, int R>
bool write_points(const PointPlan<T>& p, const WeightBlock& b, const T* sums, T* dk) {
  using V = Vec<T>;
  constexpr int64_t W = lanes<T>, taps = R * R;
  const int64_t depth = p.g.depth(), vectors = parts_of(b.filters, W);
  T* const rows = static_cast<T*>(workspace(b.channels * taps * W * sizeof(T), 0));
  V spoilt{};
  for (int64_t v = 0; v < vectors; v++) {
    const int64_t first = v / p.panel * p.panel, step = least(p.panel, vectors - first) * W, o = b.group * p.g.o + b.o + v * W;
    for (int64_t c = 0; c < b.channels; c++) {
      const T* const at = sums + first * b.channels * W + c * step + (v - first) * W;
      winograd::apply<winograd::Results<R>, V>([&](int i, int j) { return load<V>(at + (i * kPoints + j) * spaced<T>(vectors * b.channels * W)); },
                                               [&](int i, int j, V y) {
                                                 spoilt += y - y;
                                                 store(rows + (c * taps + i * R + j) * W, y);
                                               });
    }
    write_channels<T>(rows, W, b.channels * taps, least(W, b.filters - v * W), nullptr, dk + o * depth + b.c * taps, depth, 1);
  }
  return !any(spoilt != 0);
}

template <class T, int M>
void weight_points(const Geometry& g, const T* dy, const T* x, T* dk) {
  constexpr int R = kPoints + 1 - M;
  const PointPlan<T> p{g, M};
  bool finite = true;
  const auto block_at = [&](int64_t block) -> WeightBlock {
    const int64_t f = block % p.filter_blocks * p.filters, c = block / p.filter_blocks % p.channel_blocks * p.channels;
    return {block / p.filter_blocks / p.channel_blocks, c, least(p.channels, g.c - c), f, least(p.filters, g.o - f)};
  };
  const auto write = [&](int64_t block, const T* sums) {
    if (!write_points<T, R>(p, block_at(block), sums, dk)) __atomic_store_n(&finite, false, __ATOMIC_RELAXED);
  };
  T* const sums = static_cast<T*>(workspace(p.blocks * p.splits * p.sums * sizeof(T), 2));
  deal(p.blocks * p.splits, kSquare * p.lines * p.across * g.groups * g.c * g.o, [&](int64_t task) {
    const int64_t split = task % p.splits;
    const WeightBlock b = block_at(task / p.splits);
    sum_points<T, M>(p, b, x + (b.group * g.c + b.c) * g.h * g.w, dy + (b.group * g.o + b.o) * g.positions(), p.lines * split / p.splits, p.lines * (split + 1) / p.splits, sums + task * p.sums);
    if (p.splits == 1) write(task, sums + task * p.sums);
  });
  if (p.splits > 1) {
    deal(p.blocks, p.blocks * p.splits * p.sums, [&](int64_t block) {
      T* const total = sums + block * p.splits * p.sums;
      for (int64_t split = 1; split < p.splits; split++)
        for_vectors<lanes<T>>(0, p.sums, [&](int64_t i, auto access) {
          access.write(total + i, access.template read<Vec<T>>(total + i) + access.template read<Vec<T>>(total + split * p.sums + i));
        });
      write(block, total);
    });
  }
  if (!finite) weight_gradient(g, dy, x, dk);
}

}  // namespace GRADTAPE_NS
