#include "dispatch.h"

#include <stdlib.h>
#include <string.h>

namespace gradtape {

#if defined(__x86_64__) || defined(_M_X64)
namespace avx512 {
KernelTable kernel_table();
}
namespace avx2 {
KernelTable kernel_table();
}
namespace baseline {
KernelTable kernel_table();
}

// __builtin_cpu_supports also asks whether the operating system saves the wide registers.
[[maybe_unused]] static bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
}
[[maybe_unused]] static bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
[[maybe_unused]] static bool has_baseline() { return true; }

// A build for the sanitizers may leave some out.
const Isa isas[] = {
#ifndef GRADTAPE_WITHOUT_avx512
    {"avx512", has_avx512, avx512::kernel_table},
#endif
#ifndef GRADTAPE_WITHOUT_avx2
    {"avx2", has_avx2, avx2::kernel_table},
#endif
#ifndef GRADTAPE_WITHOUT_baseline
    {"baseline", has_baseline, baseline::kernel_table},
#endif
    {nullptr, nullptr, nullptr},
};
#else
namespace neon {
KernelTable kernel_table();
}

static bool has_neon() { return true; }

const Isa isas[] = {
    {"neon", has_neon, neon::kernel_table},
    {nullptr, nullptr, nullptr},
};
#endif

static const Isa* choose() {
  const char* wanted = getenv("GRADTAPE_ISA");
  const bool any = wanted == nullptr || *wanted == '\0';
  for (const Isa* isa = isas; isa->name != nullptr; isa++) {
    if ((any || strcmp(isa->name, wanted) == 0) && isa->supported()) return isa;
  }
  return nullptr;
}

const Isa* chosen_isa() {
  static const Isa* const chosen = choose();
  return chosen;
}

}  // namespace gradtape
