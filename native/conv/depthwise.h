// Depthwise convolution at stride 1: every plane has one filter. Lanes are neighbouring results of a line, and a block of lines is summed at once, so that what is loaded of the source serves
// all lines that see it. The image is read where it is, masked at its borders: a padded or transposed copy would cost as much as the sums.
#pragma once

#include "direct.h"

namespace GRADTAPE_NS {

constexpr int64_t kLinesInTask = 64;

/** Lines summed at once under Taps x Taps taps: beside them and an element of the source the filter stays in registers where there are as many. */
template <int Taps>
constexpr int kLinesAtOnce = GRADTAPE_VECTOR_BYTES == 64 && Taps == 3 ? 8 : 4;

/** Lanes [from, to) of a vector at p, which need not exist elsewhere; the others are 0. */
struct Between {
  int64_t from, to;
  template <class V, class T>
  GRADTAPE_INLINE V read(const T* p) const {
    GRADTAPE_READS(p + from, (to - from) * sizeof(T));
#if defined(__AVX512F__)
    if constexpr (sizeof(V) == 64 && sizeof(T) == 4) return (V)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << to) - (1u << from)), p);
#elif defined(__AVX2__)
    if constexpr (sizeof(V) == 32 && sizeof(T) == 4) {
      const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), first = _mm256_set1_epi32(static_cast<int>(from)), past = _mm256_set1_epi32(static_cast<int>(to));
      return (V)_mm256_maskload_ps(p, _mm256_andnot_si256(_mm256_cmpgt_epi32(first, lane), _mm256_cmpgt_epi32(past, lane)));
    }
#endif
    V v{};
    __builtin_memcpy(reinterpret_cast<char*>(&v) + from * sizeof(T), p + from, (to - from) * sizeof(T));
    return v;
  }
};

/** A vector of results of neighbouring lines: `line[i]` is the source's line under the first of them and tap i, at the first result and tap. */
template <class T, int Taps>
struct Column {
  const T* const* line;
  int64_t at;
  const Vec<T>* filter;
  Vec<T> start;
  T* y;
  int64_t width, count;
};

/** Sums in the order of the taps, whatever the number of lines. A function of its own: beside its twin the compiler keeps the addresses that both share, more than there are registers. */
template <class T, int Taps, int Lines, class Access>
__attribute__((noinline)) void sum_lines(const Column<T, Taps>& c, const Access (&access)[Taps]) {
  using V = Vec<T>;
  const T* const* const line = c.line;
  const int64_t at = c.at;
  V sum[Lines], filter[Taps * Taps];
#pragma GCC unroll 32
  for (int t = 0; t < Taps * Taps; t++) filter[t] = c.filter[t];
#pragma GCC unroll 8
  for (int l = 0; l < Lines; l++) sum[l] = c.start;
#pragma GCC unroll 16
  for (int i = 0; i < Lines + Taps - 1; i++) {
    const T* const x = line[i] + at;
#pragma GCC unroll 8
    for (int j = 0; j < Taps; j++) {
      const V value = access[j].template read<V>(x + j);
      // Or every product loads it again, across two lines of the cache.
      asm volatile("" ::: "memory");
#pragma GCC unroll 8
      for (int l = 0; l < Lines; l++)
        if (i >= l && i - l < Taps) sum[l] += value * filter[(i - l) * Taps + j];
    }
  }
#pragma GCC unroll 8
  for (int l = 0; l < Lines; l++) {
    if (c.count == lanes<T>) store(c.y + l * c.width, sum[l]);
    else store_part(c.y + l * c.width, sum[l], c.count);
  }
}

/** Whether every plane has a filter of its own, of 3 x 3 or 5 x 5 neighbouring taps, and lines are long enough to fill vectors. */
template <class T>
bool is_depthwise(const Pass<T>& pass, const Dim& y, const Dim& x) {
  return pass.filters.sources == 1 && pass.filters.results == 1 && y.stride == 1 && x.stride == 1 && y.dilation == 1 && x.dilation == 1 && y.taps == x.taps &&
         (x.taps == 3 || x.taps == 5) && x.size() >= lanes<T> / 2;
}

/** The lines of y of the results of a plane; `zeros` is a line of the source that does not exist. */
template <class T, int Taps, int Lines>
void sum_plane(const Direct<T>& d, int64_t plane, const Axis& y, const Vec<T>* filter, const T* zeros) {
  using V = Vec<T>;
  constexpr int W = lanes<T>;
  const Axis& x = d.x;
  const T* const from = d.source + plane * y.source * x.source;
  T* const to = d.result + (plane * d.height + y.start) * d.width;
  const V start = d.bias ? splat<V>(d.bias[plane % d.groups]) : V{};
  const T* line[Lines + Taps - 1];
  for (int64_t l = 0; l < y.size; l += Lines) {
    // The last lines may be computed twice.
    const int64_t first = least(l, y.size - Lines);
    for (int i = 0; i < Lines + Taps - 1; i++) {
      const int64_t row = y.low() + first + i;
      line[i] = row >= 0 && row < y.source ? from + row * x.source : zeros;
    }
    for (int64_t ox = 0; ox < x.size; ox += W) {
      const int64_t at = x.low() + ox;
      const Column<T, Taps> column{line, at, filter, start, to + first * d.width + ox, d.width, least(W, x.size - ox)};
      if (at >= 0 && at + Taps - 1 + W <= x.source) {
        constexpr Whole access[Taps]{};
        sum_lines<T, Taps, Lines>(column, access);
        continue;
      }
      Between access[Taps];
      for (int j = 0; j < Taps; j++) access[j].from = least(W, most(0, -at - j)), access[j].to = most(access[j].from, least(W, x.source - at - j));
      sum_lines<T, Taps, Lines>(column, access);
    }
  }
}

template <class T, int Taps>
void convolve_depthwise(const Direct<T>& d) {
  using V = Vec<T>;
  const int64_t planes = d.n * d.groups, pieces = parts_of(d.y.size, kLinesInTask), width = d.x.source;
  if (planes == 0 || d.y.size == 0 || d.x.size == 0) return;
  deal(planes * pieces, planes * d.y.size * d.x.size * (d.depth() + 4), [&](int64_t task) {
    const int64_t plane = task / pieces, piece = task % pieces;
    const Axis y = d.y.part(d.y.size * piece / pieces, d.y.size * (piece + 1) / pieces);
    const T* const k = d.filters.k + plane % d.groups * d.group_filters();
    T* const zeros = static_cast<T*>(workspace(width * sizeof(T) + 1, 1));
    for (int64_t i = 0; i < width; i++) zeros[i] = 0;
    // The input's gradient sees the taps turned round.
    V filter[Taps * Taps];
    for (int i = 0; i < Taps; i++)
      for (int j = 0; j < Taps; j++) filter[i * Taps + j] = splat<V>(k[(y.slope < 0 ? Taps - 1 - i : i) * Taps + (d.x.slope < 0 ? Taps - 1 - j : j)]);
    if (y.size < kLinesAtOnce<Taps>) sum_plane<T, Taps, 1>(d, plane, y, filter, zeros);
    else sum_plane<T, Taps, kLinesAtOnce<Taps>>(d, plane, y, filter, zeros);
  });
}

}  // namespace GRADTAPE_NS
