// Conversion between dtypes, and the strided copy.
#include "../kernel_list.h"
#include "copy.h"
#include "map.h"
#include "number.h"

namespace GRADTAPE_NS {


/** Truncates towards zero; NaN and what does not fit give the least integer. */
template <class I, class V>
GRADTAPE_INLINE auto to_integer(V v) {
  const V bound = splat<V>(-static_cast<double>(LOWEST<I>));
  const V safe = (v >= -bound) & (v < bound) ? v : -bound;
  return convert<I>(safe);
}

template <class U, class V>
GRADTAPE_INLINE auto converted(V v) {
  constexpr bool from_float = is_float<Element<V>>;
  if constexpr (from_float && !is_float<U>) {
    if constexpr (sizeof(U) == 1) return convert<U>(to_integer<int64_t>(v));
    else return to_integer<U>(v);
  } else {
    return convert<U>(v);
  }
}

template <class T, class U>
static void convert_all(const T* x, U* y, int64_t nd, Dims dims) {
  map<CHEAP>([](auto v) { return converted<U>(v); }, nd, dims, y, x);
}

template <class T>
static void cast_from(const T* x, void* y, int64_t to, int64_t nd, Dims dims) {
  switch (to) {
    case 0: return convert_all(x, static_cast<float*>(y), nd, dims);
    case 1: return convert_all(x, static_cast<double*>(y), nd, dims);
    case 2: return convert_all(x, static_cast<int32_t*>(y), nd, dims);
    case 3: return convert_all(x, static_cast<int64_t*>(y), nd, dims);
    case 4: return convert_all(x, static_cast<uint8_t*>(y), nd, dims);
    default: return map<CHEAP>([](auto v) { return (v != 0) & 1; }, nd, dims, static_cast<uint8_t*>(y), x);
  }
}

static void copy(int64_t code, const void* x, void* y, int64_t nd, Dims dims) {
  switch (code) {
    case 0:
    case 2: return strided_copy(static_cast<const uint32_t*>(x), static_cast<uint32_t*>(y), nd, dims);
    case 1:
    case 3: return strided_copy(static_cast<const uint64_t*>(x), static_cast<uint64_t*>(y), nd, dims);
    default: return strided_copy(static_cast<const uint8_t*>(x), static_cast<uint8_t*>(y), nd, dims);
  }
}

void cast(const void* x, Out<void> y, int64_t from, int64_t to, int64_t nd, Dims dims) {
  if (from == to) return copy(from, x, y.data, nd, dims);
  switch (from) {
    case 0: return cast_from(static_cast<const float*>(x), y.data, to, nd, dims);
    case 1: return cast_from(static_cast<const double*>(x), y.data, to, nd, dims);
    case 2: return cast_from(static_cast<const int32_t*>(x), y.data, to, nd, dims);
    case 3: return cast_from(static_cast<const int64_t*>(x), y.data, to, nd, dims);
    default: return cast_from(static_cast<const uint8_t*>(x), y.data, to, nd, dims);
  }
}

GRADTAPE_DEFINE_FAMILY(cast)

}  // namespace GRADTAPE_NS
