// The pointwise part of one step of LSTM and GRU, forward and backward: a row of gates a batch row, vectors along the hidden units.
#include "../kernel_list.h"
#include "../math.h"
#include "map.h"

namespace GRADTAPE_NS {

/** f(row, i, access) for vectors of units i of every row; a thread takes whole rows. */
template <class T, class F>
GRADTAPE_INLINE void for_units(int64_t rows, int64_t hidden, const F& f) {
  const int64_t grain = hidden > 0 && hidden < COSTLY / 4 ? COSTLY / 4 / hidden : 1;
  parallel(rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) for_vectors<lanes<T>>(0, hidden, [&](int64_t i, auto access) { f(row, i, access); });
  });
}

#define GRADTAPE_READ(p) access.template read<V>(p)

template <class T>
void lstm_cell(InOut<T> z, InOut<T> c, Out<T> y, int64_t rows, int64_t hidden) {
  using V = Vec<T>;
  for_units<T>(rows, hidden, [&](int64_t row, int64_t at, auto access) {
    T* const gates = z + row * 4 * hidden + at;
    T* const state = c + row * hidden + at;
    const V i = sigmoid_of(GRADTAPE_READ(gates)), f = sigmoid_of(GRADTAPE_READ(gates + hidden)), g = tanh_of(GRADTAPE_READ(gates + 2 * hidden)),
            o = sigmoid_of(GRADTAPE_READ(gates + 3 * hidden));
    const V next = f * GRADTAPE_READ(state) + i * g;
    access.write(gates, i);
    access.write(gates + hidden, f);
    access.write(gates + 2 * hidden, g);
    access.write(gates + 3 * hidden, o);
    access.write(state, next);
    access.write(y.data + row * hidden + at, o * tanh_of(next));
  });
}

template <class T>
void lstm_cell_bwd(const T* z, const T* c, const T* dh, InOut<T> dc, Out<T> dz, int64_t rows, int64_t hidden) {
  using V = Vec<T>;
  for_units<T>(rows, hidden, [&](int64_t row, int64_t at, auto access) {
    const T* const gates = z + row * 4 * hidden + at;
    T* const out = dz.data + row * 4 * hidden + at;
    const int64_t unit = row * hidden + at;
    const V i = GRADTAPE_READ(gates), f = GRADTAPE_READ(gates + hidden), g = GRADTAPE_READ(gates + 2 * hidden), o = GRADTAPE_READ(gates + 3 * hidden);
    const V one = splat<V>(1), before = GRADTAPE_READ(c + unit), t = tanh_of(f * before + i * g), dy = GRADTAPE_READ(dh + unit);
    const V dnext = GRADTAPE_READ(dc + unit) + dy * o * (one - t * t);
    access.write(out, dnext * g * i * (one - i));
    access.write(out + hidden, dnext * before * f * (one - f));
    access.write(out + 2 * hidden, dnext * i * (one - g * g));
    access.write(out + 3 * hidden, dy * t * o * (one - o));
    access.write(dc + unit, dnext * f);
  });
}

template <class T>
void gru_cell(InOut<T> z, const T* a, const T* h, Out<T> y, int64_t rows, int64_t hidden) {
  using V = Vec<T>;
  for_units<T>(rows, hidden, [&](int64_t row, int64_t at, auto access) {
    T* const gates = z + row * 3 * hidden + at;
    const T* const parts = a + row * 3 * hidden + at;
    const V r = sigmoid_of(GRADTAPE_READ(gates) + GRADTAPE_READ(parts)), u = sigmoid_of(GRADTAPE_READ(gates + hidden) + GRADTAPE_READ(parts + hidden));
    const V n = tanh_of(GRADTAPE_READ(gates + 2 * hidden) + r * GRADTAPE_READ(parts + 2 * hidden));
    access.write(gates, r);
    access.write(gates + hidden, u);
    access.write(gates + 2 * hidden, n);
    access.write(y.data + row * hidden + at, n + u * (GRADTAPE_READ(h + row * hidden + at) - n));
  });
}

template <class T>
void gru_cell_bwd(const T* z, const T* a, const T* h, InOut<T> dh, Out<T> dz, Out<T> da, int64_t rows, int64_t hidden) {
  using V = Vec<T>;
  for_units<T>(rows, hidden, [&](int64_t row, int64_t at, auto access) {
    const int64_t gates = row * 3 * hidden + at, unit = row * hidden + at;
    const V r = GRADTAPE_READ(z + gates), u = GRADTAPE_READ(z + gates + hidden), n = GRADTAPE_READ(z + gates + 2 * hidden);
    const V one = splat<V>(1), dy = GRADTAPE_READ(dh + unit);
    const V dn = dy * (one - u) * (one - n * n);
    const V du = dy * (GRADTAPE_READ(h + unit) - n) * u * (one - u);
    const V dr = dn * GRADTAPE_READ(a + gates + 2 * hidden) * r * (one - r);
    T* const input = dz.data + gates;
    T* const state = da.data + gates;
    access.write(input, dr);
    access.write(input + hidden, du);
    access.write(input + 2 * hidden, dn);
    access.write(state, dr);
    access.write(state + hidden, du);
    access.write(state + 2 * hidden, dn * r);
    access.write(dh + unit, dy * u);
  });
}

GRADTAPE_DEFINE_FAMILY(recurrent)

}  // namespace GRADTAPE_NS
