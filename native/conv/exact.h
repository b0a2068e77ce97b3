// The input's gradient by its definition, for kernels that hold infinities or NaN. The fast ways see dy as surrounded by zeros, whose products with these would be NaN; as in PyTorch,
// the adjoint has no such terms.
#pragma once

#include <string.h>

#include <type_traits>

#include "geometry.h"

namespace GRADTAPE_NS {

template <class T>
bool all_finite(const T* x, int64_t n) {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  constexpr Bits exponent = sizeof(T) == 4 ? Bits{0x7f800000} : static_cast<Bits>(0x7ff0000000000000);
  Bits found = 0;
  for (int64_t i = 0; i < n; i++) {
    Bits bits;
    memcpy(&bits, x + i, sizeof bits);
    found |= (bits & exponent) == exponent;
  }
  return found == 0;
}

template <class T>
void exact_input_gradient(const Geometry& g, const T* dy, const T* k, T* dx) {
  memset(dx, 0, g.n * g.groups * g.c * g.h * g.w * sizeof(T));
  for (int64_t plane = 0; plane < g.n * g.groups * g.o; plane++, dy += g.positions()) {
    const int64_t image = plane / g.o, filter = plane % (g.groups * g.o);
    for (int64_t c = 0; c < g.c; c++) {
      const T* taps = k + (filter * g.c + c) * g.taps();
      T* to = dx + (image * g.c + c) * g.h * g.w;
      for (int64_t p = 0; p < g.positions(); p++) {
        for (int64_t tap = 0; tap < g.taps(); tap++) {
          const int64_t y = p / g.ow * g.sh - g.ph + tap / g.kw * g.dh, x = p % g.ow * g.sw - g.pw + tap % g.kw * g.dw;
          if (y >= 0 && y < g.h && x >= 0 && x < g.w) to[y * g.w + x] += dy[p] * taps[tap];
        }
      }
    }
  }
}

}  // namespace GRADTAPE_NS
