// Elementwise kernels of two operands that divide them: angles, lengths, remainders, rounded quotients.
#include "../elementary.h"
#include "../rounding.h"

#include "../kernel_list.h"
#include "map.h"
#include "number.h"

namespace GRADTAPE_NS {

/** f of each pair of lanes, for what has no vector form. */
template <class V, class F>
GRADTAPE_INLINE V each2(V a, V b, F f) {
  for (int i = 0; i < width<V>; i++) a[i] = f(a[i], b[i]);
  return a;
}

/** float32 in float64, where squares do not overflow; float64 as m sqrt(1 + (n / m)^2), m the larger; 2 ulp. */
template <class V>
GRADTAPE_INLINE V hypot_of(V a, V b) {
  const V p = absolute(a), q = absolute(b), inf = splat<V>(INF);
  V y;
  if constexpr (sizeof(Element<V>) == 4) {
    y = widened(p, q, [](auto u, auto v) { return square_root(u * u + v * v); });
  } else {
    const V most = p > q ? p : q, least = p > q ? q : p, r = least / most;
    y = most == 0.0 ? least : most * square_root(1.0 + r * r);
  }
  y = p == inf ? inf : y;
  return q == inf ? inf : y;
}

template <class T>
constexpr bool is_signed = static_cast<T>(-1) < 0;

/** Integers modulo 0 are 0 here: callers refuse them. The lowest number by -1 traps in hardware, so that -1 has a branch of its own. */
template <class T>
inline T fmod_one(T a, T b) {
  if constexpr (is_float<T>) return static_cast<T>(__builtin_fmod(a, b));
  else return b == 0 || (is_signed<T> && b == static_cast<T>(-1)) ? 0 : static_cast<T>(a % b);
}

/** Exact. float32 with a quotient below 2^28: in float64 the quotient's whole part is right and its product with b exact. */
template <class V>
GRADTAPE_INLINE V fmod_of(V a, V b) {
  using T = Element<V>;
  const auto lanewise = [](T u, T v) { return fmod_one<T>(u, v); };
  if constexpr (sizeof(T) == 4 && is_float<T>) {
    const V ratio = absolute(a / b);
    const auto easy = (ratio < 0x1p28f) & (absolute(b) < static_cast<float>(INF));
    if (__builtin_expect(any(~easy), 0)) return each2(a, b, lanewise);
    const V r = widened(a, b, [](auto u, auto v) { return u - convert<double>(convert<int32_t>(u / v)) * v; });
    return copy_sign(r, a);
  } else {
    return each2(a, b, lanewise);
  }
}

template <class V>
GRADTAPE_INLINE V remainder_of(V a, V b) {
  const V r = fmod_of(a, b);
  return (r != 0) & ((r < 0) != (b < 0)) ? r + b : r;
}

/** From a - r, a multiple of b; the quotient of floats may miss its integer by a rounding. */
template <class V>
GRADTAPE_INLINE V floor_div_of(V a, V b) {
  using T = Element<V>;
  const V r = fmod_of(a, b);
  if constexpr (is_float<T>) {
    const V exact = (a - r) / b, one = splat<V>(1);
    const V q = (r != 0) & ((r < 0) != (b < 0)) ? exact - one : exact;
    const V down = round_down(q);
    const V whole = q - down > splat<V>(0.5) ? down + one : down;
    const V rounded = q == 0 ? copy_sign(V{}, a / b) : whole;
    return b == 0 ? a / b : rounded;
  } else {
    return each2(a, b, [](T u, T v) {
      if (v == 0) return static_cast<T>(0);
      if (is_signed<T> && v == static_cast<T>(-1)) return negated(u);
      const T rest = static_cast<T>(u % v), q = static_cast<T>(u / v);
      return rest != 0 && (rest < 0) != (v < 0) ? static_cast<T>(q - 1) : q;
    });
  }
}

#define GRADTAPE_QUOTIENT(name, expression)                                            \
  template <class T>                                                                   \
  void name(const T* a, const T* b, Out<T> y, int64_t nd, Dims dims) {                 \
    map<COSTLY>([](auto u, auto v) { return expression; }, nd, dims, y.data, a, b);    \
  }

GRADTAPE_QUOTIENT(atan2, widened(u, v, [](auto c, auto d) { return atan2_wide(c, d); }))
GRADTAPE_QUOTIENT(hypot, hypot_of(u, v))
GRADTAPE_QUOTIENT(fmod, fmod_of(u, v))
GRADTAPE_QUOTIENT(remainder, remainder_of(u, v))
GRADTAPE_QUOTIENT(floor_div, floor_div_of(u, v))

GRADTAPE_DEFINE_FAMILY(quotient)

}  // namespace GRADTAPE_NS
