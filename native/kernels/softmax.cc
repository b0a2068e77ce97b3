// softmax and its relatives along r of a contiguous (outer, r, inner), shifted by the maximum. Vectors run along r where inner is 1, else along inner: a Slice hides
// which, so that each kernel is written once. Sums of exponentials are accumulated in T per lane: their terms are positive.
#include "../kernel_list.h"
#include "../math.h"
#include "reduce.h"

namespace GRADTAPE_NS {

/** The largest element besides NaNs: these reach every result through the sum. */
template <class T>
struct Peak {
  static constexpr T identity = LOWEST<T>;
  static GRADTAPE_INLINE T step(T a, T b) { return a < b ? b : a; }
  template <class V>
  static GRADTAPE_INLINE V step(V a, V b) {
    return at_least(a, b);
  }
};

/** r contiguous elements: statistics are folded over lanes and splatted. */
template <class T>
struct Run {
  using V = Vec<T>;
  int64_t r;

  template <class R, class F>
  GRADTAPE_INLINE V reduce(const F& f) const {
    constexpr int W = lanes<T>;
    // Two totals: neither waits for the other, and folding their join leaves both in registers.
    V a = splat<V>(R::identity), b = a;
    int64_t i = 0;
    for (; i + 2 * W <= r; i += 2 * W) {
      a = R::step(a, f(i, Whole()));
      b = R::step(b, f(i + W, Whole()));
    }
    for_vectors<W>(i, r, [&](int64_t j, auto access) { a = R::step(a, keep(f(j, access), access, R::identity)); });
    return splat<V>(fold<R>(R::step(a, b)));
  }
  template <class F>
  GRADTAPE_INLINE void each(const F& f) const {
    for_vectors<lanes<T>>(0, r, f);
  }
  template <class F>
  GRADTAPE_INLINE void once(const F& f) const {
    f(Part{1});
  }

 private:
  static GRADTAPE_INLINE V keep(V v, Whole, T) { return v; }
  static GRADTAPE_INLINE V keep(V v, Part part, T fill) {
    using I = decltype(lane_numbers<V>());
    return lane_numbers<V>() < splat<I>(part.count) ? v : splat<V>(fill);
  }
};

/** r rows of up to a vector of columns: statistics stay in their lanes. */
template <class T, class Access>
struct Columns {
  using V = Vec<T>;
  int64_t r, stride;
  Access access;

  template <class R, class F>
  GRADTAPE_INLINE V reduce(const F& f) const {
    V total = splat<V>(R::identity);
    for (int64_t i = 0; i < r; i++) total = R::step(total, f(i * stride, access));
    return total;
  }
  template <class F>
  GRADTAPE_INLINE void each(const F& f) const {
    for (int64_t i = 0; i < r; i++) f(i * stride, access);
  }
  template <class F>
  GRADTAPE_INLINE void once(const F& f) const {
    f(access);
  }
};

/** Calls f(slice, offset in x, offset in a reduced y) for all slices along r. */
template <class T, class F>
GRADTAPE_INLINE void for_slices(int64_t outer, int64_t r, int64_t inner, const F& f) {
  for_columns(outer, r, inner, [&](int64_t o, int64_t first, int64_t w) {
    if (inner == 1) return f(Run<T>{r}, o * r, o);
    for_vectors<lanes<T>>(first, first + w, [&](int64_t j, auto access) {
      f(Columns<T, decltype(access)>{r, inner, access}, o * r * inner + j, o * inner + j);
    });
  });
}

#define GRADTAPE_READ(p) access.template read<V>((p) + i)

template <class T>
void logsumexp(const T* x, Out<T> y, int64_t outer, int64_t r, int64_t inner) {
  using V = Vec<T>;
  for_slices<T>(outer, r, inner, [&](auto slice, int64_t at, int64_t reduced) {
    const T* row = x + at;
    const V top = slice.template reduce<Peak<T>>([&](int64_t i, auto access) { return GRADTAPE_READ(row); });
    // An infinite maximum is the answer: shifting by it would give inf - inf.
    const V shift = absolute(top) == splat<V>(INF) ? V{} : top;
    const V total = slice.template reduce<Sum<T>>([&](int64_t i, auto access) { return exp_of(GRADTAPE_READ(row) - shift); });
    slice.once([&](auto access) { access.write(y + reduced, log_of(total) + shift); });
  });
}

template <class T>
void softmax(const T* x, Out<T> y, int64_t outer, int64_t r, int64_t inner) {
  using V = Vec<T>;
  for_slices<T>(outer, r, inner, [&](auto slice, int64_t at, int64_t) {
    const T* row = x + at;
    T* result = y + at;
    const V top = slice.template reduce<Peak<T>>([&](int64_t i, auto access) { return GRADTAPE_READ(row); });
    const V total = slice.template reduce<Sum<T>>([&](int64_t i, auto access) {
      const V e = exp_of(GRADTAPE_READ(row) - top);
      access.write(result + i, e);
      return e;
    });
    const V scale = splat<V>(1) / total;
    slice.each([&](int64_t i, auto access) { access.write(result + i, GRADTAPE_READ(result) * scale); });
  });
}

template <class T>
void log_softmax(const T* x, Out<T> y, int64_t outer, int64_t r, int64_t inner) {
  using V = Vec<T>;
  for_slices<T>(outer, r, inner, [&](auto slice, int64_t at, int64_t) {
    const T* row = x + at;
    T* result = y + at;
    const V top = slice.template reduce<Peak<T>>([&](int64_t i, auto access) { return GRADTAPE_READ(row); });
    const V total = slice.template reduce<Sum<T>>([&](int64_t i, auto access) { return exp_of(GRADTAPE_READ(row) - top); });
    const V rest = log_of(total);
    slice.each([&](int64_t i, auto access) { access.write(result + i, GRADTAPE_READ(row) - top - rest); });
  });
}

template <class T>
void softmax_bwd(const T* dy, const T* y, Out<T> dx, int64_t outer, int64_t r, int64_t inner) {
  using V = Vec<T>;
  for_slices<T>(outer, r, inner, [&](auto slice, int64_t at, int64_t) {
    const T *g = dy + at, *p = y + at;
    T* result = dx + at;
    const V dot = slice.template reduce<Sum<T>>([&](int64_t i, auto access) { return GRADTAPE_READ(g) * GRADTAPE_READ(p); });
    slice.each([&](int64_t i, auto access) { access.write(result + i, GRADTAPE_READ(p) * (GRADTAPE_READ(g) - dot)); });
  });
}

template <class T>
void log_softmax_bwd(const T* dy, const T* y, Out<T> dx, int64_t outer, int64_t r, int64_t inner) {
  using V = Vec<T>;
  for_slices<T>(outer, r, inner, [&](auto slice, int64_t at, int64_t) {
    const T *g = dy + at, *p = y + at;
    T* result = dx + at;
    const V total = slice.template reduce<Sum<T>>([&](int64_t i, auto access) { return GRADTAPE_READ(g); });
    slice.each([&](int64_t i, auto access) { access.write(result + i, GRADTAPE_READ(g) - exp_of(GRADTAPE_READ(p)) * total); });
  });
}

GRADTAPE_DEFINE_FAMILY(softmax)

}  // namespace GRADTAPE_NS
