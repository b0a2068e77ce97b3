// Convolution by Winograd's minimal filtering (transform.h): source and filters are brought to the 36 points, where every point is a matrix product over the channels, and the
// results back. Blocks of rows of tiles are dealt out to the threads. An infinity or NaN spoils all results of a tile: where one is not finite everything is computed again, directly.
#pragma once

#include "../gemm/tile.h"
#include "direct.h"
#include "points.h"

namespace GRADTAPE_NS {

constexpr int64_t kTilesInBlock = 56, kSourceBytes = 2 << 20;   // the products of a block at all points stay in L2
constexpr int64_t kTransformedBytes = 16 << 20, kFilterChannels = 64;  // filters at the points that may be kept; channels of them that are in L2 otherwise

/** The tiles of a convolution, M x M results each, and the blocks that its rows of tiles are cut into. */
template <class T>
struct Tiling {
  const Direct<T>& d;
  int64_t m;
  int64_t across = parts_of(d.x.size, m), down = parts_of(d.y.size, m), lines = d.n * d.groups * down;
  int64_t pitch = parts_of(d.filters.sources, lanes<T>) * lanes<T>;  // channels of the source in whole vectors
  int64_t lines_in_block = most(1, least(kTilesInBlock, kSourceBytes / static_cast<int64_t>(kSquare * pitch * sizeof(T))) / across);
  int64_t blocks = parts_of(lines, lines_in_block);
};

inline bool is_unit(const Axis& a) { return a.step == 1 && a.stride == 1 && (a.slope == 1 || a.slope == -1); }

template <class T>
bool filters_fit(const Direct<T>& d) {
  return d.groups * kSquare * d.filters.sources * d.vectors() * GRADTAPE_VECTOR_BYTES <= kTransformedBytes;
}

/** How many results a tile has across, or 0 if the direct way is the better one. */
template <class T>
int64_t winograd_tile(const Direct<T>& d) {
  if (sizeof(T) != sizeof(float)) return 0;  // float64 is asked for where its last digits count
  if (!is_unit(d.y) || !is_unit(d.x) || d.y.taps != d.x.taps || (d.y.taps != 3 && d.y.taps != 5)) return 0;
  const int64_t m = kPoints + 1 - d.y.taps, vectors = d.vectors(), sources = d.filters.sources, images = d.n;
  const int64_t tiles = images * parts_of(d.y.size, m) * parts_of(d.x.size, m);
  // In vectors of multiply-adds: the products, and the transforms by what they were measured to cost.
  const int64_t direct = images * d.y.size * d.x.size * d.depth() * vectors;
  const int64_t points = kSquare * tiles * sources * vectors + 250 * tiles * parts_of(sources, lanes<T>) + 200 * tiles * vectors + 250 * sources * vectors;
  // Filters that are too many to be kept at the points are brought there again for every block of tiles.
  const int64_t again = filters_fit(d) ? 0 : 250 * sources * vectors * (tiles / kTilesInBlock);
  return (filters_fit(d) || d.groups == 1) && points + again + points / 4 < direct ? m : 0;
}

/** One vector of filters, from `first` on, at the points, which lie `apart`, to rows of `step` for every channel of the source. `packed` has room for the vector. */
template <class T, int R>
void transform_filter(const Direct<T>& d, const Filters<T>& f, int64_t first, int64_t step, T* packed, int64_t apart, T* to) {
  using V = Vec<T>;
  constexpr int64_t W = lanes<T>;
  const int64_t sources = f.sources;
  pack_filters(f, d.y, d.x, d.kw, first, 1, 0, sources, packed);
  for (int64_t c = 0; c < sources; c++, to += step) {
    winograd::apply<winograd::Taps<R>, V>(
        [&](int i, int j) { return load<V>(packed + (((d.y.slope < 0 ? R - 1 - i : i) * sources + c) * R + (d.x.slope < 0 ? R - 1 - j : j)) * W); },
        [&](int i, int j, V y) { store(to + (i * kPoints + j) * apart, y); });
  }
}

/** The filters at the points: panels of kTileVectors vectors, (group, panel, point, channel of the source, filter). */
template <class T, int R>
void transform_filters(const Direct<T>& d, T* to) {
  constexpr int64_t W = lanes<T>;
  const int64_t vectors = d.vectors(), sources = d.filters.sources;
  deal(d.groups * vectors, d.groups * vectors * sources * 250 * W, [&](int64_t task) {
    const int64_t group = task / vectors, v = task % vectors, first = v / kTileVectors * kTileVectors, step = least(kTileVectors, vectors - first) * W;
    Filters<T> f = d.filters;
    f.k += group * d.group_filters();
    transform_filter<T, R>(d, f, v * W, step, static_cast<T*>(workspace(sources * R * R * W * sizeof(T), 1)), sources * step,
                           to + (group * vectors + first) * kSquare * sources * W + (v - first) * W);
  });
}

/** Rows of tiles [begin, end) of the results under one vector of filters, back from the points: (point, tile, `step` filters). Tells whether all are finite. */
template <class T, int M>
bool transform_results(const Tiling<T>& t, int64_t begin, int64_t end, const T* from, int64_t step, int64_t filter) {
  using V = Vec<T>;
  constexpr int64_t W = lanes<T>;
  const Direct<T>& d = t.d;
  const int64_t tiles = (end - begin) * t.across, width = t.across * M, results = d.filters.results;
  T* rows = static_cast<T*>(workspace(M * width * W * sizeof(T), 0));
  V spoilt{};
  for (int64_t line = begin; line < end; line++) {
    const int64_t image = line / t.down, first = line % t.down * M;
    for (int64_t i = 0; i < t.across; i++) {
      const T* at = from + ((line - begin) * t.across + i) * step;
      T* to = rows + i * M * W;
      winograd::apply<winograd::Results<M>, V>([&](int y, int x) { return load<V>(at + (y * kPoints + x) * spaced<T>(tiles * step)); },
                                               [&](int y, int x, V v) {
                                                 spoilt += v - v;
                                                 store(to + (y * width + x) * W, v);
                                               });
    }
    const T* bias = d.bias ? d.bias + image % d.groups * results + filter : nullptr;
    for (int64_t y = 0; y < least(M, d.y.size - first); y++) {
      write_channels(rows + y * width * W, W, d.x.size, least(W, results - filter), bias, d.result + ((image * results + filter) * d.height + first + y) * d.width, d.height * d.width,
                     int64_t{1});
    }
  }
  return !any(spoilt != 0);
}

template <class T, int M>
bool convolve_kept_filters(const Direct<T>& d) {
  bool finite = true;
  constexpr int64_t W = lanes<T>, R = kPoints + 1 - M;
  const Tiling<T> t{d, M};
  const int64_t sources = d.filters.sources, vectors = d.vectors();
  T* filters = static_cast<T*>(workspace(d.groups * vectors * W * kSquare * sources * sizeof(T), 2));
  transform_filters<T, R>(d, filters);
  deal(t.blocks, kSquare * t.lines * t.across * sources * vectors * W, [&](int64_t block) {
    const int64_t first = t.lines * block / t.blocks, last = t.lines * (block + 1) / t.blocks;
    for (int64_t begin = first; begin < last;) {
      // Groups have filters of their own.
      const int64_t end = d.groups == 1 ? last : least(last, (begin / t.down + 1) * t.down), group = begin / t.down % d.groups, tiles = (end - begin) * t.across;
      T* source = static_cast<T*>(workspace(kSquare * (spaced<T>(tiles * t.pitch) + spaced<T>(tiles * kTileVectors * W)) * sizeof(T), 1));
      T* products = source + kSquare * spaced<T>(tiles * t.pitch);
      to_points<T, winograd::Source>(d.source, sources, sources, {d.y.low(), 0, d.y.source}, {d.x.low(), 0, d.x.source}, t.down, t.across, M, begin, end, t.pitch / W, source);
      for (int64_t v = 0; v < vectors; v += kTileVectors) {
        const int64_t panel = least(kTileVectors, vectors - v), step = panel * W, parts = parts_of(tiles, kTileRows);
        const T* filter = filters + (group * vectors + v) * kSquare * sources * W;
        for (int64_t point = 0; point < kSquare; point++) {
          for (int64_t part = 0; part < parts; part++) {
            const int64_t tile = tiles * part / parts, rows = tiles * (part + 1) / parts - tile;
            kTiles<T>.at[rows - 1][panel - 1]({sources, source + point * spaced<T>(tiles * t.pitch) + tile * t.pitch, t.pitch, 1, filter + point * sources * step, step,
                                               products + point * spaced<T>(tiles * step) + tile * step, step, T(1), T(0), W});
          }
        }
        for (int64_t i = 0; i < panel; i++) {
          if (!transform_results<T, M>(t, begin, end, products + i * W, step, (v + i) * W)) __atomic_store_n(&finite, false, __ATOMIC_RELAXED);
        }
      }
      begin = end;
    }
  });
  return finite;
}

/**
 * As above, for filters that at the points are too many to be kept: a task has a panel of them, brings some channels at a time to the points and adds their products to those of
 * all tiles of a block, in L2. One group.
 */
template <class T, int M>
bool convolve_by_filters(const Direct<T>& d) {
  bool finite = true;
  constexpr int64_t W = lanes<T>, R = kPoints + 1 - M;
  const Tiling<T> t{d, M};
  const int64_t sources = d.filters.sources, vectors = d.vectors(), chunks = parts_of(sources, kFilterChannels), lines = most(1, kTilesInBlock / t.across);
  T* const source = static_cast<T*>(workspace(kSquare * spaced<T>(lines * t.across * kFilterChannels) * chunks * sizeof(T), 2));
  for (int64_t begin = 0; begin < t.lines; begin += lines) {
    const int64_t end = least(t.lines, begin + lines), tiles = (end - begin) * t.across, apart = kSquare * spaced<T>(tiles * kFilterChannels);
    deal(chunks, tiles * sources * 16 * W, [&](int64_t chunk) {
      const int64_t c = chunk * kFilterChannels, channels = least(kFilterChannels, sources - c);
      to_points<T, winograd::Source>(d.source + c * d.y.source * d.x.source, channels, sources, {d.y.low(), 0, d.y.source}, {d.x.low(), 0, d.x.source}, t.down, t.across, M, begin, end,
                                     parts_of(channels, W), source + chunk * apart);
    });
    deal(parts_of(vectors, kTileVectors), kSquare * tiles * sources * vectors * W, [&](int64_t task) {
      const int64_t first = task * kTileVectors, panel = least(kTileVectors, vectors - first), step = panel * W, parts = parts_of(tiles, kTileRows), between = spaced<T>(tiles * step);
      T* const filters = static_cast<T*>(workspace((kSquare * (spaced<T>(kFilterChannels * step) + between) + R * R * kFilterChannels * W) * sizeof(T), 1));
      T* const products = filters + kSquare * spaced<T>(kFilterChannels * step);
      T* const packed = products + kSquare * between;
      for (int64_t chunk = 0; chunk < chunks; chunk++) {
        Filters<T> f = d.filters;
        f.k += chunk * kFilterChannels * f.by_source, f.sources = least(kFilterChannels, sources - chunk * kFilterChannels);
        const int64_t pitch = parts_of(f.sources, W) * W;
        for (int64_t v = 0; v < panel; v++) transform_filter<T, R>(d, f, (first + v) * W, step, packed, spaced<T>(f.sources * step), filters + v * W);
        for (int64_t point = 0; point < kSquare; point++) {
          for (int64_t part = 0; part < parts; part++) {
            const int64_t tile = tiles * part / parts, rows = tiles * (part + 1) / parts - tile;
            kTiles<T>.at[rows - 1][panel - 1]({f.sources, source + chunk * apart + point * spaced<T>(tiles * pitch) + tile * pitch, pitch, 1, filters + point * spaced<T>(f.sources * step), step,
                                               products + point * between + tile * step, step, T(1), chunk > 0 ? T(1) : T(0), W});
          }
        }
      }
      for (int64_t v = 0; v < panel; v++) {
        if (!transform_results<T, M>(t, begin, end, products + v * W, step, (first + v) * W)) __atomic_store_n(&finite, false, __ATOMIC_RELAXED);
      }
    });
  }
  return finite;
}

template <class T, int M>
void convolve_tiles(const Direct<T>& d) {
  if (!(filters_fit(d) ? convolve_kept_filters<T, M>(d) : convolve_by_filters<T, M>(d))) convolve(d);
}

}  // namespace GRADTAPE_NS
