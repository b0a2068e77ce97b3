// The micro-kernel for few result channels in few planes: lanes are neighbouring results of a line.
#pragma once

#include "../simd.h"

namespace GRADTAPE_NS {

/** Result channels up to which lanes along a line waste less than lanes along the channels. */
template <class T>
constexpr int kFewChannels = lanes<T> / 2;
constexpr int kLineSums = GRADTAPE_VECTOR_BYTES == 64 ? 16 : 8, kLineVectors = 2;
/** Lines under the same filters, so that there are sums enough to hide the latency of additions. */
constexpr int lines_of(int channels) { return channels * kLineVectors < kLineSums ? kLineSums / (channels * kLineVectors) : 1; }

template <class T>
struct Lines {
  int64_t k;
  const T* x;
  int64_t x_line;
  const int64_t* offset;
  const T* filter;  // (k, channels)
  const T* bias;    // or null
  T* y;
  int64_t y_channel, y_line;
  int64_t last;  // results in the last vector
  bool add;
};

/** y[c][line] = bias[c], or itself, + the sum over k of filter[k][c] * x[line][offset[k] + ...]. Reads whole vectors of x. */
template <class T, int Channels, int Rows, int Vectors>
void lines(const Lines<T>& s) {
  using V = Vec<T>;
  constexpr int W = lanes<T>;
  V sum[Channels][Rows][Vectors];
#pragma GCC unroll 16
  for (int c = 0; c < Channels; c++) {
#pragma GCC unroll 16
    for (int l = 0; l < Rows; l++) {
#pragma GCC unroll 16
      for (int v = 0; v < Vectors; v++) {
        const T* y = s.y + c * s.y_channel + l * s.y_line + v * W;
        if (s.add) sum[c][l][v] = v < Vectors - 1 || s.last == W ? load<V>(y) : load_part<V>(y, s.last);
        else sum[c][l][v] = s.bias ? splat<V>(s.bias[c]) : V{};
      }
    }
  }
  const T* filter = s.filter;
  for (int64_t k = 0; k < s.k; k++, filter += Channels) {
    const T* x = s.x + s.offset[k];
#pragma GCC unroll 16
    for (int l = 0; l < Rows; l++) {
#pragma GCC unroll 16
      for (int v = 0; v < Vectors; v++) {
        const V at = load<V>(x + l * s.x_line + v * W);
#pragma GCC unroll 16
        for (int c = 0; c < Channels; c++) sum[c][l][v] += filter[c] * at;
      }
    }
  }
#pragma GCC unroll 16
  for (int c = 0; c < Channels; c++) {
#pragma GCC unroll 16
    for (int l = 0; l < Rows; l++) {
#pragma GCC unroll 16
      for (int v = 0; v < Vectors; v++) {
        T* y = s.y + c * s.y_channel + l * s.y_line + v * W;
        if (v < Vectors - 1 || s.last == W) store(y, sum[c][l][v]);
        else store_part(y, sum[c][l][v], s.last);
      }
    }
  }
}

template <class T>
using LinesFn = void (*)(const Lines<T>&);

/** By channels - 1, whether one line or lines_of(channels), vectors - 1. */
template <class T>
struct LinesTable {
  LinesFn<T> at[kFewChannels<T>][2][kLineVectors] = {};

  constexpr LinesTable() { fill<kFewChannels<T>>(); }

 private:
  template <int Channels>
  constexpr void fill() {
    at[Channels - 1][0][0] = lines<T, Channels, 1, 1>;
    at[Channels - 1][0][1] = lines<T, Channels, 1, 2>;
    at[Channels - 1][1][0] = lines<T, Channels, lines_of(Channels), 1>;
    at[Channels - 1][1][1] = lines<T, Channels, lines_of(Channels), 2>;
    if constexpr (Channels > 1) fill<Channels - 1>();
  }
};

template <class T>
constexpr LinesTable<T> kLines{};

}  // namespace GRADTAPE_NS
