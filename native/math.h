// Functions whose formula is the same in float32 and float64.
#pragma once

#include "math64.h"

namespace GRADTAPE_NS {

/** log(1 + u) for u >= 0; 2.5 ulp. */
template <class V>
GRADTAPE_INLINE V log1p_of(V u) {
  const V w = u + splat<V>(1);
  return w == 1 ? u : log_of(w) * (u / (w - splat<V>(1)));
}

/** 1 / (1 + exp(-x)), through exp(-|x|), which cannot overflow; 2.5 ulp. */
template <class V>
GRADTAPE_INLINE V sigmoid_of(V x) {
  const V e = exp_of(-absolute(x));
  const V one = splat<V>(1);
  return (x < 0 ? e : one) / (one + e);
}

}  // namespace GRADTAPE_NS
