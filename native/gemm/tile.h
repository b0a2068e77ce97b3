// The micro-kernel: one tile of c, held in registers while k passes by, and the table of its sizes.
#pragma once

#include "../simd.h"

namespace GRADTAPE_NS {

// The largest tile, in rows and vectors: its sums, one row of b and one element of a must fit the vector registers, 32 on AVX-512 and NEON, 16 on AVX2 and on
// SSE2, which has no fused multiply-add and needs one more for the product.
#if defined(GRADTAPE_ISA_avx512)
constexpr int kTileRows = 14, kTileVectors = 2;
#elif defined(GRADTAPE_ISA_avx2)
constexpr int kTileRows = 6, kTileVectors = 2;
#elif defined(GRADTAPE_ISA_neon)
constexpr int kTileRows = 8, kTileVectors = 3;
#else
constexpr int kTileRows = 6, kTileVectors = 2;
#endif

template <class T>
constexpr int64_t kTileColumns = kTileVectors * lanes<T>;

// In products deeper than this, a comes from afar and a tile takes long enough to fetch it meanwhile; in shallower ones that would only cost some per cent.
constexpr int64_t kFarDepth = 160;

// c = alpha * a b + beta * c. Element (i, p) of a is at i*rsa + p*csa: elements of a are broadcast, so any strides do, as long as they stay in the cache. Row p of b
// is at p*rsb and whole vectors of it are read, whatever number of columns the tile has.
template <class T>
struct Tile {
  int64_t k;
  const T* a;
  int64_t rsa, csa;
  const T* b;
  int64_t rsb;
  T* c;
  int64_t rsc;
  T alpha, beta;
  int64_t last;  // columns of c in the last vector
};

// A tile of c that is not simply the sums: scaled, added to what is there, or with a ragged last vector. Its rows come from memory, so that this is a loop.
template <class T, int Vectors>
void finish(const Tile<T>& t, const Vec<T> (*sum)[Vectors], int rows) {
  using V = Vec<T>;
  T* c = t.c;
  for (int i = 0; i < rows; i++, c += t.rsc) {
#pragma GCC unroll 16
    for (int v = 0; v < Vectors; v++) {
      T* at = c + v * lanes<T>;
      const bool whole = v < Vectors - 1 || t.last == lanes<T>;
      V y = sum[i][v] * t.alpha;
      if (t.beta != 0) y += t.beta * (whole ? load<V>(at) : load_part<V>(at, t.last));  // beta = 0: c may be uninitialised
      if (whole) {
        store(at, y);
      } else {
        store_part(at, y, t.last);
      }
    }
  }
}

template <class T, int Rows, int Vectors>
void tile(const Tile<T>& t) {
  using V = Vec<T>;
  V sum[Rows][Vectors] = {};
  const T* a = t.a;
  const T* b = t.b;
  const int64_t rsa = t.rsa, csa = t.csa, rsb = t.rsb;
  // A new result is seldom in the cache: while the sums are made there is time to fetch it.
#pragma GCC unroll 16
  for (int i = 0; i < Rows; i++) {
#pragma GCC unroll 16
    for (int v = 0; v < Vectors; v++) __builtin_prefetch(t.c + i * t.rsc + v * lanes<T>, 1);
  }
  for (int64_t p = t.k; p > 0; p--) {
    V row[Vectors];
#pragma GCC unroll 16
    for (int v = 0; v < Vectors; v++) row[v] = load<V>(b + v * lanes<T>);
#pragma GCC unroll 16
    for (int i = 0; i < Rows; i++) {
#pragma GCC unroll 16
      for (int v = 0; v < Vectors; v++) sum[i][v] += a[i * rsa] * row[v];
    }
    a += csa;
    b += rsb;
  }
  const bool plain = t.alpha == 1 && t.beta == 0 && t.last == lanes<T>;
  V kept[Rows][Vectors];
  T* to = plain ? t.c : reinterpret_cast<T*>(kept);
  const int64_t step = plain ? t.rsc : Vectors * lanes<T>;
#pragma GCC unroll 16
  for (int i = 0; i < Rows; i++) {
#pragma GCC unroll 16
    for (int v = 0; v < Vectors; v++) store(to + i * step + v * lanes<T>, sum[i][v]);
  }
  if (!plain) finish(t, kept, Rows);
}

template <class T>
using TileFn = void (*)(const Tile<T>&);

// Every tile size, by rows - 1 and vectors - 1: a product's edges get tiles of their own size and waste nothing.
template <class T>
struct TileTable {
  TileFn<T> at[kTileRows][kTileVectors] = {};

  constexpr TileTable() { fill<kTileRows, kTileVectors>(); }

 private:
  template <int Rows, int Vectors>
  constexpr void fill() {
    at[Rows - 1][Vectors - 1] = tile<T, Rows, Vectors>;
    if constexpr (Vectors > 1) {
      fill<Rows, Vectors - 1>();
    } else if constexpr (Rows > 1) {
      fill<Rows - 1, kTileVectors>();
    }
  }
};

template <class T>
constexpr TileTable<T> kTiles{};

}  // namespace GRADTAPE_NS
