// Convolution as matrix products with blocks of the patch matrix, which never exists as a whole; groups of one channel and few filters (depthwise) are computed directly. Images, groups and
// parts of the result are dealt out to the threads; no sum is split, so that the thread count cannot change a result.
#include "../gemm/product.h"
#include "../kernel_list.h"
#include "../runtime/threads.h"
#include "depthwise.h"

namespace GRADTAPE_NS {

// gemm.cc has them.
extern template void multiply<float>(const Product<float>&);
extern template void multiply<double>(const Product<double>&);

namespace {

// Rows and positions of a block of patches: with the product's own copy of it, it stays in L2.
template <class T>
constexpr int64_t kRows = kDepth<T> / 2;
template <class T>
constexpr int64_t kPositions = kWidth<T> / 2;

constexpr int64_t kTaskWork = 1 << 17;  // multiply-adds worth the trip to another thread

int64_t least(int64_t x, int64_t y) { return x < y ? x : y; }
int64_t parts_of(int64_t size, int64_t part) { return (size + part - 1) / part; }

template <class T>
T* block_memory() {
  return static_cast<T*>(workspace(kRows<T> * kPositions<T> * sizeof(T), 1));
}

/** Calls f(task) for every task, `work` multiply-adds in all. */
template <class F>
void deal(int64_t tasks, int64_t work, const F& f) {
  if (tasks == 0) return;
  parallel(tasks, 1 + kTaskWork / (work / tasks + 1), [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; task++) f(task);
  });
}

int64_t work_of(const Geometry& g) { return g.n * g.groups * g.o * g.depth() * g.positions(); }

/** Into how many parts `tasks` tasks are cut so that there are `wanted`, at most `most` parts. */
int64_t cut(int64_t tasks, int64_t wanted, int64_t most) { return tasks == 0 || tasks >= wanted ? 1 : least(parts_of(wanted, tasks), most); }

/** Whether the filters of a group are too few to pay for the patches. */
bool is_direct(const Geometry& g) { return g.c == 1 && g.o < 4; }

template <class T>
void zero(T* y, int64_t n) {
  __builtin_memset(y, 0, n * sizeof(T));
}

/** A block of the patch matrix, (rows, n), its rows `step` apart. */
template <class T>
struct Patches {
  const T* data;
  int64_t step;
};

/** Of a kernel of one tap the image itself is the patch matrix. */
bool is_plain(const Geometry& g) { return g.taps() == 1 && g.sh == 1 && g.sw == 1 && g.ph == 0 && g.pw == 0 && g.positions() == g.h * g.w; }

template <class T>
Patches<T> patches(const Geometry& g, const T* x, int64_t r, int64_t rows, int64_t p, int64_t n) {
  if (is_plain(g)) return {x + r * g.positions() + p, g.positions()};
  T* const block = block_memory<T>();
  gather_patches(g, x, block, r, rows, p, n);
  return {block, n};
}

// The three products of an image and a group ------------------------------------------------------------------------------------------------------------

/** Positions [p, p + n) of y, which hold the bias: y += k x. */
template <class T>
void forward(const Geometry& g, const T* x, const T* k, T* y, int64_t p, int64_t n) {
  const int64_t depth = g.depth(), size = g.positions();
  for (int64_t r = 0; r < depth; r += kRows<T>) {
    const int64_t rows = least(kRows<T>, depth - r);
    const Patches<T> b = patches(g, x, r, rows, p, n);
    multiply<T>({g.o, n, rows, k + r, depth, 1, b.data, b.step, 1, y + p, size, T(1), T(1)});
  }
}

/** Channels [c, c + count) of x, which hold zeros: x += k^T y, put back where the patches came from. */
template <class T>
void input(const Geometry& g, const T* y, const T* k, T* x, int64_t c, int64_t count) {
  T* const block = block_memory<T>();
  const int64_t depth = g.depth(), size = g.positions(), end = (c + count) * g.taps();
  for (int64_t r = c * g.taps(); r < end; r += kRows<T>) {
    const int64_t rows = least(kRows<T>, end - r);
    for (int64_t p = 0; p < size; p += kPositions<T>) {
      const int64_t n = least(kPositions<T>, size - p);
      if (is_plain(g)) {
        multiply<T>({rows, n, g.o, k + r, 1, depth, y + p, size, 1, x + r * size + p, size, T(1), T(0)});
        continue;
      }
      multiply<T>({rows, n, g.o, k + r, 1, depth, y + p, size, 1, block, n, T(1), T(0)});
      scatter_patches(g, x, block, r, rows, p, n);
    }
  }
}

/** Filters [o, o + count) and rows [r, r + rows) of their patches, over all images: k = y x^T. */
template <class T>
void weight(const Geometry& g, const T* y, const T* x, T* k, int64_t o, int64_t count, int64_t r, int64_t rows) {
  const int64_t depth = g.depth(), size = g.positions();
  for (int64_t image = 0; image < g.n; image++, x += g.groups * g.c * g.h * g.w, y += g.groups * g.o * size) {
    for (int64_t p = 0; p < size; p += kPositions<T>) {
      const int64_t n = least(kPositions<T>, size - p);
      const Patches<T> b = patches(g, x, r, rows, p, n);
      multiply<T>({count, rows, n, y + o * size + p, size, 1, b.data, 1, b.step, k + o * depth + r, depth, T(1), image == 0 && p == 0 ? T(0) : T(1)});
    }
  }
}

}  // namespace

