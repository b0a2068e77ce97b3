// Groups of elements to mean 0 and variance 1 (or mean square 1), scaled and shifted by channel, and the derivative: every norm.
#include "../kernel_list.h"
#include "moments.h"

namespace GRADTAPE_NS {

// Groups that are extreme, element by element in float64 -------------------------------------------------------------------------------------------------

/** Calls f(element, channel) for the elements of a group. */
template <class F>
static void each_of(const Groups& at, int64_t group, const F& f) {
  for (int64_t o = 0; o < at.outer; o++)
    for (int64_t i = 0; i < at.inner; i++) f(at.run(group, o) + i, (group * at.pieces() + i / at.span) % at.channels);
}

template <class T>
static void standardize_wide(const T* x, const T* weight, const T* bias, T* y, Moments of, double eps, bool weighted, bool biased, const Groups& at, int64_t group) {
  const double scale = 1 / __builtin_sqrt(of.variance + eps);
  each_of(at, group, [&](int64_t e, int64_t channel) {
    const double z = (x[e] - of.mean) * scale;
    y[e] = static_cast<T>(z * (weighted ? weight[channel] : 1) + (biased ? bias[channel] : 0));
  });
}

/** Calls learn(channel, dy, dy z) for every element besides. */
template <class T, class L>
static void standardize_wide_bwd(const T* dy, const T* x, const T* weight, T* dx, Moments of, double eps, bool weighted, bool centred, const Groups& at, int64_t group,
                                 const L& learn) {
  const double scale = 1 / __builtin_sqrt(of.variance + eps), size = static_cast<double>(at.size());
  const auto factor = [&](int64_t channel) { return weighted ? static_cast<double>(weight[channel]) : 1; };
  double sum = 0, product = 0;
  each_of(at, group, [&](int64_t e, int64_t channel) {
    const double g = dy[e], gz = g * ((x[e] - of.mean) * scale);
    sum += g * factor(channel);
    product += gz * factor(channel);
    learn(channel, g, gz);
  });
  const double middle = centred ? sum / size : 0, slope = product / size;
  each_of(at, group, [&](int64_t e, int64_t channel) {
    dx[e] = static_cast<T>((dy[e] * factor(channel) - middle - (x[e] - of.mean) * scale * slope) * scale);
  });
}

// Forward ------------------------------------------------------------------------------------------------------------------------------------------------

template <class T>
void standardize(const T* x, const T* weight, const T* bias, Out<T> y, Out<double> mean, Out<double> variance, int64_t weighted, int64_t biased, int64_t centred,
                 double eps, int64_t outer, int64_t groups, int64_t inner, int64_t channels, int64_t span) {
  using V = Vec<T>;
  const Groups at{outer, groups, inner, channels, span};
  if (at.columns()) {
    return for_bands(at, [&](int64_t first, int64_t columns) {
      band_moments(x, at, first, columns, centred, eps, mean + first, variance + first);
      const BandStandard<T> standard(mean + first, variance + first, eps, columns);
      for_band<T>(at, first, columns, 0, outer, [&](int64_t i, int64_t j, auto access) {
        V value = standard(GRADTAPE_READ(x + i), j, access);
        if (weighted) value = value * GRADTAPE_READ(weight + first + j);
        if (biased) value = value + GRADTAPE_READ(bias + first + j);
        access.write(y + i, value);
      });
      for (int64_t j = first; j < first + columns; j++) {
        const Moments found{mean[j], variance[j]};
        if (is_extreme<T>(found, eps)) standardize_wide(x, weight, bias, y.data, found, eps, weighted, biased, at, j);
      }
    });
  }
  parallel(groups, at.grain(), [&](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; group++) {
      const Moments found = moments(x, at, group, centred, eps);
      mean[group] = found.mean;
      variance[group] = found.variance;
      if (is_extreme<T>(found, eps)) {
        standardize_wide(x, weight, bias, y.data, found, eps, weighted, biased, at, group);
        continue;
      }
      const Standard<V> standard(found, eps);
      const T *w = weight + at.channel(group), *b = bias + at.channel(group);
      if (span == 1) {
        const int64_t row = at.run(group, 0);
        for_vectors<lanes<T>>(0, inner, [&](int64_t i, auto access) {
          V value = standard(GRADTAPE_READ(x + row + i));
          if (weighted) value = value * GRADTAPE_READ(w + i);
          if (biased) value = value + GRADTAPE_READ(b + i);
          access.write(y + row + i, value);
        });
        continue;
      }
      for (int64_t piece = 0; piece < at.pieces(); piece++) {
        const V factor = splat<V>(weighted ? w[piece] : 1), shift = splat<V>(biased ? b[piece] : 0);
        for (int64_t o = 0; o < outer; o++) {
          const int64_t from = at.run(group, o) + piece * span;
          for_vectors<lanes<T>>(from, from + span, [&](int64_t i, auto access) { access.write(y + i, standard(GRADTAPE_READ(x + i)) * factor + shift); });
        }
      }
    }
  });
}

// Backward: dx = (w dy - mean(w dy) - z mean(w dy z)) / sqrt(variance + eps) with z the standardised x; dweight sums dy z, dbias dy ------------------------------------

