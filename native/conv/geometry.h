// The geometry of a convolution, and one dim of it seen from the result that is computed: the images (forward) or the input's gradient, which is itself a convolution of dy
// for every remainder of the input's places modulo the stride.
#pragma once

#include "../simd.h"

namespace GRADTAPE_NS {

inline int64_t least(int64_t x, int64_t y) { return x < y ? x : y; }
inline int64_t most(int64_t x, int64_t y) { return x > y ? x : y; }
inline int64_t parts_of(int64_t size, int64_t part) { return (size + part - 1) / part; }

struct Geometry {
  int64_t n, groups, c, h, w, o, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw;
  int64_t taps() const { return kh * kw; }
  int64_t depth() const { return c * taps(); }
  int64_t positions() const { return oh * ow; }
  int64_t work() const { return n * groups * o * depth() * positions(); }
};

/** Result p under the m-th of `taps` taps sees element p * step + shift + m * slope of the source, which is 0 outside of [0, source). */
struct Axis {
  int64_t size, source, step;
  int64_t taps, shift, slope;
  int64_t tap = 0, tap_step = 1;   // the m-th tap is the kernel's tap + m * tap_step
  int64_t start = 0, stride = 1;  // result p lies at start + p * stride

  int64_t low() const { return slope < 0 ? shift + (taps - 1) * slope : shift; }
  /** Distance of the farthest taps. */
  int64_t span() const { return taps == 0 ? 0 : (taps - 1) * (slope < 0 ? -slope : slope); }
  /** Whether no result sees what is outside. */
  bool inside() const { return low() >= 0 && low() + span() + (size - 1) * step < source; }
  /** The taps [from, to) under which result p sees the source. */
  void seen(int64_t p, int64_t& from, int64_t& to) const {
    const auto sees = [&](int64_t m) { return p * step + shift + m * slope >= 0 && p * step + shift + m * slope < source; };
    for (from = 0; from < taps && !sees(from);) from++;
    for (to = from; to < taps && sees(to);) to++;
  }
  Axis part(int64_t begin, int64_t end) const {
    Axis a = *this;
    a.size = end - begin, a.shift += begin * step, a.start += begin * stride;
    return a;
  }
};

inline Axis forward_axis(int64_t source, int64_t size, int64_t taps, int64_t stride, int64_t padding, int64_t dilation) { return {size, source, stride, taps, -padding, dilation}; }

/** Places start, start + stride, ... of the input: the taps that lead there lie s / gcd(d, s) apart. */
inline Axis input_axis(int64_t start, int64_t size, int64_t source, int64_t taps, int64_t stride, int64_t padding, int64_t dilation) {
  int64_t a = dilation, b = stride;
  while (b) {
    const int64_t rest = a % b;
    a = b, b = rest;
  }
  const int64_t apart = stride / a;
  int64_t first = 0;
  while (first < least(apart, taps) && (start + padding - first * dilation) % stride != 0) first++;
  const int64_t count = first < least(apart, taps) ? (taps - 1 - first) / apart + 1 : 0;
  return {start < size ? (size - start - 1) / stride + 1 : 0, source, 1, count, (start + padding - first * dilation) / stride, -(dilation / a), first, apart, start, stride};
}

/** A dim of the results: of the forward pass, or of the input's gradient, which has an axis for every remainder of a place modulo the stride. */
struct Dim {
  bool forward;
  int64_t image, map, taps, stride, padding, dilation;

  int64_t size() const { return forward ? map : image; }
  int64_t source() const { return forward ? image : map; }
  int64_t kinds() const { return forward ? 1 : least(stride, image); }
  Axis axis(int64_t kind) const { return forward ? forward_axis(image, map, taps, stride, padding, dilation) : input_axis(kind, image, map, taps, stride, padding, dilation); }
};

}  // namespace GRADTAPE_NS
