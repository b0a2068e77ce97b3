// The micro-kernel for few result channels (depthwise, gradients of images with one to a few channels): lanes are neighbouring results of a line.
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

/** The same of one channel seen by one, under Taps neighbouring lines: a line of x is read once for all lines of y that see it. filter (Taps, taps of a line), from the lowest line on. */
constexpr int kColumnLines = 4;
template <class T, int Taps, int Vectors>
void columns(const Lines<T>& s) {
  using V = Vec<T>;
  constexpr int W = lanes<T>;
  V sum[kColumnLines][Vectors];
#pragma GCC unroll 16
  for (int l = 0; l < kColumnLines; l++) {
#pragma GCC unroll 16
    for (int v = 0; v < Vectors; v++) sum[l][v] = s.bias ? splat<V>(*s.bias) : V{};
  }
  for (int64_t j = 0; j < s.k; j++) {
    V filter[Taps];
#pragma GCC unroll 16
    for (int i = 0; i < Taps; i++) filter[i] = splat<V>(s.filter[i * s.k + j]);
#pragma GCC unroll 16
    for (int r = 0; r < kColumnLines + Taps - 1; r++) {
#pragma GCC unroll 16
      for (int v = 0; v < Vectors; v++) {
        const V at = load<V>(s.x + s.offset[j] + r * s.x_line + v * W);
#pragma GCC unroll 16
        for (int l = 0; l < kColumnLines; l++) {
          if (r - l >= 0 && r - l < Taps) sum[l][v] += filter[r - l] * at;
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int l = 0; l < kColumnLines; l++) {
#pragma GCC unroll 16
    for (int v = 0; v < Vectors; v++) {
      T* y = s.y + l * s.y_line + v * W;
      if (v < Vectors - 1 || s.last == W) store(y, sum[l][v]);
      else store_part(y, sum[l][v], s.last);
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

/** By taps, 3 or 5, and vectors - 1. */
template <class T>
LinesFn<T> columns_of(int64_t taps, int64_t vectors) {
  if (taps == 3) return vectors == 1 ? columns<T, 3, 1> : columns<T, 3, 2>;
  return vectors == 1 ? columns<T, 5, 1> : columns<T, 5, 2>;
}

}  // namespace GRADTAPE_NS
