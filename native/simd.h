// Vectors for the instruction set being compiled, on the vector extensions of GCC and clang: arithmetic, comparisons (giving masks of integers) and `mask ? a : b`
// are the language's own. Only square roots, minima and masked tails know an instruction set by name.
#pragma once

#include "isa.h"
#include "sanitize.h"

#if defined(__AVX512F__) || defined(__AVX2__) || defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#define GRADTAPE_INLINE inline __attribute__((always_inline))

namespace GRADTAPE_NS {

template <class T, int W>
struct VectorOf {
  typedef T type __attribute__((vector_size(sizeof(T) * W)));
};

/** How many T fill a register. */
template <class T>
constexpr int lanes = GRADTAPE_VECTOR_BYTES / static_cast<int>(sizeof(T));

template <class T, int W = lanes<T>>
using Vec = typename VectorOf<T, W>::type;

template <class T>
struct Bare {
  using type = T;
};
template <class T>
struct Bare<T&> {
  using type = T;
};

/** The element type and the number of lanes of a vector type. */
template <class V>
using Element = typename Bare<decltype(V()[0])>::type;
template <class V>
constexpr int width = static_cast<int>(sizeof(V) / sizeof(Element<V>));

/** Sums, differences and products that wrap around where the elements are integers, whose signed overflow the language does not define. Scalars or vectors. */
template <class T>
struct Modular {
  using type = T;
};
template <>
struct Modular<int32_t> {
  using type = uint32_t;
};
template <>
struct Modular<int64_t> {
  using type = uint64_t;
};
template <class V, class = Element<V>>
Vec<typename Modular<Element<V>>::type, width<V>> modular(V, int);
template <class T>
typename Modular<T>::type modular(T, ...);
template <class V>
using ModularOf = decltype(modular(V(), 0));

template <class V>
GRADTAPE_INLINE V plus(V a, V b) {
  return (V)((ModularOf<V>)a + (ModularOf<V>)b);
}
template <class V>
GRADTAPE_INLINE V minus(V a, V b) {
  return (V)((ModularOf<V>)a - (ModularOf<V>)b);
}
template <class V>
GRADTAPE_INLINE V times(V a, V b) {
  return (V)((ModularOf<V>)a * (ModularOf<V>)b);
}
template <class V>
GRADTAPE_INLINE V negated(V a) {
  return (V)(-(ModularOf<V>)a);
}

/** From -0, since 0 + -0 would be 0; the compiler drops the addition. */
template <class V, class T>
GRADTAPE_INLINE V splat(T value) {
  return -V{} + static_cast<Element<V>>(value);
}

template <class U, class V>
GRADTAPE_INLINE Vec<U, width<V>> convert(V v) {
  return __builtin_convertvector(v, Vec<U, width<V>>);
}

template <class V, class T>
GRADTAPE_INLINE V load(const T* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof(V));
  return v;
}

template <class V, class T>
GRADTAPE_INLINE void store(T* p, V v) {
  __builtin_memcpy(p, &v, sizeof(V));
}

/** The first `count` < width lanes; the others are 0. */
template <class V, class T>
GRADTAPE_INLINE V load_part(const T* p, int64_t count) {
  GRADTAPE_READS(p, count * sizeof(T));
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  if constexpr (sizeof(V) == 64 && sizeof(T) == 4) return (V)_mm512_maskz_loadu_epi32((1u << count) - 1, p);
  if constexpr (sizeof(V) == 64 && sizeof(T) == 8) return (V)_mm512_maskz_loadu_epi64((1u << count) - 1, p);
  if constexpr (sizeof(V) == 64 && sizeof(T) == 1) return (V)_mm512_maskz_loadu_epi8((1ull << count) - 1, p);
#elif defined(__AVX2__)
  if constexpr (sizeof(V) == 32 && sizeof(T) == 4) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return (V)_mm256_maskload_epi32((const int*)p, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane));
  }
#endif
  V v{};
  __builtin_memcpy(&v, p, count * sizeof(T));
  return v;
}

