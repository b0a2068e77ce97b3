// One pool for the process. A job is published by opening `gate` with as many slots as helpers are wanted; an awake worker takes a slot, draws chunks from
// a counter until there are none, and leaves. The caller draws chunks too, closes the gate and waits only for those who are inside: a worker
// that is slow to wake up delays nobody. Idle workers spin for some microseconds, then sleep.
#include "threads.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace gradtape {
namespace {

constexpr int kMaxThreads = 256;
constexpr auto kSpin = std::chrono::microseconds(500);  // about what waking a sleeper costs
constexpr size_t kStackBytes = size_t{1} << 20;

// gate = slots still free + kInside * workers inside; a closed gate has no free slots.
constexpr uint32_t kSlots = 0xffff;
constexpr uint32_t kInside = kSlots + 1;

thread_local bool in_chunk = false;

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

// Polls until done() or for about kSpin; tells whether done.
template <class Done>
bool spin_until(Done done) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 32; i++) {
      if (done()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return done();
}

int available_cpus() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return static_cast<int>(std::thread::hardware_concurrency());
}

int clamp_threads(int64_t n) { return n < 1 ? 1 : n > kMaxThreads ? kMaxThreads : static_cast<int>(n); }

int default_threads() {
  const char* text = getenv("GRADTAPE_THREADS");
  const long asked = text ? strtol(text, nullptr, 10) : 0;
  return clamp_threads(asked > 0 ? asked : available_cpus());
}

// Keeps this library mapped although its last Node environment may end: the workers still run its code.
void pin_library() {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&pin_library), &info) && info.dli_fname) dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

class Pool {
 public:
  std::atomic<int> threads{default_threads()};

  // False: another thread has the pool.
  bool run(int64_t n, int64_t grain, int64_t chunks, RangeFn fn, void* ctx) {
    if (busy_.exchange(true, std::memory_order_acquire)) return false;
    const int wanted = clamp_threads(chunks < threads ? chunks : int64_t{threads}) - 1;
    const int helpers = start_workers(wanted);
    n_ = n, grain_ = grain, fn_ = fn, ctx_ = ctx;
    next_.store(0, std::memory_order_relaxed);
    gate_.store(static_cast<uint32_t>(helpers), std::memory_order_release);
    epoch_.fetch_add(1);
    if (sleepers_.load() > 0) wake(helpers);
    draw_chunks();
    gate_.fetch_and(~kSlots, std::memory_order_relaxed);
    const auto empty = [this] { return gate_.load(std::memory_order_acquire) == 0; };
    while (!spin_until(empty)) sched_yield();
    busy_.store(false, std::memory_order_release);
    return true;
  }

 private:
  std::atomic<bool> busy_{false};
  int started_ = 0;
  int64_t n_, grain_;  // the job: written while nobody is inside the gate
  RangeFn fn_;
  void* ctx_;
  alignas(64) std::atomic<int64_t> next_{0};
  alignas(64) std::atomic<uint32_t> gate_{0};
  alignas(64) std::atomic<uint32_t> epoch_{0};
  std::atomic<int> sleepers_{0};
  std::mutex mutex_;
  std::condition_variable job_;

  void draw_chunks() {
    in_chunk = true;
    for (;;) {
      const int64_t begin = next_.fetch_add(1, std::memory_order_relaxed) * grain_;
      if (begin >= n_) break;
      fn_(ctx_, begin, n_ - begin < grain_ ? n_ : begin + grain_);
    }
    in_chunk = false;
  }

  // As many workers as wanted, or as the system gives. They are detached and the pool is never destroyed: at exit they simply end with the process.
  int start_workers(int wanted) {
    if (started_ >= wanted) return wanted;
    pin_library();
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // inherited: signals stay with Node's own threads
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    const auto entry = [](void* pool) -> void* { static_cast<Pool*>(pool)->work(); };
    pthread_t thread;
    while (started_ < wanted && pthread_create(&thread, &attributes, entry, this) == 0) started_++;
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return started_;
  }

  // The caller raised epoch_ before reading sleepers_, a worker raises sleepers_ before reading epoch_: one of them sees the other.
  void wake(int helpers) {
    { std::lock_guard<std::mutex> sleepers_wait(mutex_); }
    if (helpers < started_) {
      for (int i = 0; i < helpers; i++) job_.notify_one();
    } else {
      job_.notify_all();
    }
  }

  [[noreturn]] void work() {
    uint32_t seen = 0;
    for (;;) {
      const auto news = [&] { return epoch_.load() != seen; };
      if (!spin_until(news)) {
        std::unique_lock<std::mutex> lock(mutex_);
        sleepers_.fetch_add(1);
        job_.wait(lock, news);
        sleepers_.fetch_sub(1);
      }
      seen = epoch_.load();
      if (enter()) {
        draw_chunks();
        gate_.fetch_sub(kInside, std::memory_order_release);
      }
    }
  }

  bool enter() {
    uint32_t gate = gate_.load(std::memory_order_relaxed);
    while (gate & kSlots) {
      if (gate_.compare_exchange_weak(gate, gate - 1 + kInside, std::memory_order_acquire, std::memory_order_relaxed)) return true;
    }
    return false;
  }
};

Pool& pool() {
  static Pool* const only = new Pool;
  return *only;
}

}  // namespace

void parallel_for(int64_t n, int64_t grain, RangeFn fn, void* ctx) {
  if (n <= 0) return;
  if (grain < 1) grain = 1;
  const int64_t chunks = (n - 1) / grain + 1;
  if (chunks > 1 && !in_chunk && pool().threads > 1 && pool().run(n, grain, chunks, fn, ctx)) return;
  for (int64_t begin = 0; begin < n; begin += grain) fn(ctx, begin, n - begin < grain ? n : begin + grain);
}

void set_threads(int n) { pool().threads = clamp_threads(n); }

int get_threads() { return pool().threads; }

}  // namespace gradtape