#define GRADTAPE_GEOMETRY                                                                                                                                    \
  int64_t n, int64_t groups, int64_t c, int64_t h, int64_t w, int64_t o, int64_t oh, int64_t ow, int64_t kh, int64_t kw, int64_t sh, int64_t sw, int64_t ph, \
      int64_t pw, int64_t dh, int64_t dw
#define GRADTAPE_GEOMETRY_OF \
  { n, groups, c, h, w, o, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw }

template <class T>
void conv(const T* x, const T* k, const T* b, Out<T> y, int64_t biased, GRADTAPE_GEOMETRY) {
  const Geometry g = GRADTAPE_GEOMETRY_OF;
  const int64_t size = g.positions(), filters = groups * o;
  const auto bias = [&](int64_t filter, T* at, int64_t count) {
    const Vec<T> value = splat<Vec<T>>(biased ? b[filter] : T(0));
    for_vectors<lanes<T>>(0, count, [&](int64_t i, auto access) { access.write(at + i, value); });
  };
  if (is_direct(g)) {
    return deal(n * filters, work_of(g), [&](int64_t task) {
      const int64_t filter = task % filters;
      depthwise(g, x + (task / filters * groups + filter / o) * h * w, k + filter * g.taps(), biased ? b[filter] : T(0), y + task * size);
    });
  }
  const int64_t pieces = parts_of(size, kPositions<T>);
  deal(n * groups * pieces, work_of(g), [&](int64_t task) {
    const int64_t at = task / pieces, group = at % groups, p = task % pieces * kPositions<T>, count = least(kPositions<T>, size - p);
    T* result = y + at * o * size;
    for (int64_t i = 0; i < o; i++) bias(group * o + i, result + i * size + p, count);
    forward(g, x + at * c * h * w, k + group * o * g.depth(), result, p, count);
  });
}

template <class T>
void conv_bwd_input(const T* dy, const T* k, Out<T> dx, GRADTAPE_GEOMETRY) {
  const Geometry g = GRADTAPE_GEOMETRY_OF;
  const int64_t size = g.positions(), cuts = cut(n * groups, 4 * get_threads(), c);
  deal(n * groups * cuts, work_of(g), [&](int64_t task) {
    const int64_t at = task / cuts, part = task % cuts, first = c * part / cuts, count = c * (part + 1) / cuts - first;
    const T *grad = dy + at * o * size, *filters = k + at % groups * o * g.depth();
    T* image = dx + at * c * h * w;
    zero(image + first * h * w, count * h * w);
    if (!is_direct(g)) return input(g, grad, filters, image, first, count);
    for (int64_t f = 0; f < o; f++) depthwise_input(g, grad + f * size, filters + f * g.taps(), image);
  });
}

template <class T>
void conv_bwd_weight(const T* dy, const T* x, Out<T> dk, GRADTAPE_GEOMETRY) {
  const Geometry g = GRADTAPE_GEOMETRY_OF;
  const int64_t size = g.positions(), filters = groups * o;
  if (n == 0 || size == 0) return zero<T>(dk, filters * g.depth());
  if (is_direct(g)) {
    return deal(filters, work_of(g), [&](int64_t filter) {
      zero(dk + filter * g.taps(), g.taps());
      for (int64_t image = 0; image < n; image++)
        depthwise_weight(g, dy + (image * filters + filter) * size, x + (image * groups + filter / o) * h * w, dk + filter * g.taps());
    });
  }
  // Every cut makes the same patches again: no more of them than threads need.
  const int64_t pieces = parts_of(g.depth(), kRows<T>), cuts = cut(groups * pieces, get_threads(), parts_of(o, kTileRows));
  deal(groups * pieces * cuts, work_of(g), [&](int64_t task) {
    const int64_t part = task % cuts, at = task / cuts, group = at / pieces, r = at % pieces * kRows<T>;
    const int64_t first = o * part / cuts, count = o * (part + 1) / cuts - first;
    weight(g, dy + group * o * size, x + group * c * h * w, dk + group * o * g.depth(), first, count, r, least(kRows<T>, g.depth() - r));
  });
}

GRADTAPE_DEFINE_FAMILY(conv)

}  // namespace GRADTAPE_NS
