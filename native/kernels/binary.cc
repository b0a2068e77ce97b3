// Elementwise kernels of two operands.
#include "../kernel_list.h"
#include "map.h"
#include "number.h"
#include "power.h"

namespace GRADTAPE_NS {

template <class T>
void add(const T* a, const T* b, Out<T> y, double alpha, int64_t nd, Dims dims) {
  if (alpha == 1) return map<CHEAP>([](auto u, auto v) { return plus(u, v); }, nd, dims, y.data, a, b);
  const T factor = wrapped<T>(alpha);
  map<CHEAP>([factor](auto u, auto v) { return plus(u, times(v, splat<decltype(v)>(factor))); }, nd, dims, y.data, a, b);
}

/** b where the mask is set or b is NaN, else a (which may be NaN). */
template <class M, class V>
GRADTAPE_INLINE V prefer(M better, V a, V b) {
  const V best = better ? b : a;
  return b != b ? b : best;
}

#define GRADTAPE_BINARY(name, grain, output, expression)                                  \
  template <class T>                                                                      \
  void name(const T* a, const T* b, Out<output> y, int64_t nd, Dims dims) {               \
    map<grain>([](auto u, auto v) { return expression; }, nd, dims, y.data, a, b);        \
  }

GRADTAPE_BINARY(mul, CHEAP, T, times(u, v))
GRADTAPE_BINARY(div, CHEAP, T, u / v)
GRADTAPE_BINARY(pow, COSTLY, T, power(u, v))
GRADTAPE_BINARY(maximum, CHEAP, T, prefer(u < v, u, v))
GRADTAPE_BINARY(minimum, CHEAP, T, prefer(u > v, u, v))
GRADTAPE_BINARY(eq, CHEAP, uint8_t, (u == v) & 1)
GRADTAPE_BINARY(ne, CHEAP, uint8_t, (u != v) & 1)
GRADTAPE_BINARY(lt, CHEAP, uint8_t, (u < v) & 1)
GRADTAPE_BINARY(le, CHEAP, uint8_t, (u <= v) & 1)

GRADTAPE_DEFINE_FAMILY(binary)

}  // namespace GRADTAPE_NS