template <class T>
void standardize_bwd(const T* dy, const T* x, const double* mean, const double* variance, const T* weight, Out<T> dx, Out<T> dweight, Out<T> dbias, int64_t weighted,
                     int64_t learnt, int64_t centred, double eps, int64_t outer, int64_t groups, int64_t inner, int64_t channels, int64_t span, int64_t block) {
  using V = Vec<T>;
  const Groups at{outer, groups, inner, channels, span};
  const double size = static_cast<double>(at.size());
  if (at.columns()) {
    return for_bands(at, [&](int64_t first, int64_t columns) {
      const BandStandard<T> standard(mean + first, variance + first, eps, columns);
      double sums[BAND], products[BAND];
      sum_band<T>(at, first, columns, sums, products, [&](int64_t i, int64_t j, auto access) -> Pair<V> {
        const V gradient = GRADTAPE_READ(dy + i);
        return {gradient, gradient * standard(GRADTAPE_READ(x + i), j, access)};
      });
      T middle[BAND], slope[BAND], scale[BAND];
      for (int64_t j = 0; j < columns; j++) {
        if (learnt) {
          dbias[first + j] = static_cast<T>(sums[j]);
          dweight[first + j] = static_cast<T>(products[j]);
        }
        middle[j] = static_cast<T>(centred ? sums[j] / size : 0);
        slope[j] = static_cast<T>(products[j] / size);
        scale[j] = weighted ? standard.scale[j] * weight[first + j] : standard.scale[j];
      }
      for_band<T>(at, first, columns, 0, outer, [&](int64_t i, int64_t j, auto access) {
        const V rest = GRADTAPE_READ(dy + i) - GRADTAPE_READ(middle + j);
        access.write(dx + i, (rest - standard(GRADTAPE_READ(x + i), j, access) * GRADTAPE_READ(slope + j)) * GRADTAPE_READ(scale + j));
      });
      for (int64_t j = first; j < first + columns; j++) {
        const Moments found{mean[j], variance[j]};
        if (!is_extreme<T>(found, eps)) continue;
        double sum = 0, product = 0;
        standardize_wide_bwd(dy, x, weight, dx.data, found, eps, weighted, centred, at, j, [&](int64_t, double g, double gz) {
          sum += g;
          product += gz;
        });
        if (!learnt) continue;
        dbias[j] = static_cast<T>(sum);
        dweight[j] = static_cast<T>(product);
      }
    });
  }
  const int64_t pieces = at.pieces();
  if (at.size() == 0 || groups == 0) return;
  // A task is the groups at one place in the samples of a block: nobody else adds to its sums.
  const int64_t places = channels / pieces, samples = groups / places, blocks = (samples + block - 1) / block;
  parallel(blocks * places, larger(1, at.grain() / block), [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; task++) {
      const int64_t first = task / places * block, place = task % places;
      const T* const w = weight + place * pieces;
      T *const dw = dweight + task * pieces, *const db = dbias + task * pieces;
      if (learnt)
        for (int64_t i = 0; i < pieces; i++) dw[i] = db[i] = 0;
      for (int64_t sample = first; sample < smaller(samples, first + block); sample++) {
        const int64_t group = sample * places + place, row = at.run(group, 0);
        const Moments found{mean[group], variance[group]};
        if (is_extreme<T>(found, eps)) {
          standardize_wide_bwd(dy, x, weight, dx.data, found, eps, weighted, centred, at, group, [&](int64_t channel, double g, double gz) {
            if (!learnt) return;
            db[channel - place * pieces] += static_cast<T>(g);
            dw[channel - place * pieces] += static_cast<T>(gz);
          });
          continue;
        }
        const Standard<V> standard(found, eps);
        Pair<double> total{};
        const auto slopes = [&]() -> Pair<V> { return {splat<V>(centred ? total.first / size : 0), splat<V>(total.second / size)}; };
        if (span == 1) {
          Sums<T> sums;
          sums.add(inner, [&](int64_t i, auto access) -> Pair<V> {
            const V gradient = GRADTAPE_READ(dy + row + i), product = gradient * standard(GRADTAPE_READ(x + row + i));
            if (learnt) {
              access.write(db + i, GRADTAPE_READ(db + i) + gradient);
              access.write(dw + i, GRADTAPE_READ(dw + i) + product);
            }
            if (!weighted) return {gradient, product};
            const V factor = GRADTAPE_READ(w + i);
            return {gradient * factor, product * factor};
          });
          total = sums.total();
          const Pair<V> mean = slopes();
          for_vectors<lanes<T>>(0, inner, [&](int64_t i, auto access) {
            V gradient = GRADTAPE_READ(dy + row + i);
            if (weighted) gradient = gradient * GRADTAPE_READ(w + i);
            access.write(dx + row + i, (gradient - mean.first - standard(GRADTAPE_READ(x + row + i)) * mean.second) * standard.scale);
          });
          continue;
        }
        for (int64_t piece = 0; piece < pieces; piece++) {
          Sums<T> sums;
          for (int64_t o = 0; o < outer; o++) {
            const int64_t from = at.run(group, o) + piece * span;
            sums.add(span, [&](int64_t i, auto access) -> Pair<V> {
              const V gradient = GRADTAPE_READ(dy + from + i);
              return {gradient, gradient * standard(GRADTAPE_READ(x + from + i))};
            });
          }
          const Pair<double> sum = sums.total();
          const double factor = weighted ? w[piece] : 1;
          total += {factor * sum.first, factor * sum.second};
          if (learnt) {
            db[piece] += static_cast<T>(sum.first);
            dw[piece] += static_cast<T>(sum.second);
          }
        }
        const Pair<V> mean = slopes();
        for (int64_t piece = 0; piece < pieces; piece++) {
          const V factor = splat<V>(weighted ? w[piece] : 1);
          for (int64_t o = 0; o < outer; o++) {
            const int64_t from = at.run(group, o) + piece * span;
            for_vectors<lanes<T>>(from, from + span, [&](int64_t i, auto access) {
              access.write(dx + i, (GRADTAPE_READ(dy + i) * factor - mean.first - standard(GRADTAPE_READ(x + i)) * mean.second) * standard.scale);
            });
          }
        }
      }
    }
  });
}

GRADTAPE_DEFINE_FAMILY(standardize)

}  // namespace GRADTAPE_NS
