// Elementwise kernels that are computed lane by lane: special functions in float64, remainders and quotients in their own type.
#include "../special.h"

#include "../kernel_list.h"
#include "map.h"
#include "number.h"

namespace GRADTAPE_NS {

#define GRADTAPE_SPECIAL(name, function)                                                                                              \
  template <class T>                                                                                                                  \
  void name(const T* x, Out<T> y, int64_t nd, Dims dims) {                                                                            \
    map<COSTLY>([](auto v) { return each(v, [](T e) { return static_cast<T>(function(static_cast<double>(e))); }); }, nd, dims, y.data, x); \
  }

GRADTAPE_SPECIAL(erfc, __builtin_erfc)
GRADTAPE_SPECIAL(erfinv, erfinv_of)
GRADTAPE_SPECIAL(lgamma, lgamma_of)
GRADTAPE_SPECIAL(digamma, digamma_of)

template <class T>
void polygamma(const T* x, Out<T> y, int64_t n, int64_t nd, Dims dims) {
  const double order = static_cast<double>(n);
  map<COSTLY>([=](auto v) { return each(v, [=](T e) { return static_cast<T>(polygamma_of(order, e)); }); }, nd, dims, y.data, x);
}

template <class T>
void bessel_i(const T* x, Out<T> y, int64_t order, int64_t nd, Dims dims) {
  const double nu = static_cast<double>(order);
  map<COSTLY>([=](auto v) { return each(v, [=](T e) { return static_cast<T>(bessel_i_of(nu, e)); }); }, nd, dims, y.data, x);
}

template <class T>
inline T atan2_one(T a, T b) {
  return static_cast<T>(__builtin_atan2(a, b));
}
template <class T>
inline T hypot_one(T a, T b) {
  return static_cast<T>(__builtin_hypot(a, b));
}

template <class T>
constexpr bool is_signed = static_cast<T>(-1) < 0;

/** Integers modulo 0 are 0 here: callers refuse them. The lowest number by -1 traps in hardware, so that -1 has a branch of its own. */
template <class T>
inline T fmod_one(T a, T b) {
  if constexpr (is_float<T>) return static_cast<T>(__builtin_fmod(a, b));
  else return b == 0 || (is_signed<T> && b == static_cast<T>(-1)) ? 0 : static_cast<T>(a % b);
}
template <class T>
inline T remainder_one(T a, T b) {
  const T r = fmod_one(a, b);
  return r != 0 && (r < 0) != (b < 0) ? static_cast<T>(r + b) : r;
}
/** From a - r, a multiple of b; floats may miss the integer by a rounding. */
template <class T>
inline T floor_div_one(T a, T b) {
  if constexpr (!is_float<T>) {
    if (b == 0) return 0;
    if (is_signed<T> && b == static_cast<T>(-1)) return static_cast<T>(0 - a);
  } else if (b == 0) {
    return a / b;
  }
  const T r = fmod_one(a, b);
  T q = static_cast<T>((a - r) / b);
  if (r != 0 && (r < 0) != (b < 0)) q = static_cast<T>(q - 1);
  if constexpr (is_float<T>) {
    if (q == 0) return static_cast<T>(__builtin_copysign(0.0, a / b));
    const T whole = static_cast<T>(__builtin_floor(q));
    return q - whole > static_cast<T>(0.5) ? whole + 1 : whole;
  } else {
    return q;
  }
}

#define GRADTAPE_LANES(name)                                                        \
  template <class T>                                                                \
  void name(const T* a, const T* b, Out<T> y, int64_t nd, Dims dims) {              \
    map<COSTLY>(                                                                    \
        [](auto u, auto v) {                                                        \
          for (int i = 0; i < width<decltype(u)>; i++) u[i] = name##_one<T>(u[i], v[i]); \
          return u;                                                                 \
        },                                                                          \
        nd, dims, y.data, a, b);                                                    \
  }

GRADTAPE_LANES(atan2)
GRADTAPE_LANES(hypot)
GRADTAPE_LANES(fmod)
GRADTAPE_LANES(remainder)
GRADTAPE_LANES(floor_div)

GRADTAPE_DEFINE_FAMILY(special)

}  // namespace GRADTAPE_NS
