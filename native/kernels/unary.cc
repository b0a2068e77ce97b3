// Elementwise kernels of one operand. Formulas and NaN rules are in the contract; bounds are at the functions in math.h.
#include "../kernel_list.h"
#include "../math.h"
#include "../rounding.h"
#include "map.h"
#include "number.h"

namespace GRADTAPE_NS {

template <class V>
GRADTAPE_INLINE V magnitude(V x) {
  if constexpr (is_float<Element<V>>) return absolute(x);
  else return x < 0 ? negated(x) : x;
}

template <class V>
GRADTAPE_INLINE V sign_of(V x) {
  const V one = splat<V>(1), zero{};
  const V positive = x > 0 ? one : zero;
  return x < 0 ? -one : positive;
}

#define GRADTAPE_UNARY(name, grain, expression)                                \
  template <class T>                                                           \
  void name(const T* x, Out<T> y, int64_t nd, Dims dims) {                     \
    map<grain>([](auto v) { return expression; }, nd, dims, y.data, x);        \
  }

GRADTAPE_UNARY(neg, CHEAP, negated(v))
GRADTAPE_UNARY(abs, CHEAP, magnitude(v))
GRADTAPE_UNARY(sign, CHEAP, sign_of(v))
GRADTAPE_UNARY(relu, CHEAP, v < 0 ? decltype(v){} : v)
GRADTAPE_UNARY(exp, COSTLY, exp_of(v))
GRADTAPE_UNARY(log, COSTLY, log_of(v))
GRADTAPE_UNARY(sqrt, CHEAP, square_root(v))
GRADTAPE_UNARY(rsqrt, CHEAP, splat<decltype(v)>(1) / square_root(v))
GRADTAPE_UNARY(sin, COSTLY, sine<0>(v))
GRADTAPE_UNARY(cos, COSTLY, sine<1>(v))
GRADTAPE_UNARY(floor, CHEAP, round_down(v))
GRADTAPE_UNARY(ceil, CHEAP, round_up(v))
GRADTAPE_UNARY(round, CHEAP, round_even(v))
GRADTAPE_UNARY(trunc, CHEAP, round_to_zero(v))

template <class T>
void clamp(const T* x, Out<T> y, double lo, double hi, int64_t nd, Dims dims) {
  if constexpr (T(0.5) != T(0)) {  // a bound that is NaN is a comparison that never holds
    if (lo != lo || hi != hi) {
      const T nan = static_cast<T>(__builtin_nan(""));
      map<CHEAP>([=](auto v) { return v + splat<decltype(v)>(nan); }, nd, dims, y.data, x);
      return;
    }
  }
  const T low = saturated<T>(lo), high = saturated<T>(hi);
  map<CHEAP>(
      [=](auto v) {
        const auto lows = splat<decltype(v)>(low), highs = splat<decltype(v)>(high);
        const auto raised = v < lows ? lows : v;
        return raised > highs ? highs : raised;
      },
      nd, dims, y.data, x);
}

GRADTAPE_DEFINE_FAMILY(unary)

}  // namespace GRADTAPE_NS
