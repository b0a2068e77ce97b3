// Elementwise kernels of the special functions, lane by lane in float64.
#include "../special.h"

#include "../kernel_list.h"
#include "map.h"

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

GRADTAPE_DEFINE_FAMILY(special)

}  // namespace GRADTAPE_NS
