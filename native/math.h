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

/** e / (e + 1) with e = exp(x), cut off where that is 1; 2.5 ulp. */
template <class V>
GRADTAPE_INLINE V sigmoid_of(V x) {
  const V e = exp_of(at_most(x, splat<V>(40)));
  return e / (e + splat<V>(1));
}

}  // namespace GRADTAPE_NS
