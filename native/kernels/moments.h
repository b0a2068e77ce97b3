// Groups of elements of a contiguous (outer, groups, inner) and their moments: a group is all that has one index in the middle. Element e has channel e / span % channels, so that a
// group's runs are rows of one channel after another (span 1) or pieces of one channel each; the features of a batch (inner 1) are columns.
#pragma once

#include "reduce.h"

namespace GRADTAPE_NS {

#define GRADTAPE_READ(p) access.template read<V>(p)

struct Groups {
  int64_t outer, groups, inner, channels, span;

  int64_t size() const { return outer * inner; }
  int64_t pieces() const { return inner / span; }
  bool columns() const { return inner == 1 && outer > 1; }
  int64_t run(int64_t group, int64_t o) const { return (o * groups + group) * inner; }
  /** The channel of a group's first piece. */
  int64_t channel(int64_t group) const { return group * pieces() % channels; }
  /** How many groups are a turn. */
  int64_t grain() const { return larger(1, TURN / larger(1, size())); }
};

struct Moments {
  double mean, variance;
};

/** Beyond these bounds of the deviation float32 loses the distances from the mean, or what they are multiplied by. */
template <class T>
bool is_extreme(Moments of, double eps) {
  constexpr double SMALL = 0x1p-100, LARGE = 0x1p120;
  return sizeof(T) == 4 && !(of.variance + eps > SMALL && of.variance < LARGE);
}

/** Whether moments are computed again: float32 did not reach, or an infinite element made the mean NaN. */
template <class T>
bool is_lost(Moments of, double eps) {
  return is_extreme<T>(of, eps) || !__builtin_isfinite(of.variance);
}

/** The moments of a group, every element widened. */
template <class T>
Moments wide_moments(const T* x, const Groups& at, int64_t group, bool centred) {
  const double size = static_cast<double>(at.size());
  double mean = 0, variance = 0;
  const auto each = [&](const auto& f) {
    for (int64_t o = 0; o < at.outer; o++)
      for (int64_t i = 0; i < at.inner; i++) f(static_cast<double>(x[at.run(group, o) + i]));
  };
  if (centred) {
    each([&](double v) { mean += v; });
    mean /= size;
  }
  each([&](double v) { variance += (v - mean) * (v - mean); });
  return {mean, variance / size};
}

/** x -> (x - mean) / sqrt(variance + eps). The mean is subtracted in two parts, what T holds of it and the rest: in nearly constant groups that is all there is. */
template <class V>
struct Standard {
  V middle, scale, rest;

  Standard(Moments of, double eps) {
    const double factor = 1 / __builtin_sqrt(of.variance + eps);
    const auto nearest = static_cast<Element<V>>(of.mean);
    middle = splat<V>(nearest);
    scale = splat<V>(factor);
    rest = splat<V>((nearest - of.mean) * factor);
  }
  GRADTAPE_INLINE V operator()(V x) const { return (x - middle) * scale + rest; }
};

/** Two sums side by side. */
template <class V>
struct Pair {
  V first, second;
  GRADTAPE_INLINE void operator+=(Pair other) {
    first = first + other.first;
    second = second + other.second;
  }
};

/** Sums of pairs over runs of elements: in lanes of T, and beyond a block of vectors in float64. */
template <class T>
class Sums {
  using V = Vec<T>;
  static constexpr int64_t W = lanes<T>, BLOCK = 128;
  Pair<V> a{}, b{}, c{}, d{};
  int64_t held = 0;
  Pair<double> sums{};

  static GRADTAPE_INLINE Pair<V> keep(Pair<V> v, Whole) { return v; }
  static GRADTAPE_INLINE Pair<V> keep(Pair<V> v, Part part) {
    const auto there = lane_numbers<V>() < splat<decltype(lane_numbers<V>())>(part.count);
    return {there ? v.first : V{}, there ? v.second : V{}};
  }
  GRADTAPE_INLINE void flush() {
    a += b;
    c += d;
    a += c;
    sums += {static_cast<double>(fold<Sum<T>>(a.first)), static_cast<double>(fold<Sum<T>>(a.second))};
    a = b = c = d = Pair<V>{};
    held = 0;
  }

