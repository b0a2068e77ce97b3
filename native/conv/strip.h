// The micro-kernel of the direct convolution: neighbouring results of one row under a panel of filters, held in registers while channels and taps pass by.
#pragma once

#include "../simd.h"

namespace GRADTAPE_NS {

// Sums that are held: beside them the filters and one element of the source must fit the vector registers.
#if defined(GRADTAPE_ISA_avx512)
constexpr int kSums = 28, kPanelVectors = 4;
#elif defined(GRADTAPE_ISA_neon)
constexpr int kSums = 24, kPanelVectors = 4;
#else
constexpr int kSums = 12, kPanelVectors = 3;
#endif

constexpr int strip_length(int vectors) { return kSums / vectors; }

/**
 * y (length, V lanes) = or += for every k: x[offset[k] + position] * filter[k]. Elements of x are broadcast, a row of filters is V whole vectors: no result's width or
 * distance to the border leaves lanes unused.
 */
template <class T>
struct Strip {
  int64_t k;
  const T* x;
  const int64_t* offset;
  const T* filter;
  T* y;
  bool add;
};

template <class T, int Length, int Vectors>
void strip(const Strip<T>& s) {
  using V = Vec<T>;
  constexpr int W = lanes<T>;
  V sum[Length][Vectors] = {};
  if (s.add) {
#pragma GCC unroll 32
    for (int i = 0; i < Length; i++) {
#pragma GCC unroll 32
      for (int v = 0; v < Vectors; v++) sum[i][v] = load<V>(s.y + (i * Vectors + v) * W);
    }
  }
  const T* filter = s.filter;
  const T* const x = s.x;
  for (const int64_t *offset = s.offset, *end = offset + s.k; offset < end; offset++, filter += Vectors * W) {
    const T* at = x + *offset;
    V row[Vectors];
#pragma GCC unroll 32
    for (int v = 0; v < Vectors; v++) row[v] = load<V>(filter + v * W);
#pragma GCC unroll 32
    for (int i = 0; i < Length; i++) {
#pragma GCC unroll 32
      for (int v = 0; v < Vectors; v++) sum[i][v] += at[i] * row[v];
    }
  }
#pragma GCC unroll 32
  for (int i = 0; i < Length; i++) {
#pragma GCC unroll 32
    for (int v = 0; v < Vectors; v++) store(s.y + (i * Vectors + v) * W, sum[i][v]);
  }
}

template <class T>
using StripFn = void (*)(const Strip<T>&);

/** Every size, by vectors - 1 and length - 1. */
template <class T>
struct StripTable {
  StripFn<T> at[kPanelVectors][kSums] = {};

  constexpr StripTable() { fill<kPanelVectors, strip_length(kPanelVectors)>(); }

 private:
  template <int Vectors, int Length>
  constexpr void fill() {
    at[Vectors - 1][Length - 1] = strip<T, Length, Vectors>;
    if constexpr (Length > 1) {
      fill<Vectors, Length - 1>();
    } else if constexpr (Vectors > 1) {
      fill<Vectors - 1, strip_length(Vectors - 1)>();
    }
  }
};

template <class T>
constexpr StripTable<T> kStrips{};

/** How many vectors of filters a panel has, of `all`, for rows of `size` results: what costs least, roughly. */
inline int64_t panel_vectors(int64_t size, int64_t all) {
  const auto cost = [&](int64_t vectors) {
    const int64_t strips = parts_of(size, strip_length(static_cast<int>(vectors)));
    return strips * (1 + most(8, most(parts_of(size, strips) * vectors, parts_of(size, strips) + 2 * vectors)));
  };
  int64_t best = 1, least_cost = INT64_MAX;
  for (int64_t v = 1; v <= least(kPanelVectors, all); v++) {
    const int64_t total = all / v * cost(v) + (all % v ? cost(all % v) : 0);
    if (total <= least_cost) best = v, least_cost = total;
  }
  return best;
}

}  // namespace GRADTAPE_NS