template <class V, class T>
GRADTAPE_INLINE void store_part(T* p, V v, int64_t count) {
  GRADTAPE_WRITES(p, count * sizeof(T));
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  if constexpr (sizeof(V) == 64 && sizeof(T) == 4) return _mm512_mask_storeu_epi32(p, (1u << count) - 1, (__m512i)v);
  if constexpr (sizeof(V) == 64 && sizeof(T) == 8) return _mm512_mask_storeu_epi64(p, (1u << count) - 1, (__m512i)v);
#elif defined(__AVX2__)
  if constexpr (sizeof(V) == 32 && sizeof(T) == 4) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_maskstore_epi32((int*)p, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane), (__m256i)v);
  }
#endif
  __builtin_memcpy(p, &v, count * sizeof(T));
}

template <class V>
GRADTAPE_INLINE auto lane_numbers() {
  using I = decltype(V() == V());
  Element<I> n[width<V>];
  for (int i = 0; i < width<V>; i++) n[i] = static_cast<Element<I>>(i);
  return load<I>(n);
}

/** Memory access of a loop over vectors: a whole vector, or the `count` lanes left at the end. Lanes that are not there read as `fill`. */
struct Whole {
  template <class V, class T>
  GRADTAPE_INLINE V read(const T* p) const {
    return load<V>(p);
  }
  template <class V, class T>
  GRADTAPE_INLINE V read(const T* p, T) const {
    return load<V>(p);
  }
  template <class V, class T>
  GRADTAPE_INLINE void write(T* p, V v) const {
    store(p, v);
  }
};
struct Part {
  int64_t count;
  template <class V, class T>
  GRADTAPE_INLINE V read(const T* p) const {
    return load_part<V>(p, count);
  }
  template <class V, class T>
  GRADTAPE_INLINE V read(const T* p, T fill) const {
    return lane_numbers<V>() < splat<decltype(lane_numbers<V>())>(count) ? load_part<V>(p, count) : splat<V>(fill);
  }
  template <class V, class T>
  GRADTAPE_INLINE void write(T* p, V v) const {
    store_part(p, v, count);
  }
};

/** Calls f(i, access) for i = begin, begin + W, ... < end. */
template <int W, class F>
GRADTAPE_INLINE void for_vectors(int64_t begin, int64_t end, const F& f) {
  int64_t i = begin;
  for (; i + W <= end; i += W) f(i, Whole());
  if (i < end) f(i, Part{end - i});
}

/** A lane by lane function, for what has no vector form. */
template <class F, class V>
GRADTAPE_INLINE V each(V x, F f) {
  Element<V> lane[width<V>];
  __builtin_memcpy(lane, &x, sizeof(V));
  for (int i = 0; i < width<V>; i++) lane[i] = f(lane[i]);
  return load<V>(lane);
}

/** The lower and the upper half of a vector. */
template <class V>
GRADTAPE_INLINE auto half(V v, int which) {
  Vec<Element<V>, width<V> / 2> h;
  __builtin_memcpy(&h, (const char*)&v + which * sizeof(h), sizeof(h));
  return h;
}

template <class V, class H>
GRADTAPE_INLINE V join(H low, H high) {
  V v;
  __builtin_memcpy(&v, &low, sizeof(H));
  __builtin_memcpy((char*)&v + sizeof(H), &high, sizeof(H));
  return v;
}

/** Whether any lane of a mask is set. */
template <class M>
GRADTAPE_INLINE bool any(M mask) {
  if constexpr (sizeof(M) > 8) {
#if defined(__AVX512F__)
    if constexpr (sizeof(M) == 64) return _mm512_test_epi64_mask((__m512i)mask, (__m512i)mask) != 0;
#endif
    return any(half(mask, 0) | half(mask, 1));
  } else {
    int64_t bits = 0;
    __builtin_memcpy(&bits, &mask, sizeof(M));
    return bits != 0;
  }
}

constexpr double INF = __builtin_inf();

template <class V>
using Int = Vec<int32_t, width<V>>;

/** A template parameter that admits vectors of T only. */
template <class A, class B>
struct Same;
template <class A>
struct Same<A, A> {
  using type = int;
};
template <class V, class T>
using Only = typename Same<Element<V>, T>::type;

template <class V>
GRADTAPE_INLINE V absolute(V x) {
  if constexpr (sizeof(Element<V>) == 4) return (V)((Vec<int32_t, width<V>>)x & 0x7fffffff);
  else return (V)((Vec<int64_t, width<V>>)x & 0x7fffffffffffffff);
}

