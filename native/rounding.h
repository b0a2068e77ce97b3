// Rounding floating-point vectors to integers.
#pragma once

#include "simd.h"

namespace GRADTAPE_NS {

// Adding and subtracting 2^23 (2^52) rounds to an integer, half to even; larger numbers are integers already. The other roundings correct that one.
template <class V>
GRADTAPE_INLINE V round_magnitude(V a) {
  constexpr double limit = sizeof(Element<V>) == 4 ? 0x1p23 : 0x1p52;
  const V big = splat<V>(limit);
  return a < big ? (a + big) - big : a;
}
template <class V>
GRADTAPE_INLINE V round_even(V x) {
  return copy_sign(round_magnitude(absolute(x)), x);
}
template <class V>
GRADTAPE_INLINE V round_down(V x) {
  const V n = round_even(x);
  return copy_sign(n > x ? n - splat<V>(1) : n, x);
}
template <class V>
GRADTAPE_INLINE V round_up(V x) {
  const V n = round_even(x);
  return copy_sign(n < x ? n + splat<V>(1) : n, x);
}
template <class V>
GRADTAPE_INLINE V round_to_zero(V x) {
  const V a = absolute(x), n = round_magnitude(a);
  return copy_sign(n > a ? n - splat<V>(1) : n, x);
}

}  // namespace GRADTAPE_NS
