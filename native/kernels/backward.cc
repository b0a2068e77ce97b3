// Derivatives of activation functions, times the incoming gradient: op(dy, saved).
#include "../kernel_list.h"
#include "activation.h"
#include "map.h"

namespace GRADTAPE_NS {

/** s + x s (1 - s) u'(x) with s = sigmoid(u), u = gelu_tanh_argument(x). */
template <class V>
GRADTAPE_INLINE V gelu_tanh_derivative(V x) {
  const V s = sigmoid_of(gelu_tanh_argument(x));
  const V b = bounded(x);
  const V slope = splat<V>(2 * SQRT_2_OVER_PI) + splat<V>(6 * SQRT_2_OVER_PI * GELU_CUBIC) * b * b;
  return s + b * s * (splat<V>(1) - s) * slope;
}

#define GRADTAPE_BACKWARD(name, grain, expression)                                      \
  template <class T>                                                                    \
  void name(const T* a, const T* b, Out<T> y, int64_t nd, Dims dims) {                  \
    map<grain>([](auto dy, auto v) { return expression; }, nd, dims, y.data, a, b);     \
  }

GRADTAPE_BACKWARD(relu_bwd, CHEAP, v <= 0 ? decltype(v){} : dy)
GRADTAPE_BACKWARD(sigmoid_bwd, CHEAP, dy* v*(splat<decltype(v)>(1) - v))
GRADTAPE_BACKWARD(tanh_bwd, CHEAP, dy*(splat<decltype(v)>(1) - v * v))
GRADTAPE_BACKWARD(gelu_bwd, COSTLY, dy* gelu_derivative(v))
GRADTAPE_BACKWARD(gelu_tanh_bwd, COSTLY, dy* gelu_tanh_derivative(v))

template <class T>
void silu_bwd(const T* a, const T* b, Out<T> y, int64_t nd, Dims dims) {
  map<COSTLY>(
      [](auto dy, auto x) {
        const auto one = splat<decltype(x)>(1), s = sigmoid_of(x);
        return dy * s * (one + bounded(x) * (one - s));
      },
      nd, dims, y.data, a, b);
}

template <class T>
void softplus_bwd(const T* dy, const T* x, Out<T> dx, double beta, double threshold, int64_t nd, Dims dims) {
  const T factor = static_cast<T>(beta), limit = static_cast<T>(threshold);
  map<COSTLY>(
      [=](auto g, auto v) {
        const auto z = v * factor;
        return z > limit ? g : g * sigmoid_of(z);
      },
      nd, dims, dx.data, dy, x);
}

/** n / (n + 2) + 4 x e (e + 1) / (n + 2)^2 with n = e (e + 2), e = exp(x). Where e is cut off x is too: their product is 0, or nearly. */
template <class V>
GRADTAPE_INLINE V mish_derivative(V x) {
  const V e = mish_growth(x), n = e * (e + splat<V>(2)), d = n + splat<V>(2);
  return n / d + bounded(at_most(x, mish_end<V>())) * (splat<V>(4) * e * (e + splat<V>(1)) / (d * d));
}
GRADTAPE_BACKWARD(mish_bwd, COSTLY, dy* mish_derivative(v))

template <class T>
void elu_bwd(const T* a, const T* b, Out<T> y, double alpha, double rate, int64_t nd, Dims dims) {
  const T scale = static_cast<T>(alpha) * static_cast<T>(rate), r = static_cast<T>(rate);
  map<COSTLY>([=](auto dy, auto x) { return x <= 0 ? dy * (scale * exp_of(x * r)) : dy; }, nd, dims, y.data, a, b);
}

template <class T>
void leaky_relu_bwd(const T* a, const T* b, Out<T> y, double slope, int64_t nd, Dims dims) {
  const T s = static_cast<T>(slope);
  map<CHEAP>([s](auto dy, auto x) { return x > 0 ? dy : dy * s; }, nd, dims, y.data, a, b);
}

template <class T>
void hardswish_bwd(const T* a, const T* b, Out<T> y, int64_t nd, Dims dims) {
  map<CHEAP>(
      [](auto dy, auto x) {
        using V = decltype(x);
        const V inside = x <= 3 ? dy * (x / splat<V>(3) + splat<V>(0.5)) : dy;
        return x < -3 ? V{} : inside;
      },
      nd, dims, y.data, a, b);
}

GRADTAPE_DEFINE_FAMILY(backward)

}  // namespace GRADTAPE_NS