 public:
  /** Adds f(i, access) for the vectors i of a run of n. */
  template <class F>
  GRADTAPE_INLINE void add(int64_t n, const F& f) {
    for (int64_t i = 0; i < n;) {
      const int64_t end = smaller(n, i + BLOCK * W);
      held += (end - i + W - 1) / W;
      Pair<V> p = a, q = b, r = c, s = d;
      for (; i + 4 * W <= end; i += 4 * W) {
        p += f(i, Whole());
        q += f(i + W, Whole());
        r += f(i + 2 * W, Whole());
        s += f(i + 3 * W, Whole());
      }
      for_vectors<W>(i, end, [&](int64_t j, auto access) { p += keep(f(j, access), access); });
      a = p, b = q, c = r, d = s;
      i = end;
      if (held >= BLOCK) flush();
    }
  }
  GRADTAPE_INLINE Pair<double> total() {
    flush();
    return sums;
  }
};

/**
 * The moments of a group, from the sums of its elements and of their squares about a guess, the mean of the first vector. Where that was off by more than a deviation, once more about
 * the mean, so that little cancels. Not centred: about 0.
 */
template <class T>
Moments narrow_moments(const T* x, const Groups& at, int64_t group, bool centred) {
  using V = Vec<T>;
  const double size = static_cast<double>(at.size());
  T guess = 0;
  if (centred && at.outer > 0) {
    const int64_t some = smaller(at.inner, lanes<T>);
    for (int64_t i = 0; i < some; i++) guess += x[at.run(group, 0) + i];
    guess /= static_cast<T>(some);
  }
  for (bool again = false;; again = true) {
    Sums<T> sums;
    for (int64_t o = 0; o < at.outer; o++) {
      const T* run = x + at.run(group, o);
      sums.add(at.inner, [&](int64_t i, auto access) -> Pair<V> {
        const V distance = GRADTAPE_READ(run + i) - splat<V>(guess);
        return {distance, distance * distance};
      });
    }
    const Pair<double> total = sums.total();
    if (!centred) return {0, total.second / size};
    const double off = total.first / size, variance = total.second / size - off * off;
    if (again || !(off * off > variance)) return {guess + off, variance < 0 ? 0 : variance};
    guess = static_cast<T>(guess + off);
  }
}

/** The moments of a group; in float64 from the start where float32 does not reach. */
template <class T>
Moments moments(const T* x, const Groups& at, int64_t group, bool centred, double eps) {
  const Moments found = narrow_moments(x, at, group, centred);
  return is_lost<T>(found, eps) ? wide_moments(x, at, group, centred) : found;
}

// Columns: a band of up to BAND of them at once, row by row -----------------------------------------------------------------------------------------------------

constexpr int64_t BAND = 128;

/** Calls f(first column, columns) for every band, in parallel. */
template <class F>
GRADTAPE_INLINE void for_bands(const Groups& at, const F& f) {
  parallel((at.groups + BAND - 1) / BAND, larger(1, TURN / (at.outer * BAND)), [&](int64_t begin, int64_t end) {
    for (int64_t first = begin * BAND; first < smaller(at.groups, end * BAND); first += BAND) f(first, smaller(BAND, at.groups - first));
  });
}

/** Calls f(element, column of the band, access) for the vectors of a band, in the rows [from, to). */
template <class T, class F>
GRADTAPE_INLINE void for_band(const Groups& at, int64_t first, int64_t w, int64_t from, int64_t to, const F& f) {
  for (int64_t row = from; row < to; row++) for_vectors<lanes<T>>(0, w, [&](int64_t j, auto access) { f(row * at.groups + first + j, j, access); });
}

/** Sums the pairs that f gives as above down the columns: in T for some rows, and beyond them in float64. */
template <class T, class F>
GRADTAPE_INLINE void sum_band(const Groups& at, int64_t first, int64_t w, double* sums, double* others, const F& f) {
  using V = Vec<T>;
  constexpr int64_t SOME = 32;
  T a[BAND], b[BAND];
  for (int64_t j = 0; j < w; j++) sums[j] = others[j] = 0;
  for (int64_t row = 0; row < at.outer; row += SOME) {
    for (int64_t j = 0; j < w; j++) a[j] = b[j] = 0;
    for_band<T>(at, first, w, row, smaller(at.outer, row + SOME), [&](int64_t i, int64_t j, auto access) {
      const Pair<V> v = f(i, j, access);
      access.write(a + j, GRADTAPE_READ(a + j) + v.first);
      access.write(b + j, GRADTAPE_READ(b + j) + v.second);
    });
    for (int64_t j = 0; j < w; j++) {
      sums[j] += a[j];
      others[j] += b[j];
    }
  }
}

/** The moments of a band, as those of a group; the guess is the mean of the first rows. */
template <class T>
void band_moments(const T* x, const Groups& at, int64_t first, int64_t w, bool centred, double eps, double* mean, double* variance) {
  using V = Vec<T>;
  const double size = static_cast<double>(at.outer);
  const auto widen = [&] {
    for (int64_t j = 0; j < w; j++) {
      if (!is_lost<T>({mean[j], variance[j]}, eps)) continue;
      const Moments found = wide_moments(x, at, first + j, centred);
      mean[j] = found.mean;
      variance[j] = found.variance;
    }
  };
  const int64_t some = smaller(at.outer, 16);
  T guess[BAND] = {};
  if (centred) {
    for (int64_t i = 0; i < some; i++)
      for (int64_t j = 0; j < w; j++) guess[j] += x[i * at.groups + first + j] / static_cast<T>(some);
  }
  for (bool again = false;; again = true) {
    bool near = true;
    sum_band<T>(at, first, w, mean, variance, [&](int64_t i, int64_t j, auto access) -> Pair<V> {
      const V distance = GRADTAPE_READ(x + i) - GRADTAPE_READ(guess + j);
      return {distance, distance * distance};
    });
    for (int64_t j = 0; j < w; j++) {
      const double off = centred ? mean[j] / size : 0, rest = variance[j] / size - off * off;
      near = near && !(off * off > rest);
      mean[j] = guess[j] + off;
      variance[j] = rest < 0 ? 0 : rest;
    }
    if (again || near) return widen();
    for (int64_t j = 0; j < w; j++) guess[j] = static_cast<T>(mean[j]);
  }
}

/** `Standard` of a band. */
template <class T>
struct BandStandard {
  using V = Vec<T>;
  T middle[BAND], scale[BAND], rest[BAND];

  BandStandard(const double* mean, const double* variance, double eps, int64_t w) {
    for (int64_t j = 0; j < w; j++) {
      const Standard<Vec<T, 2>> one({mean[j], variance[j]}, eps);
      middle[j] = one.middle[0];
      scale[j] = one.scale[0];
      rest[j] = one.rest[0];
    }
  }
  template <class A>
  GRADTAPE_INLINE V operator()(V x, int64_t j, A access) const {
    return (x - GRADTAPE_READ(middle + j)) * GRADTAPE_READ(scale + j) + GRADTAPE_READ(rest + j);
  }
};

}  // namespace GRADTAPE_NS
