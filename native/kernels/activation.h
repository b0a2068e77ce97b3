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

/** Where float32's normal tail has vanished. */
constexpr double NORMAL_END = 14.5;

/** x Phi(x), Phi the normal distribution; in float32 as max(x, 0) - |x| Phi(-|x|), since 1 - Phi(|x|) would cancel. NaN at -infinity, as in PyTorch. */
template <class V>
GRADTAPE_INLINE V gelu_of(V x) {
  if constexpr (sizeof(Element<V>) == 4) {
    const V end = splat<V>(NORMAL_END), a = absolute(at_most(x, end));
    const NormalTail<V> tail(at_most(a, end));
    return at_least(x, V{}) - a * tail.mass;
  } else {
    return splat<V>(0.5) * x * twice_normal_cdf(x);
  }
}

/** x for a factor of exponentials that vanish long before 1000: an infinite x would make their product NaN. */
template <class V>
GRADTAPE_INLINE V bounded(V x) {
  return at_least(at_most(x, splat<V>(1000)), splat<V>(-1000));
}

/** Phi(x) + x phi(x), phi the normal density; 0 and 1 at the infinities. */
template <class V>
GRADTAPE_INLINE V gelu_derivative(V x) {
  const V peak = splat<V>(0x1.9884533d43651p-2);
  if constexpr (sizeof(Element<V>) == 4) {
    const V a = at_most(absolute(x), splat<V>(NORMAL_END));
    const NormalTail<V> tail(a);
    const V below = tail.mass - a * (peak * tail.density);
    return (Int<V>)x < 0 ? below : 1.0f - below;
  } else {
    const V b = bounded(x);
    return splat<V>(0.5) * twice_normal_cdf(x) + b * (peak * exp_of(splat<V>(-0.5) * b * b));
  }
}

/** Where tanh(log(1 + exp(x))) and mish's derivative are 1; the fourth power of exp(x) is finite there. */
template <class V>
GRADTAPE_INLINE V mish_end() {
  return splat<V>(sizeof(Element<V>) == 4 ? 20 : 40);
}

/** exp(x), cut off there. */
template <class V>
GRADTAPE_INLINE V mish_growth(V x) {
  return exp_of(at_most(x, mish_end<V>()));
}

}  // namespace GRADTAPE_NS
