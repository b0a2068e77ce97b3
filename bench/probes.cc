// What this machine can do at most: fused multiply-adds a second of one core, and bytes a second that memory gives. Prints JSON. Compiled on the spot, for this machine alone.
// Arguments: threads.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>
#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

#if defined(__AVX512F__)
constexpr int kBytes = 64;
#elif defined(__AVX__)
constexpr int kBytes = 32;
#else
constexpr int kBytes = 16;
#endif

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Twelve independent chains: more than latency times units of any core, fewer than its registers. The best of many short runs, which a passing disturbance cannot spoil.
template <class T>
double fma_rate() {
  typedef T Vec __attribute__((vector_size(kBytes)));
  constexpr int kChains = 12, kLanes = kBytes / sizeof(T), kSteps = 100'000;
  volatile T seed = T(0.999);
  double best = 0;
  T sink = 0;
  for (int run = 0; run < 200; run++) {
    Vec chain[kChains], factor = Vec{} + seed, addend = Vec{} + T(1e-3);
    for (int c = 0; c < kChains; c++) chain[c] = factor + T(c);  // all different: equal chains would be computed once
    const double start = seconds();
    for (int i = 0; i < kSteps; i++) {
#pragma GCC unroll 12
      for (int c = 0; c < kChains; c++) chain[c] = chain[c] * factor + addend;
    }
    const double rate = 2.0 * kChains * kLanes * kSteps / (seconds() - start);
    for (const Vec& v : chain) sink += v[0];
    best = std::max(best, rate);
  }
  volatile T kept = sink;
  (void)kept;
  return best;
}

constexpr long kCount = 1 << 24;  // floats an array: 64 MB, as the largest workloads have

template <bool Streaming>
void triad(float* a, const float* b, const float* c, long from, long to) {
#if defined(__AVX512F__)
  if constexpr (Streaming) {
    for (long i = from; i < to; i += 16) _mm512_stream_ps(a + i, _mm512_loadu_ps(b + i) + 3.0f * _mm512_loadu_ps(c + i));
    return;
  }
#elif defined(__AVX__)
  if constexpr (Streaming) {
    for (long i = from; i < to; i += 8) _mm256_stream_ps(a + i, _mm256_loadu_ps(b + i) + 3.0f * _mm256_loadu_ps(c + i));
    return;
  }
#endif
#pragma GCC ivdep
  for (long i = from; i < to; i++) a[i] = b[i] + 3.0f * c[i];
}

float read_all(const float* a, long from, long to) {
  typedef float Vec __attribute__((vector_size(kBytes)));
  constexpr long kLanes = kBytes / sizeof(float);
  Vec sum[8] = {};
  for (long i = from; i < to; i += 8 * kLanes)
    for (int k = 0; k < 8; k++) sum[k] += *reinterpret_cast<const Vec*>(a + i + k * kLanes);
  float all = 0;
  for (const Vec& v : sum) all += v[0];
  return all;
}

// Bytes a second of the best pass. A pass is split among the threads, which are made anew: the microseconds do not count beside 200 MB.
template <class F>
double bandwidth(int threads, double bytes, F pass) {
  double best = 0;
  for (int run = 0; run < 12; run++) {
    const double start = seconds();
    std::vector<std::thread> others;
    const long part = kCount / threads / 1024 * 1024;
    for (int t = 1; t < threads; t++) others.emplace_back([=] { pass(t * part, t == threads - 1 ? kCount : (t + 1) * part); });
    pass(0, threads == 1 ? kCount : part);
    for (std::thread& other : others) other.join();
    best = std::max(best, bytes / (seconds() - start));
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const int all = argc > 1 ? std::atoi(argv[1]) : 1;
  float* arrays[3];
  for (float*& array : arrays) {
    array = static_cast<float*>(std::aligned_alloc(1 << 21, kCount * sizeof(float)));
#if defined(__linux__)
    madvise(array, kCount * sizeof(float), MADV_HUGEPAGE);  // memory is what is measured here, not the walk through its page tables
#endif
    std::fill(array, array + kCount, 1.0f);
  }
  auto [a, b, c] = arrays;
  volatile float sink = 0;
  auto triad_rate = [&, a = a, b = b, c = c](int threads) {
    return std::max(bandwidth(threads, 12.0 * kCount, [=](long from, long to) { triad<true>(a, b, c, from, to); }),
                    bandwidth(threads, 12.0 * kCount, [=](long from, long to) { triad<false>(a, b, c, from, to); }));
  };
  auto read_rate = [&, a = a](int threads) {
    return bandwidth(threads, 4.0 * kCount, [=, &sink](long from, long to) { sink = read_all(a, from, to); });
  };
  std::printf("{\"float32\":%.4g,\"float64\":%.4g,\"triad\":%.4g,\"read\":%.4g,\"triad1\":%.4g,\"read1\":%.4g}\n", fma_rate<float>(), fma_rate<double>(),
              triad_rate(all), read_rate(all), triad_rate(1), read_rate(1));
  return 0;
}
