// The rows of the matrix products, which gemm/ defines.
#include "../kernel_list.h"

namespace GRADTAPE_NS {

template <class T>
using Gemm = void(const T* a, const T* b, InOut<T> c, int64_t m, int64_t n, int64_t k, int64_t rsa, int64_t csa, int64_t rsb, int64_t csb, int64_t rsc, int64_t nb, int64_t sa,
                  int64_t sb, int64_t sc, double alpha, double beta);

Gemm<float> gemm_f32;
Gemm<double> gemm_f64;
Gemm<int64_t> gemm_i64;

GRADTAPE_DEFINE_FAMILY(gemm)

}  // namespace GRADTAPE_NS
