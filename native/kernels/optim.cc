// Optimizer steps: one pass over the parameters, contiguous and in place. An element moves 20 to 28 bytes, so that chunks are short.
#include "../kernel_list.h"
#include "../runtime/threads.h"
#include "../simd.h"
#include "map.h"

namespace GRADTAPE_NS {

template <class T>
void sgd_step(InOut<T> p, const T* g, InOut<T> m, int64_t n, double lr, double momentum, double dampening, double decay, int64_t nesterov, int64_t maximize,
              int64_t first) {
  const T sign = maximize ? -1 : 1, rate = static_cast<T>(-lr), keep = static_cast<T>(momentum), take = static_cast<T>(1 - dampening), shrink = static_cast<T>(decay);
  const bool heavy = momentum != 0;
  parallel(n, COSTLY, [&](int64_t begin, int64_t end) {
    for_vectors<lanes<T>>(begin, end, [&](int64_t i, auto access) {
      using V = Vec<T>;
      const V w = access.template read<V>(p + i);
      V step = access.template read<V>(g + i) * sign + shrink * w;
      if (heavy) {
        const V velocity = first ? step : keep * access.template read<V>(m + i) + take * step;
        access.write(m + i, velocity);
        step = nesterov ? step + keep * velocity : velocity;
      }
      access.write(p + i, w + rate * step);
    });
  });
}

template <class T>
void adam_step(InOut<T> p, const T* g, InOut<T> m, InOut<T> v, int64_t n, double stepsize, double beta1, double beta2, double eps, double rootbias2, double decay,
               double decoupled, int64_t maximize) {
  const T sign = maximize ? -1 : 1, rate = static_cast<T>(-stepsize), take1 = static_cast<T>(1 - beta1), keep2 = static_cast<T>(beta2), take2 = static_cast<T>(1 - beta2),
          epsilon = static_cast<T>(eps), root = static_cast<T>(1 / rootbias2), shrink = static_cast<T>(decay), scale = static_cast<T>(1 - decoupled);
  parallel(n, COSTLY, [&](int64_t begin, int64_t end) {
    for_vectors<lanes<T>>(begin, end, [&](int64_t i, auto access) {
      using V = Vec<T>;
      const V w = access.template read<V>(p + i) * scale;
      const V grad = access.template read<V>(g + i) * sign + shrink * w;
      const V mean = access.template read<V>(m + i), first = mean + take1 * (grad - mean);
      const V second = keep2 * access.template read<V>(v + i) + take2 * grad * grad;
      access.write(m + i, first);
      access.write(v + i, second);
      access.write(p + i, w + rate * first / (square_root(second) * root + epsilon));
    });
  });
}

GRADTAPE_DEFINE_FAMILY(optim)

}  // namespace GRADTAPE_NS
