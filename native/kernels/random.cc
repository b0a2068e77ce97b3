// Random numbers from the Mersenne Twister mt19937 (Matsumoto and Nishimura 1998), in the draws of PyTorch's CPU generator. `state` is the 624 untempered words of a
// block and, last, how many of them have been handed out.
#include "../kernel_list.h"
#include "../runtime/threads.h"
#include "../simd.h"
#include "number.h"

namespace GRADTAPE_NS {

constexpr int64_t WORDS = 624, AHEAD = 397;

/** Words that are drawn at a time, and blocks of 16 normals that a thread takes at a time. */
constexpr int64_t CHUNK = 1024, NORMALS = 512;

GRADTAPE_INLINE uint32_t twisted(uint32_t u, uint32_t v) { return ((u & 0x80000000u) | (v & 0x7fffffffu)) >> 1 ^ (-(v & 1) & 0x9908b0dfu); }

static void refill(uint32_t* words) {
  int64_t k = 0;
  for (; k < WORDS - AHEAD; k++) words[k] = words[k + AHEAD] ^ twisted(words[k], words[k + 1]);
  for (; k < WORDS - 1; k++) words[k] = words[k + AHEAD - WORDS] ^ twisted(words[k], words[k + 1]);
  words[k] = words[k + AHEAD - WORDS] ^ twisted(words[k], words[0]);
}

GRADTAPE_INLINE uint32_t tempered(uint32_t word) {
  word ^= word >> 11;
  word ^= word << 7 & 0x9d2c5680u;
  word ^= word << 15 & 0xefc60000u;
  return word ^ word >> 18;
}

/** The next `count` words. */
static void take(int32_t* state, uint32_t* into, int64_t count) {
  uint32_t* const words = reinterpret_cast<uint32_t*>(state);
  while (count > 0) {
    if (state[WORDS] == WORDS) refill(words), state[WORDS] = 0;
    const uint32_t* const from = words + state[WORDS];
    const int64_t left = WORDS - state[WORDS], m = count < left ? count : left;
    for (int64_t i = 0; i < m; i++) into[i] = tempered(from[i]);
    state[WORDS] += static_cast<int32_t>(m), into += m, count -= m;
  }
}

/** y = f(words of an element) for n elements, each of which takes `each` words. */
template <int each, class T, class F>
GRADTAPE_INLINE void draw(int32_t* state, T* y, int64_t n, const F& f) {
  uint32_t words[CHUNK];
  constexpr int64_t step = CHUNK / each;
  for (int64_t i = 0; i < n; i += step) {
    const int64_t m = n - i < step ? n - i : step;
    take(state, words, m * each);
    for (int64_t j = 0; j < m; j++) y[i + j] = f(words + j * each);
  }
}

/** The low 53 of 64 random bits, the high half of which is drawn first. */
GRADTAPE_INLINE int64_t bits53(const uint32_t* w) { return static_cast<int64_t>(w[0] & 0x1fffff) << 32 | w[1]; }

template <class T>
void uniform(InOut<int32_t> state, Out<T> y, int64_t n, double scale, double from) {
  // The product of 24 bits and a float32 is exact in float64, so that this rounds once.
  if constexpr (sizeof(T) == 4)
    draw<1>(state.data, y.data, n, [=](const uint32_t* w) { return static_cast<float>(static_cast<int32_t>(w[0] & 0xffffff) * scale + from); });
  else if (from == 0) draw<2>(state.data, y.data, n, [=](const uint32_t* w) { return static_cast<double>(bits53(w)) * scale; });
  else draw<2>(state.data, y.data, n, [=](const uint32_t* w) { return __builtin_fma(static_cast<double>(bits53(w)), scale, from); });
}

template <class T>
void bernoulli(InOut<int32_t> state, Out<T> y, int64_t n, double p, double value) {
  const int64_t limit = static_cast<int64_t>(__builtin_ceil(p * 0x1p53));
  const T kept = wrapped<T>(value);
  draw<2>(state.data, y.data, n, [=](const uint32_t* w) { return bits53(w) < limit ? kept : T(0); });
}

// Normals. PyTorch's float32 kernel takes its logarithm, sine and cosine from Cephes, compiled to fused multiply-adds; these round where that rounds.

GRADTAPE_INLINE float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

/** log x of a normal number. */
GRADTAPE_INLINE float cephes_log(float x) {
  int32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  const int32_t mantissa = (bits & 0x7fffff) | 0x3f000000;
  float m;
  __builtin_memcpy(&m, &mantissa, sizeof m);
  const bool low = m < 0.707106781186547524f;
  const float e = static_cast<float>((bits >> 23) - (low ? 127 : 126));
  m = low ? m - 1 + m : m - 1;
  const float z = m * m;
  float y = fused(7.0376836292e-2f, m, -1.1514610310e-1f);
  y = fused(fused(y, m, 1.1676998740e-1f), m, -1.2420140846e-1f);
  y = fused(fused(y, m, 1.4249322787e-1f), m, -1.6668057665e-1f);
  y = fused(fused(y, m, 2.0000714765e-1f), m, -2.4999993993e-1f);
  y = fused(y, m, 3.3333331174e-1f);
  y = fused(y * m, z, e * -2.12194440e-4f);
  return fused(e, 0.693359375f, m + fused(-0.5f, z, y));
}

/** sin x and cos x for x >= 0. */
GRADTAPE_INLINE void cephes_sincos(float x, float& sine, float& cosine) {
  const int32_t octant = (static_cast<int32_t>(x * 1.27323954473516f) + 1) & ~1;
  const float q = static_cast<float>(octant);
  x = fused(q, -3.77489497744594108e-8f, fused(q, -2.4187564849853515625e-4f, fused(q, -0.78515625f, x)));
  const float z = x * x;
  const float even = fused(fused(fused(2.443315711809948e-5f, z, -1.388731625493765e-3f), z, 4.166664568298827e-2f) * z, z, -0.5f * z) + 1;
  const float odd = fused(fused(fused(-1.9515295891e-4f, z, 8.3321608736e-3f), z, -1.6666654611e-1f) * z, x, x);
  const float s = octant & 2 ? even : odd, c = octant & 2 ? odd : even;
  sine = octant & 4 ? -s : s;
  cosine = (octant - 2) & 4 ? c : -c;
}

/** Of each 16, j and j + 8 are a pair. */
void box_muller(InOut<float> y, int64_t n, double mean, double std) {
  const float m = static_cast<float>(mean), s = static_cast<float>(std);
  parallel(n / 16, NORMALS, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      float* const u = y + 16 * i;
      for (int j = 0; j < 8; j++) {
        const float radius = __builtin_sqrtf(-2 * cephes_log(1 - u[j]));
        float sine, cosine;
        cephes_sincos(6.28318530717958647693f * u[j + 8], sine, cosine);
        u[j] = fused(radius * cosine, s, m);
        u[j + 8] = fused(radius * sine, s, m);
      }
    }
  });
}

GRADTAPE_DEFINE_FAMILY(random)

}  // namespace GRADTAPE_NS
