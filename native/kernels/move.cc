// Filling and selecting.
#include "../kernel_list.h"
#include "map.h"
#include "number.h"

namespace GRADTAPE_NS {

template <class T>
void fill(Out<T> y, double value, int64_t nd, Dims dims) {
  const T v = wrapped<T>(value);
  map<CHEAP>([v] { return splat<Vec<T>>(v); }, nd, dims, y.data);
}

template <class T>
void arange(Out<T> y, double start, double step, int64_t n) {
  if constexpr (sizeof(T) == 8 && !is_float<T>) {
    const int64_t first = static_cast<int64_t>(start), by = static_cast<int64_t>(step);
    for (int64_t i = 0; i < n; i++) y[i] = plus(first, times(i, by));
  } else {
    for (int64_t i = 0; i < n; i++) y[i] = wrapped<T>(start + static_cast<double>(i) * step);
  }
}

template <class T>
void where(const uint8_t* c, const T* a, const T* b, Out<T> y, int64_t nd, Dims dims) {
  map<CHEAP>(
      [](auto mask, auto u, auto v) {
        using Bits = Element<decltype(u == u)>;
        return convert<Bits>(mask) != 0 ? u : v;
      },
      nd, dims, y.data, c, a, b);
}

GRADTAPE_DEFINE_FAMILY(move)

}  // namespace GRADTAPE_NS
