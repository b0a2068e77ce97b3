// Activation functions. gelu, gelu_tanh and silu avoid the cancellation of their textbook forms where x is negative.
#include "activation.h"

#include "../kernel_list.h"
#include "map.h"

namespace GRADTAPE_NS {

/** 3 ulp; in float32 exp's power of two is applied last, so that denormal results are rounded once. */
template <class V>
GRADTAPE_INLINE V silu_of(V x) {
  if constexpr (sizeof(Element<V>) == 4) {
    const V s = 1.0f / (1.0f + exp_of(-absolute(x)));
    const V low = x < -128.0f ? splat<V>(-128.0f) : x;
    const V negative = x < -128.0f ? x * 0.0f : scaled_exp(low * s, low);
    return x < 0.0f ? negative : x * s;
  } else {
    return x * sigmoid_of(x);
  }
}

/** log(1 + exp(z)) = max(z, 0) + log1p(exp(-|z|)); 3 ulp. */
template <class V>
GRADTAPE_INLINE V softplus_of(V z) {
  return (z > 0 ? z : V{}) + log1p_of(exp_of(-absolute(z)));
}

#define GRADTAPE_ACTIVATION(name, expression)                               \
  template <class T>                                                        \
  void name(const T* x, Out<T> y, int64_t nd, Dims dims) {                  \
    map<COSTLY>([](auto v) { return expression; }, nd, dims, y.data, x);    \
  }

GRADTAPE_ACTIVATION(erf, erf_of(v))
GRADTAPE_ACTIVATION(sigmoid, sigmoid_of(v))
GRADTAPE_ACTIVATION(tanh, tanh_of(v))
GRADTAPE_ACTIVATION(gelu, splat<decltype(v)>(0.5) * v * twice_normal_cdf(v))
GRADTAPE_ACTIVATION(gelu_tanh, v * sigmoid_of(gelu_tanh_argument(v)))
GRADTAPE_ACTIVATION(silu, silu_of(v))

template <class T>
void softplus(const T* x, Out<T> y, double beta, double threshold, int64_t nd, Dims dims) {
  const T b = static_cast<T>(beta), limit = static_cast<T>(threshold);
  map<COSTLY>(
      [=](auto v) {
        const auto z = v * b;
        return z > limit ? v : softplus_of(z) / b;
      },
      nd, dims, y.data, x);
}

GRADTAPE_DEFINE_FAMILY(activation)

}  // namespace GRADTAPE_NS
