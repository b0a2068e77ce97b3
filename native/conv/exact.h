// Convolution and its adjoint by their definition, for kernels that hold infinities or NaN: the fast ways differ in which zeros around an image they multiply with.
#pragma once

#include <string.h>

#include <type_traits>

#include "../runtime/threads.h"
#include "geometry.h"

namespace GRADTAPE_NS {

template <class T>
bool all_finite(const T* x, int64_t n) {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  constexpr Bits exponent = sizeof(T) == 4 ? Bits{0x7f800000} : static_cast<Bits>(0x7ff0000000000000);
  bool finite = true;
  parallel(n, 1 << 16, [&](int64_t begin, int64_t end) {
    Bits found = 0;
    for (int64_t i = begin; i < end; i++) {
      Bits bits;
      memcpy(&bits, x + i, sizeof bits);
      found |= (bits & exponent) == exponent;
    }
    if (found) __atomic_store_n(&finite, false, __ATOMIC_RELAXED);
  });
  return finite;
}

/** f(place in y, place in k, place in x, or -1 outside of it) for every product of a convolution. */
template <class F>
void for_products(const Geometry& g, const F& f) {
  for (int64_t plane = 0; plane < g.n * g.groups * g.o; plane++) {
    const int64_t image = plane / g.o, filter = plane % (g.groups * g.o);
    for (int64_t c = 0; c < g.c; c++) {
      for (int64_t p = 0; p < g.positions(); p++) {
        for (int64_t tap = 0; tap < g.taps(); tap++) {
          const int64_t y = p / g.ow * g.sh - g.ph + tap / g.kw * g.dh, x = p % g.ow * g.sw - g.pw + tap % g.kw * g.dw;
          const bool inside = y >= 0 && y < g.h && x >= 0 && x < g.w;
          f(plane * g.positions() + p, (filter * g.c + c) * g.taps() + tap, inside ? ((image * g.c + c) * g.h + y) * g.w + x : -1);
        }
      }
    }
  }
}

/** x outside is 0, whose product with infinity is NaN. */
template <class T>
void exact_convolution(const Geometry& g, const T* x, const T* k, const T* b, T* y) {
  for (int64_t i = 0; i < g.n * g.groups * g.o * g.positions(); i++) y[i] = b == nullptr ? 0 : b[i / g.positions() % (g.groups * g.o)];
  for_products(g, [&](int64_t to, int64_t tap, int64_t from) { y[to] += k[tap] * (from < 0 ? T{0} : x[from]); });
}

/** Nothing is outside of dy. */
template <class T>
void exact_input_gradient(const Geometry& g, const T* dy, const T* k, T* dx) {
  memset(dx, 0, g.n * g.groups * g.c * g.h * g.w * sizeof(T));
  for_products(g, [&](int64_t from, int64_t tap, int64_t to) {
    if (to >= 0) dx[to] += dy[from] * k[tap];
  });
}

}  // namespace GRADTAPE_NS
