// The rows of convolution. Forward pass and input's gradient are one thing (conv/geometry.h): lanes along the result's channels (conv/direct.h), for 3 x 3 and 5 x 5 taps over many
// channels Winograd's way (conv/winograd.h), for few channels lanes across images and groups (conv/planes.h) or, where those are few too, along the line (conv/narrow.h); also along the line
// where every plane has its filter (conv/depthwise.h).
#include "../conv/depthwise.h"
#include "../conv/exact.h"
#include "../conv/narrow.h"
#include "../conv/planes.h"
#include "../conv/weight.h"
#include "../conv/winograd.h"
#include "../conv/winograd_weight.h"
#include "../kernel_list.h"

namespace GRADTAPE_NS {

namespace {

template <class T>
void zero(T* y, int64_t n) {
  __builtin_memset(y, 0, n * sizeof(T));
}

template <class T>
void convolution(const Pass<T>& pass, const Dim& y, const Dim& x) {
  if (is_depthwise(pass, y, x)) {
    const Direct<T> d{pass, y.size(), x.size(), y.axis(0), x.axis(0), x.taps};
    return x.taps == 3 ? convolve_depthwise<T, 3>(d) : convolve_depthwise<T, 5>(d);
  }
  if (in_planes<T>(pass.n * pass.groups, pass.filters.sources, pass.filters.results, y, x)) return convolve_planes(pass, y, x);
  for (int64_t ky = 0; ky < y.kinds(); ky++) {
    for (int64_t kx = 0; kx < x.kinds(); kx++) {
      const Direct<T> d{pass, y.size(), x.size(), y.axis(ky), x.axis(kx), x.taps};
      const int64_t tile = winograd_tile(d);
      if (pass.filters.results <= kFewChannels<T>) convolve_narrow(d);
      else if (tile == 0) convolve(d);
      else if constexpr (sizeof(T) == sizeof(float)) tile == 4 ? convolve_tiles<T, 4>(d) : convolve_tiles<T, 2>(d);
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
  if (ph + pw > 0 && !all_finite(k, groups * o * g.depth())) return exact_convolution<T>(g, x, k, biased ? b : nullptr, y);
  const Filters<T> f{k, c, o, g.taps(), g.depth(), g.taps()};
  convolution<T>({n, groups, x, f, biased ? b : nullptr, y}, {true, h, oh, kh, sh, ph, dh}, {true, w, ow, kw, sw, pw, dw});
}

template <class T>
void conv_bwd_input(const T* dy, const T* k, Out<T> dx, GRADTAPE_GEOMETRY) {
  const Geometry g = GRADTAPE_GEOMETRY_OF;
  if (g.taps() > 1 && !all_finite(k, groups * o * g.depth())) return exact_input_gradient<T>(g, dy, k, dx);
  const Filters<T> f{k, o, c, g.depth(), g.taps(), g.taps()};
  convolution<T>({n, groups, dy, f, nullptr, dx}, {false, h, oh, kh, sh, ph, dh}, {false, w, ow, kw, sw, pw, dw});
}

template <class T>
void conv_bwd_weight(const T* dy, const T* x, Out<T> dk, GRADTAPE_GEOMETRY) {
  const Geometry g = GRADTAPE_GEOMETRY_OF;
  if (n == 0 || g.positions() == 0) return zero<T>(dk, groups * o * g.depth());
  if (in_planes<T>(n * groups, c, o, {true, h, oh, kh, sh, ph, dh}, {true, w, ow, kw, sw, pw, dw})) return planes_weight<T>(g, dy, x, dk);
  const int64_t tile = weight_tile<T>(g);
  if (tile == 0) weight_gradient<T>(g, dy, x, dk);
  else if constexpr (sizeof(T) == sizeof(float)) tile == 4 ? weight_points<T, 4>(g, dy, x, dk) : weight_points<T, 2>(g, dy, x, dk);
}

GRADTAPE_DEFINE_FAMILY(conv)

}  // namespace GRADTAPE_NS
