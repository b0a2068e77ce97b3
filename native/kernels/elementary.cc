// Elementwise kernels of the elementary functions in elementary.h, where their bounds are.
#include "../elementary.h"

#include "../kernel_list.h"
#include "map.h"

namespace GRADTAPE_NS {

#define GRADTAPE_ELEMENTARY(name, expression)                               \
  template <class T>                                                        \
  void name(const T* x, Out<T> y, int64_t nd, Dims dims) {                  \
    map<COSTLY>([](auto v) { return expression; }, nd, dims, y.data, x);    \
  }
#define GRADTAPE_WIDENED(name) GRADTAPE_ELEMENTARY(name, widened(v, [](auto d) { return name##_wide(d); }))

GRADTAPE_WIDENED(tan)
GRADTAPE_WIDENED(asin)
GRADTAPE_WIDENED(acos)
GRADTAPE_WIDENED(atan)
GRADTAPE_WIDENED(sinh)
GRADTAPE_WIDENED(cosh)
GRADTAPE_WIDENED(asinh)
GRADTAPE_WIDENED(acosh)
GRADTAPE_WIDENED(atanh)
GRADTAPE_WIDENED(exp2)
GRADTAPE_WIDENED(expm1)
GRADTAPE_WIDENED(log1p)
GRADTAPE_ELEMENTARY(log2, log2_of(v))
GRADTAPE_ELEMENTARY(log10, log10_of(v))

GRADTAPE_DEFINE_FAMILY(elementary)

}  // namespace GRADTAPE_NS
