// gemm_f32, gemm_f64, gemm_i64: c = alpha * a b + beta * c, batched and strided. Batches and ranges of c are dealt out to the threads, never k, so that the thread
// count cannot change a result.
#include "../runtime/threads.h"
#include "product.h"
#include "small.h"

namespace GRADTAPE_NS {

// For the kernels that call it inside a task of theirs.
template void multiply<float>(const Product<float>&);
template void multiply<double>(const Product<double>&);

namespace {

constexpr int64_t kTaskWork = 1 << 17;  // multiply-adds worth the trip to another thread: some microseconds

int64_t least(int64_t x, int64_t y) { return x < y ? x : y; }
int64_t ceil_div(int64_t x, int64_t y) { return (x + y - 1) / y; }

// Cuts c into `columns` by `rows` parts for the threads: columns first, since threads that share columns each pack the same b.
struct Split {
  int64_t columns = 1, rows = 1;

  Split(int64_t m, int64_t n, int64_t k, int64_t nb, int64_t tile_columns) {
    const int64_t wanted = least(ceil_div(get_threads(), nb), m * n * k / kTaskWork);
    if (wanted <= 1) return;
    columns = least(wanted, ceil_div(n, 2 * tile_columns));
    rows = least(ceil_div(wanted, columns), ceil_div(m, kTileRows));
  }
};

template <class T>
void gemm(Product<T> q, int64_t nb, int64_t sa, int64_t sb, int64_t sc) {
  if (sb == 0 && sa == q.m * q.rsa && sc == q.m * q.rsc) q.m *= nb, nb = 1;  // batches that are the rows of one product
  if (q.m == 0 || q.n == 0 || nb == 0) return;
  if (q.k == 0) q.alpha = 0;
  const bool vector = is_gemv(q);
  const bool small = sizeof(T) == sizeof(float) && !vector && is_small(q.m, q.n, q.k);
  const Split split(q.m, q.n, q.k, nb, kTileColumns<T>);
  const int64_t parts = split.columns * split.rows;
  const int64_t work = q.m * q.n * q.k / parts;
  const int64_t unit = kTileColumns<T>;
  const int64_t panels = ceil_div(q.n, unit);
  parallel(nb * parts, 1 + kTaskWork / (work + 1), [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; task++) {
      const int64_t batch = task / parts, part = task % parts;
      const int64_t column = part % split.columns, row = part / split.columns;
      const int64_t j = panels * column / split.columns * unit, i = q.m * row / split.rows;
      Product<T> piece = q;
      piece.n = least(panels * (column + 1) / split.columns * unit, q.n) - j;
      piece.m = q.m * (row + 1) / split.rows - i;
      piece.a += batch * sa + i * q.rsa;
      piece.b += batch * sb + j * q.csb;
      piece.c += batch * sc + i * q.rsc + j;
      if constexpr (sizeof(T) == sizeof(float)) {
        if (small) {
          multiply_small(piece);
          continue;
        }
      }
      if (vector) {
        multiply_vector(piece, q.m == 1);
      } else {
        multiply(piece);
      }
    }
  });
}

// Rows of c as sums of rows of b; unsigned, for the arithmetic wraps around.
void gemm_rows(const Product<uint64_t>& q) {
  for (int64_t i = 0; i < q.m; i++) {
    uint64_t* c = q.c + i * q.rsc;
    for (int64_t j = 0; j < q.n; j++) c[j] = q.beta == 0 ? 0 : q.beta * c[j];
    for (int64_t p = 0; p < q.k; p++) {
      const uint64_t x = q.alpha * q.a[i * q.rsa + p * q.csa];
      const uint64_t* b = q.b + p * q.rsb;
      if (q.csb == 1) {
        for (int64_t j = 0; j < q.n; j++) c[j] += x * b[j];
      } else {
        for (int64_t j = 0; j < q.n; j++) c[j] += x * b[j * q.csb];
      }
    }
  }
}

}  // namespace

void gemm_f32(const float* a, const float* b, InOut<float> c, int64_t m, int64_t n, int64_t k, int64_t rsa, int64_t csa, int64_t rsb, int64_t csb, int64_t rsc, int64_t nb,
              int64_t sa, int64_t sb, int64_t sc, double alpha, double beta) {
  gemm<float>({m, n, k, a, rsa, csa, b, rsb, csb, c, rsc, static_cast<float>(alpha), static_cast<float>(beta)}, nb, sa, sb, sc);
}

void gemm_f64(const double* a, const double* b, InOut<double> c, int64_t m, int64_t n, int64_t k, int64_t rsa, int64_t csa, int64_t rsb, int64_t csb, int64_t rsc, int64_t nb,
              int64_t sa, int64_t sb, int64_t sc, double alpha, double beta) {
  gemm<double>({m, n, k, a, rsa, csa, b, rsb, csb, c, rsc, alpha, beta}, nb, sa, sb, sc);
}

void gemm_i64(const int64_t* a, const int64_t* b, InOut<int64_t> c, int64_t m, int64_t n, int64_t k, int64_t rsa, int64_t csa, int64_t rsb, int64_t csb, int64_t rsc, int64_t nb,
              int64_t sa, int64_t sb, int64_t sc, double alpha, double beta) {
  using U = uint64_t;
  const Product<U> q{m, n, k, reinterpret_cast<const U*>(a), rsa, csa, reinterpret_cast<const U*>(b), rsb, csb, reinterpret_cast<U*>(c.data), rsc,
                     static_cast<U>(static_cast<int64_t>(alpha)), static_cast<U>(static_cast<int64_t>(beta))};
  const int64_t grain = 1 + kTaskWork / (n * k + 1);
  parallel(nb * m, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      const int64_t batch = row / m, i = row % m;
      Product<U> one = q;
      one.m = 1;
      one.a += batch * sa + i * rsa, one.b += batch * sb, one.c += batch * sc + i * rsc;
      gemm_rows(one);
    }
  });
}

}  // namespace GRADTAPE_NS
