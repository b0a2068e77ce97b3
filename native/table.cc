// The kernels of one instruction set, all families together: compiled once per instruction set.
#include "dispatch.h"
#include "isa.h"
#include "kernels.def"

namespace GRADTAPE_NS {

#define GRADTAPE_DECLARE(family) extern const KernelList family##_kernels;
GRADTAPE_FAMILIES(GRADTAPE_DECLARE)

#define GRADTAPE_LIST(family) &family##_kernels,
static const KernelList* const families[] = {GRADTAPE_FAMILIES(GRADTAPE_LIST) nullptr};

KernelTable kernel_table();
KernelTable kernel_table() { return families; }

}  // namespace GRADTAPE_NS
