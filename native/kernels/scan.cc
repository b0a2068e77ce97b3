// Running sums, products and extrema of a contiguous (outer, r, inner) along r.
#include "../kernel_list.h"
#include "reduce.h"

namespace GRADTAPE_NS {

/** y[k] = step(y[k - 1], x[k]) along r, continued in the wider type and rounded once per element. */
template <class R, class T>
static void scan(const T* x, T* y, int64_t outer, int64_t r, int64_t inner) {
  for_columns(outer, r, inner, [&](int64_t o, int64_t first, int64_t w) {
    const int64_t start = o * r * inner + first;
    const T* from = x + start;
    T* to = y + start;
    typename R::Total total[COLUMNS];
    for (int64_t j = 0; j < w; j++) total[j] = R::identity;
    for (int64_t k = 0; k < r; k++, from += inner, to += inner) {
      for (int64_t j = 0; j < w; j++) {
        total[j] = R::step(total[j], static_cast<typename R::Total>(from[j]));
        to[j] = static_cast<T>(total[j]);
      }
    }
  });
}

template <class T>
void cumsum(const T* x, Out<T> y, int64_t outer, int64_t r, int64_t inner) {
  scan<Sum<T>>(x, y.data, outer, r, inner);
}

template <class T>
void cumprod(const T* x, Out<T> y, int64_t outer, int64_t r, int64_t inner) {
  scan<Product<T>>(x, y.data, outer, r, inner);
}

/** The sum of exponentials, as the largest exponent so far and the sum relative to it. */
struct Exponentials {
  double high, sum;
  Exponentials() = default;
  constexpr explicit Exponentials(double x, double relative = 1) : high(x), sum(relative) {}
  explicit operator double() const { return high + __builtin_log(sum); }
  explicit operator float() const { return static_cast<float>(static_cast<double>(*this)); }
};

/** One logarithm an element, of an exact maximum and a sum of positive terms: the errors of earlier logarithms do not add up as in a chain of log(exp(a) + exp(b)). */
struct SumOfExponentials {
  using Total = Exponentials;
  static constexpr Exponentials identity{-__builtin_inf(), 0};
  static Exponentials step(Exponentials s, Exponentials x) {
    // Equal infinities have no difference.
    const double other = x.high == s.high ? 1 : __builtin_exp(-__builtin_fabs(x.high - s.high));
    return x.high > s.high ? Exponentials(x.high, s.sum * other + 1) : Exponentials(s.high, s.sum + other);
  }
};

template <class T>
void logcumsumexp(const T* x, Out<T> y, int64_t outer, int64_t r, int64_t inner) {
  scan<SumOfExponentials>(x, y.data, outer, r, inner);
}

template <class T>
void recurrence(const T* a, const T* x, Out<T> y, int64_t outer, int64_t r, int64_t inner) {
  for_columns(outer, r, inner, [&](int64_t o, int64_t first, int64_t w) {
    double total[COLUMNS];
    for (int64_t j = 0; j < w; j++) total[j] = 0;
    for (int64_t k = 0, at = o * r * inner + first; k < r; k++, at += inner) {
      for (int64_t j = 0; j < w; j++) {
        // The first factor multiplies nothing.
        total[j] = k == 0 ? x[at + j] : x[at + j] + a[at + j] * total[j];
        y[at + j] = static_cast<T>(total[j]);
      }
    }
  });
}

/** The best so far and where it is: of ties the latest, of NaNs too. */
template <class R, class I, class T>
static void scan_extreme(const T* x, T* y, I* places, int64_t outer, int64_t r, int64_t inner) {
  for_columns(outer, r, inner, [&](int64_t o, int64_t first, int64_t w) {
    const int64_t start = o * r * inner + first;
    for (int64_t j = 0; j < w && r > 0; j++) {
      y[start + j] = x[start + j];
      places[start + j] = 0;
    }
    for (int64_t k = 1; k < r; k++) {
      const int64_t at = start + k * inner;
      for (int64_t j = at; j < at + w; j++) {
        const T best = y[j - inner];
        const bool better = R::replaces(x[j], best) || x[j] == best;
        y[j] = better ? x[j] : best;
        places[j] = better ? static_cast<I>(k) : places[j - inner];
      }
    }
  });
}

template <class T>
void cummax(const T* x, Out<T> y, Out<void> places, int64_t wide, int64_t outer, int64_t r, int64_t inner) {
  with_indices(places, wide, [&](auto* index) { scan_extreme<Maximum<T>>(x, y.data, index, outer, r, inner); });
}

template <class T>
void cummin(const T* x, Out<T> y, Out<void> places, int64_t wide, int64_t outer, int64_t r, int64_t inner) {
  with_indices(places, wide, [&](auto* index) { scan_extreme<Minimum<T>>(x, y.data, index, outer, r, inner); });
}

GRADTAPE_DEFINE_FAMILY(scan)

}  // namespace GRADTAPE_NS
