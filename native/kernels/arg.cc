// The first index of an extremum, or of the first NaN.
#include "../kernel_list.h"
#include "reduce.h"

namespace GRADTAPE_NS {

/** The first i with x[i] = value, or the first NaN if value is one; it exists. */
template <class T>
static int64_t find(const T* x, int64_t n, T value) {
  using V = Vec<T>;
  const V wanted = splat<V>(value);
  const bool nan = value != value;
  int64_t i = 0;
  for (; i + lanes<T> <= n; i += lanes<T>) {
    const V v = load<V>(x + i);
    if (any(nan ? v != v : v == wanted)) break;
  }
  while (nan ? x[i] == x[i] : x[i] != value) i++;
  return i;
}

template <class R, class I, class T>
static void arg(const T* x, I* y, int64_t outer, int64_t r, int64_t inner) {
  for_columns(outer, r, inner, [&](int64_t o, int64_t first, int64_t w) {
    const T* at = x + o * r * inner + first;
    I* index = y + o * inner + first;
    if (inner == 1) {
      *index = static_cast<I>(find(at, r, reduce_run<R>(at, r)));
      return;
    }
    T best[COLUMNS];
    for (int64_t j = 0; j < w; j++) {
      best[j] = at[j];
      index[j] = 0;
    }
    for (int64_t i = 1; i < r; i++) {
      at += inner;
      for (int64_t j = 0; j < w; j++) {
        // A tie, or a NaN that is there already, keeps the earlier index.
        const bool better = best[j] == best[j] && R::replaces(at[j], best[j]);
        index[j] = better ? static_cast<I>(i) : index[j];
        best[j] = better ? at[j] : best[j];
      }
    }
  });
}

template <class T>
void argmax(const T* x, Out<void> y, int64_t wide, int64_t outer, int64_t r, int64_t inner) {
  with_indices(y, wide, [&](auto* index) { arg<Maximum<T>>(x, index, outer, r, inner); });
}

template <class T>
void argmin(const T* x, Out<void> y, int64_t wide, int64_t outer, int64_t r, int64_t inner) {
  with_indices(y, wide, [&](auto* index) { arg<Minimum<T>>(x, index, outer, r, inner); });
}

GRADTAPE_DEFINE_FAMILY(arg)

}  // namespace GRADTAPE_NS
