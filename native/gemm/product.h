// One product on one thread: c is covered with tiles, k block by k block, and every element of c sums over k in the same order wherever its tile lies.
#pragma once

#include "../runtime/workspace.h"
#include "gemv.h"
#include "pack.h"
#include "tile.h"

namespace GRADTAPE_NS {

template <class T>
struct Product {
  int64_t m, n, k;
  const T* a;
  int64_t rsa, csa;
  const T* b;
  int64_t rsb, csb;
  T* c;
  int64_t rsc;
  T alpha, beta;
};

// Block sizes: the rows of a under a tile stay in the L1 cache (kTileRows * kDepth), a packed block of b in L2 (kDepth * kWidth). A deeper block
// visits c less often, a wider one a.
template <class T>
constexpr int64_t kDepth = 1536 / sizeof(T);
template <class T>
constexpr int64_t kWidth = 2048 / sizeof(T) / kTileColumns<T> * kTileColumns<T>;

constexpr int64_t kPackRows = 8 * kTileRows;  // b is packed when this many rows use it, or when its rows are not contiguous

constexpr int64_t kPackPanels = 8;  // a is packed when more panels than that use it and its rows are not contiguous

// Rows whose addresses agree in so many low bits compete for the same lines of L1.
constexpr int64_t kAliasBytes = 2048;

template <class T>
bool is_gemv(const Product<T>& q) {
  return (q.n == 1 && (q.rsa == 1 || q.csa == 1)) || (q.m == 1 && (q.rsb == 1 || q.csb == 1));
}

template <class T>
void multiply_vector(const Product<T>& q, bool row) {
  const T* v = row ? q.a : q.b;
  const int64_t step = row ? q.csa : q.rsb;
  if (step != 1) {
    T* dense = static_cast<T*>(workspace(q.k * sizeof(T)));
    for (int64_t p = 0; p < q.k; p++) dense[p] = v[p * step];
    v = dense;
  }
  if (row) {
    gemv(q.n, q.k, q.b, q.csb, q.rsb, v, q.c, int64_t{1}, q.alpha, q.beta);
  } else {
    gemv(q.m, q.k, q.a, q.rsa, q.csa, v, q.c, q.rsc, q.alpha, q.beta);
  }
}

// Calls elements [begin, end) along k of the tile rows from row i on towards the cache: dealt out over the tiles before them, this hides the way from memory.
template <class T>
GRADTAPE_INLINE void prefetch_a(const Product<T>& q, int64_t i, int64_t begin, int64_t end) {
  constexpr int64_t line = 64 / sizeof(T);
  const int64_t stop = i + kTileRows < q.m ? i + kTileRows : q.m;
  if (q.csa == 1) {
    for (; i < stop; i++)
      for (int64_t p = begin; p < end; p += line) __builtin_prefetch(q.a + i * q.rsa + p, 0, 2);
  } else if (i < stop) {
    for (int64_t p = begin; p < end; p++) {
      __builtin_prefetch(q.a + i * q.rsa + p * q.csa, 0, 2);
      __builtin_prefetch(q.a + (stop - 1) * q.rsa + p * q.csa, 0, 2);
    }
  }
}

// Rows [0, q.m) of c times a block of b: q.k <= kDepth, q.n <= kWidth.
template <class T>
void multiply_block(const Product<T>& q) {
  constexpr int64_t W = lanes<T>;
  constexpr int64_t C = kTileColumns<T>;
  const int64_t panels = (q.n + C - 1) / C;
  const int64_t tall = (q.m + kTileRows - 1) / kTileRows;
  const int64_t ragged = q.n - (panels - 1) * C;  // columns of the last panel

  // Tiles read whole vectors of b: where it is not packed, a last panel that has none is.
  const bool packs_b = q.csb != 1 || q.m >= kPackRows;
  const bool packs_last = packs_b || ragged % W != 0;
  const bool packs_a = q.csa == 1 ? panels > 1 && (q.rsa * static_cast<int64_t>(sizeof(T))) % kAliasBytes == 0 : panels > kPackPanels;
  const int64_t first = packs_b ? 0 : packs_last ? panels - 1 : panels;  // first packed panel
  T* packed_a = nullptr;
  T* packed_b = nullptr;
  if (packs_last || packs_a) {
    packed_a = static_cast<T*>(workspace((kTileRows * kDepth<T> + W + kDepth<T> * kWidth<T>)*sizeof(T)));
    packed_b = packed_a + kTileRows * kDepth<T> + W;
    pack_b(q.k, q.n - first * C, q.b + first * C * q.csb, q.rsb, q.csb, packed_b);
  }

  Tile<T> t{q.k, nullptr, 0, 0, nullptr, 0, nullptr, q.rsc, q.alpha, q.beta, 0};
  for (int64_t r = 0; r < tall; r++) {
    const int64_t i = q.m * r / tall, rows = q.m * (r + 1) / tall - i;  // heights as equal as can be
    t.a = q.a + i * q.rsa, t.rsa = q.rsa, t.csa = q.csa;
    if (packs_a) {
      pack_a(rows, q.k, t.a, t.rsa, t.csa, packed_a);
      t.a = packed_a;
      t.rsa = q.csa == 1 ? q.k : 1, t.csa = q.csa == 1 ? 1 : rows;
    }
    for (int64_t panel = 0; panel < panels; panel++) {
      const int64_t columns = panel < panels - 1 ? C : ragged;
      const int64_t vectors = (columns + W - 1) / W;
      const bool packed = panel >= first;
      if (q.k > kFarDepth) prefetch_a(q, i + rows, q.k * panel / panels, q.k * (panel + 1) / panels);
      t.b = packed ? packed_b + (panel - first) * C * q.k : q.b + panel * C;
      t.rsb = packed ? vectors * W : q.rsb;
      t.c = q.c + i * q.rsc + panel * C;
      t.last = columns - (vectors - 1) * W;
      kTiles<T>.at[rows - 1][vectors - 1](t);
    }
  }
}

template <class T>
void multiply(const Product<T>& q) {
  const int64_t blocks = q.k <= kDepth<T> ? 1 : (q.k + kDepth<T> - 1) / kDepth<T>;
  for (int64_t j = 0; j < q.n; j += kWidth<T>) {
    for (int64_t d = 0; d < blocks; d++) {
      Product<T> part = q;
      const int64_t p = q.k * d / blocks;
      part.k = q.k * (d + 1) / blocks - p;
      part.n = q.n - j < kWidth<T> ? q.n - j : kWidth<T>;
      part.a += p * q.csa;
      part.b += p * q.rsb + j * q.csb;
      part.c += j;
      if (d > 0) part.beta = 1;
      multiply_block(part);
    }
  }
}

}  // namespace GRADTAPE_NS
