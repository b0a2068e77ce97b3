// Stable sorting with places, and searching in what is sorted. Values become unsigned keys in the same order, which are sorted by insertion (short rows) or digit by digit.
#include "../kernel_list.h"
#include "../runtime/threads.h"
#include "number.h"

namespace GRADTAPE_NS {

template <int size>
struct Unsigned;
template <>
struct Unsigned<1> {
  typedef uint8_t __attribute__((may_alias)) type;
};
template <>
struct Unsigned<4> {
  typedef uint32_t __attribute__((may_alias)) type;
};
template <>
struct Unsigned<8> {
  typedef uint64_t __attribute__((may_alias)) type;
};
template <class T>
using KeyOf = typename Unsigned<sizeof(T)>::type;

/** Keys compare as the values do; -0 is 0, NaN comes last. */
template <class T>
static KeyOf<T> key_of(T value) {
  using K = KeyOf<T>;
  constexpr K top = static_cast<K>(K(1) << (8 * sizeof(T) - 1));
  if constexpr (is_float<T>) {
    if (value != value) return static_cast<K>(~K(0));
    value += 0;
    K bits;
    __builtin_memcpy(&bits, &value, sizeof(T));
    return bits & top ? ~bits : bits | top;
  } else {
    return static_cast<T>(-1) < 0 ? static_cast<K>(value) ^ top : static_cast<K>(value);
  }
}

template <class K, class I>
static void insertion_sort(K* keys, I* places, int64_t n) {
  for (int64_t i = 1; i < n; i++) {
    const K key = keys[i];
    const I place = places[i];
    int64_t j = i;
    for (; j > 0 && keys[j - 1] > key; j--) {
      keys[j] = keys[j - 1];
      places[j] = places[j - 1];
    }
    keys[j] = key;
    places[j] = place;
  }
}

/** From the lowest byte to the highest, to and fro between two arrays; bytes that are all the same are passed over. True if the places end in `places2`. */
template <class K, class I>
static bool radix_sort(K* keys, K* keys2, I* places, I* places2, int64_t n) {
  constexpr int digits = sizeof(K);
  int64_t counts[digits][256] = {};
  for (int64_t i = 0; i < n; i++) {
    for (int d = 0; d < digits; d++) counts[d][keys[i] >> (8 * d) & 255]++;
  }
  bool moved = false;
  for (int d = 0; d < digits; d++) {
    int64_t* next = counts[d];
    if (next[keys[0] >> (8 * d) & 255] == n) continue;
    int64_t start = 0;
    for (int v = 0; v < 256; v++) {
      const int64_t count = next[v];
      next[v] = start;
      start += count;
    }
    for (int64_t i = 0; i < n; i++) {
      const int64_t to = next[keys[i] >> (8 * d) & 255]++;
      keys2[to] = keys[i];
      places2[to] = places[i];
    }
    K* const k = keys;
    keys = keys2;
    keys2 = k;
    I* const p = places;
    places = places2;
    places2 = p;
    moved = !moved;
  }
  return moved;
}

/** Rows up to here are sorted by insertion. */
constexpr int64_t SHORT_ROW = 64;

template <class T, class I>
static void sort_each(const T* x, T* y, I* places, uint8_t* scratch, int64_t rows, int64_t n, int64_t descending) {
  using K = KeyOf<T>;
  I* spare_places = reinterpret_cast<I*>(scratch);
  K* spare_keys = reinterpret_cast<K*>(scratch + (rows * n * int64_t{sizeof(I)} + 7) / 8 * 8);
  const int64_t grain = 8192 / (n + 1) + 1;
  parallel(rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      const T* from = x + row * n;
      T* to = y + row * n;
      // The keys lie where the values will.
      K* keys = reinterpret_cast<K*>(to);
      I *at = places + row * n, *spare = spare_places + row * n;
      for (int64_t i = 0; i < n; i++) {
        const K key = key_of(from[i]);
        keys[i] = descending ? static_cast<K>(~key) : key;
        at[i] = static_cast<I>(i);
      }
      if (n <= SHORT_ROW) insertion_sort(keys, at, n);
      else if (radix_sort(keys, spare_keys + row * n, at, spare, n)) __builtin_memcpy(at, spare, n * sizeof(I));
      for (int64_t i = 0; i < n; i++) to[i] = from[at[i]];
    }
  });
}

template <class T>
void sort(const T* x, Out<T> y, Out<void> places, Out<uint8_t> scratch, int64_t wide, int64_t rows, int64_t n, int64_t descending) {
  with_indices(places, wide, [&](auto* index) { sort_each(x, y.data, index, scratch.data, rows, n, descending); });
}

template <class T, class I>
static void search_rows(const T* a, const T* x, I* y, int64_t rows, int64_t n, int64_t m, int64_t shared, int64_t right) {
  parallel(rows * m, 1024, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const T* row = shared ? a : a + i / m * n;
      const T value = x[i];
      int64_t low = 0, high = n;
      while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        const bool stop = right ? row[middle] > value : row[middle] >= value;
        if (stop) high = middle;
        else low = middle + 1;
      }
      y[i] = static_cast<I>(low);
    }
  });
}

template <class T>
void searchsorted(const T* a, const T* x, Out<void> y, int64_t wide, int64_t rows, int64_t n, int64_t m, int64_t shared, int64_t right) {
  with_indices(y, wide, [&](auto* index) { search_rows(a, x, index, rows, n, m, shared, right); });
}

GRADTAPE_DEFINE_FAMILY(sort)

}  // namespace GRADTAPE_NS
