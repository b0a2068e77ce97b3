// The rows of convolution. Forward pass and input's gradient are one thing (conv/geometry.h): lanes along the result's channels (conv/direct.h), for 3 x 3 and 5 x 5 taps over many
// channels Winograd's way (conv/winograd.h), for few channels lanes along the line (conv/narrow.h).
#include "../conv/depthwise.h"
#include "../conv/exact.h"
#include "../conv/narrow.h"
#include "../conv/weight.h"
#include "../conv/winograd.h"
#include "../kernel_list.h"

namespace GRADTAPE_NS {

namespace {

/** Whether lanes along the filters would stay empty. */
bool is_depthwise(const Geometry& g) { return g.c == 1 && g.o < 4; }

template <class T>
void zero(T* y, int64_t n) {
  __builtin_memset(y, 0, n * sizeof(T));
}

template <class T>
void convolution(const Direct<T>& d) {
  if (d.filters.results <= kFewChannels<T>) return convolve_narrow(d);
  const int64_t tile = winograd_tile(d);
  if (tile == 0) return convolve(d);
  if constexpr (sizeof(T) == sizeof(float)) tile == 4 ? convolve_tiles<T, 4>(d) : convolve_tiles<T, 2>(d);
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
  if (ph + pw > 0 && !all_finite(k, groups * o * g.depth())) return exact_convolution<T>(g, x, k, biased ? b : nullptr, y);
  const Filters<T> f{k, c, o, g.taps(), g.depth(), g.taps()};
  convolution<T>({n, groups, x, f, biased ? b : nullptr, y, oh, ow, forward_axis(h, oh, kh, sh, ph, dh), forward_axis(w, ow, kw, sw, pw, dw), kw});
}

template <class T>
void conv_bwd_input(const T* dy, const T* k, Out<T> dx, GRADTAPE_GEOMETRY) {
  const Geometry g = GRADTAPE_GEOMETRY_OF;
  if (g.taps() > 1 && !all_finite(k, groups * o * g.depth())) return exact_input_gradient<T>(g, dy, k, dx);
  const Filters<T> f{k, o, c, g.depth(), g.taps(), g.taps()};
  for (int64_t y = 0; y < least(sh, h); y++)
    for (int64_t x = 0; x < least(sw, w); x++)
      convolution<T>({n, groups, dy, f, nullptr, dx, h, w, input_axis(y, h, oh, kh, sh, ph, dh), input_axis(x, w, ow, kw, sw, pw, dw), kw});
}

template <class T>
void conv_bwd_weight(const T* dy, const T* x, Out<T> dk, GRADTAPE_GEOMETRY) {
  const Geometry g = GRADTAPE_GEOMETRY_OF;
  if (n == 0 || g.positions() == 0) return zero<T>(dk, groups * o * g.depth());
  if (is_depthwise(g)) return depthwise_weight<T>(g, dy, x, dk);
  weight_gradient<T>(g, dy, x, dk);
}

GRADTAPE_DEFINE_FAMILY(conv)

}  // namespace GRADTAPE_NS
