// What an activation function and its derivative share.
#pragma once

#include "../math.h"

namespace GRADTAPE_NS {

constexpr double SQRT_2_OVER_PI = 0x1.9884533d43651p-1, GELU_CUBIC = 0.044715;

/** 2 sqrt(2/pi) (x + 0.044715 x^3): (1 + tanh(u)) / 2 = sigmoid(2u). */
template <class V>
GRADTAPE_INLINE V gelu_tanh_argument(V x) {
  return x * (splat<V>(2 * SQRT_2_OVER_PI) + splat<V>(2 * SQRT_2_OVER_PI * GELU_CUBIC) * x * x);
}

/** exp(x), cut off where tanh(log(1 + exp(x))) is 1. */
template <class V>
GRADTAPE_INLINE V mish_growth(V x) {
  return exp_of(x > 20 ? splat<V>(20) : x);
}

}  // namespace GRADTAPE_NS
