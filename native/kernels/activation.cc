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
    const V low = at_least(x, splat<V>(-128.0f));
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
GRADTAPE_ACTIVATION(gelu, gelu_of(v))
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

/** x * n / (n + 2) with n = e (e + 2), e = exp(x); 4 ulp. */
template <class V>
GRADTAPE_INLINE V mish_of(V x) {
  const V e = mish_growth(x), n = e * (e + splat<V>(2));
  return x * (n / (n + splat<V>(2)));
}
GRADTAPE_ACTIVATION(mish, mish_of(v))

/** exp(z) - 1 = 2 h / (1 - h) with h = tanh(z / 2). */
template <class T>
void elu(const T* x, Out<T> y, double alpha, double rate, int64_t nd, Dims dims) {
  const T scale = static_cast<T>(alpha), half_rate = static_cast<T>(rate) / 2;
  map<COSTLY>(
      [=](auto v) {
        const auto one = splat<decltype(v)>(1), h = tanh_of(v * half_rate);
        return v <= 0 ? scale * ((h + h) / (one - h)) : v;
      },
      nd, dims, y.data, x);
}

template <class T>
void leaky_relu(const T* x, Out<T> y, double slope, int64_t nd, Dims dims) {
  const T s = static_cast<T>(slope);
  map<CHEAP>([s](auto v) { return v > 0 ? v : v * s; }, nd, dims, y.data, x);
}

template <class T>
void hardswish(const T* x, Out<T> y, int64_t nd, Dims dims) {
  map<CHEAP>(
      [](auto v) {
        using V = decltype(v);
        const V shifted = v + splat<V>(3), raised = shifted < 0 ? V{} : shifted;
        return shifted > 6 ? v : v * raised / splat<V>(6);
      },
      nd, dims, y.data, x);
}

GRADTAPE_DEFINE_FAMILY(activation)

}  // namespace GRADTAPE_NS
