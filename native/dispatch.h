// Which instruction sets this build has, which one is used, and its kernels.
#pragma once

namespace gradtape {

/** A kernel: its contract name, the word of its parameter kinds, and the function that takes the arguments from the command buffer and runs it. */
struct Kernel {
  const char* name;
  const char* word;
  void (*run)(const double* commands);
};

struct KernelList {
  const Kernel* rows;
  int count;
};

/** Every kernel of one instruction set: a null-terminated array of families. */
using KernelTable = const KernelList* const*;

struct Isa {
  const char* name;
  bool (*supported)();
  KernelTable (*kernels)();
};

/** The instruction sets compiled in, the fastest first, ended by a null name. */
extern const Isa isas[];

/** The fastest one that the processor supports, or the one that GRADTAPE_ISA names; null if that is unknown or unsupported. Always the same answer. */
const Isa* chosen_isa();

}  // namespace gradtape
