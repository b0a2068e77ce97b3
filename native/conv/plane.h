// The micro-kernels of the convolution whose lanes are planes: the vectors are (row, column, plane) and every plane has a filter of its own.
#pragma once

#include "../simd.h"

namespace GRADTAPE_NS {

constexpr int kPlaces = 8, kTogether = 2, kTapSums = 9;
/** Neighbouring places that are computed at once, for one or two channels of the result: their sums, filters and one element stay in registers. */
constexpr int places_of(int results) { return results == 1 || GRADTAPE_VECTOR_BYTES == 64 ? kPlaces : 5; }

/** Distances are counted in T. */
template <class T>
struct Places {
  int64_t k;
  const int64_t* offset;
  const T* filter;  // (k, lanes), by result filter_result apart
  const T* x;
  T* y;
  int64_t filter_result, x_step, x_row, y_step, y_row, y_result;
  int64_t rows;
  bool add;
};

/** Length results of every row: y = or += the sum over k of x[offset[k] + ...] * filter[k]. Step vectors are between neighbours in x, 0: as many as x_step says. */
template <class T, int Results, int Step, int Length>
void places(const Places<T>& s) {
  using V = Vec<T>;
  constexpr int W = lanes<T>;
  const int64_t step = Step > 0 ? Step * W : s.x_step;
  for (int64_t row = 0; row < s.rows; row++) {
    const T* const x = s.x + row * s.x_row;
    T* const y = s.y + row * s.y_row;
    V sum[Results][Length] = {};
    for (int64_t k = 0; k < s.k; k++) {
      const T* const at = x + s.offset[k];
      V filter[Results];
#pragma GCC unroll 8
      for (int r = 0; r < Results; r++) filter[r] = load<V>(s.filter + r * s.filter_result + k * W);
#pragma GCC unroll 8
      for (int i = 0; i < Length; i++) {
        const V value = load<V>(at + i * step);
#pragma GCC unroll 8
        for (int r = 0; r < Results; r++) sum[r][i] += value * filter[r];
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < Results; r++) {
#pragma GCC unroll 8
      for (int i = 0; i < Length; i++) {
        T* const to = y + r * s.y_result + i * s.y_step;
        store(to, s.add ? load<V>(to) + sum[r][i] : sum[r][i]);
      }
    }
  }
}

template <class T>
using PlacesFn = void (*)(const Places<T>&);

/** By results - 1, step (0: any) and length - 1. */
template <class T>
struct PlacesTable {
  PlacesFn<T> at[kTogether][3][kPlaces] = {};

  constexpr PlacesTable() { fill<kTogether, places_of(kTogether)>(); }

 private:
  template <int Results, int Length>
  constexpr void fill() {
    at[Results - 1][0][Length - 1] = places<T, Results, 0, Length>;
    at[Results - 1][1][Length - 1] = places<T, Results, 1, Length>;
    at[Results - 1][2][Length - 1] = places<T, Results, 2, Length>;
    if constexpr (Length > 1) fill<Results, Length - 1>();
    else if constexpr (Results > 1) fill<Results - 1, places_of(Results - 1)>();
  }
};

template <class T>
constexpr PlacesTable<T> kPlacesTable{};

/** sum (Taps, lanes) = or += the products of dy (rows, n, lanes) and of x from offset[t] on. */
template <class T>
struct TapSums {
  int64_t rows, n;
  const T* dy;
  const T* x;
  int64_t x_step, x_row;
  const int64_t* offset;
  T* sum;
  bool add;
};

template <class T, int Taps>
void tap_sums(const TapSums<T>& s) {
  using V = Vec<T>;
  constexpr int W = lanes<T>;
  V sum[Taps] = {};
  const T* dy = s.dy;
  for (int64_t r = 0; r < s.rows; r++) {
    const T* x = s.x + r * s.x_row;
    for (int64_t i = 0; i < s.n; i++, dy += W, x += s.x_step) {
      const V grad = load<V>(dy);
#pragma GCC unroll 16
      for (int t = 0; t < Taps; t++) sum[t] += load<V>(x + s.offset[t]) * grad;
    }
  }
#pragma GCC unroll 16
  for (int t = 0; t < Taps; t++) store(s.sum + t * W, s.add ? load<V>(s.sum + t * W) + sum[t] : sum[t]);
}

template <class T>
using TapSumsFn = void (*)(const TapSums<T>&);

/** By taps - 1. */
template <class T>
constexpr TapSumsFn<T> kTapSumsTable[kTapSums] = {tap_sums<T, 1>, tap_sums<T, 2>, tap_sums<T, 3>, tap_sums<T, 4>, tap_sums<T, 5>, tap_sums<T, 6>, tap_sums<T, 7>, tap_sums<T, 8>, tap_sums<T, 9>};

}  // namespace GRADTAPE_NS