/** |x| with the sign of y. */
template <class V>
GRADTAPE_INLINE V copy_sign(V x, V y) {
  if constexpr (sizeof(Element<V>) == 4) {
    using I = Vec<int32_t, width<V>>;
    return (V)(((I)x & 0x7fffffff) | ((I)y & (int32_t)0x80000000));
  } else {
    using I = Vec<int64_t, width<V>>;
    return (V)(((I)x & 0x7fffffffffffffff) | ((I)y & (int64_t)0x8000000000000000));
  }
}

/** The smaller of x and limit; x where either is NaN or both are zeros. One instruction where comparing and choosing are two slow ones. */
template <class V>
GRADTAPE_INLINE V at_most(V x, V limit) {
  constexpr bool single = sizeof(Element<V>) == 4;
  if constexpr (sizeof(V) == GRADTAPE_VECTOR_BYTES) {
#if defined(__AVX512F__)
    if constexpr (single) return (V)_mm512_maskz_min_ps(-1, (__m512)limit, (__m512)x);
    else return (V)_mm512_maskz_min_pd(-1, (__m512d)limit, (__m512d)x);
#elif defined(__AVX2__)
    if constexpr (single) return (V)_mm256_min_ps((__m256)limit, (__m256)x);
    else return (V)_mm256_min_pd((__m256d)limit, (__m256d)x);
#elif defined(__SSE2__)
    if constexpr (single) return (V)_mm_min_ps((__m128)limit, (__m128)x);
    else return (V)_mm_min_pd((__m128d)limit, (__m128d)x);
#endif
  }
  return x > limit ? limit : x;
}

/** The larger of x and limit, likewise. */
template <class V>
GRADTAPE_INLINE V at_least(V x, V limit) {
  constexpr bool single = sizeof(Element<V>) == 4;
  if constexpr (sizeof(V) == GRADTAPE_VECTOR_BYTES) {
#if defined(__AVX512F__)
    if constexpr (single) return (V)_mm512_maskz_max_ps(-1, (__m512)limit, (__m512)x);
    else return (V)_mm512_maskz_max_pd(-1, (__m512d)limit, (__m512d)x);
#elif defined(__AVX2__)
    if constexpr (single) return (V)_mm256_max_ps((__m256)limit, (__m256)x);
    else return (V)_mm256_max_pd((__m256d)limit, (__m256d)x);
#elif defined(__SSE2__)
    if constexpr (single) return (V)_mm_max_ps((__m128)limit, (__m128)x);
    else return (V)_mm_max_pd((__m128d)limit, (__m128d)x);
#endif
  }
  return x < limit ? limit : x;
}

template <class V>
GRADTAPE_INLINE V square_root(V x) {
  constexpr bool single = sizeof(Element<V>) == 4;
  if constexpr (sizeof(V) > GRADTAPE_VECTOR_BYTES) {
    return join<V>(square_root(half(x, 0)), square_root(half(x, 1)));
  } else if constexpr (sizeof(V) < GRADTAPE_VECTOR_BYTES) {
    return each(x, [](auto e) { return static_cast<decltype(e)>(single ? __builtin_sqrtf((float)e) : __builtin_sqrt((double)e)); });
  } else {
#if defined(__AVX512F__)
    // The unmasked intrinsics of GCC 12 warn of an uninitialised value of their own.
    if constexpr (single) return (V)_mm512_maskz_sqrt_ps(-1, (__m512)x);
    else return (V)_mm512_maskz_sqrt_pd(-1, (__m512d)x);
#elif defined(__AVX2__)
    if constexpr (single) return (V)_mm256_sqrt_ps((__m256)x);
    else return (V)_mm256_sqrt_pd((__m256d)x);
#elif defined(__SSE2__)
    if constexpr (single) return (V)_mm_sqrt_ps((__m128)x);
    else return (V)_mm_sqrt_pd((__m128d)x);
#else
    if constexpr (single) return (V)vsqrtq_f32((float32x4_t)x);
    else return (V)vsqrtq_f64((float64x2_t)x);
#endif
  }
}

}  // namespace GRADTAPE_NS
