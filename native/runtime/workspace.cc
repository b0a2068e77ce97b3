#include "workspace.h"

#include <stdlib.h>

namespace gradtape {
namespace {

struct Scratch {
  void* data = nullptr;
  size_t bytes = 0;
  ~Scratch() { free(data); }
};

thread_local Scratch scratches[3];

}  // namespace

void* workspace(size_t bytes, int slot) {
  Scratch& scratch = scratches[slot];
  if (bytes > scratch.bytes) {
    free(scratch.data);
    scratch.bytes = (bytes + 4095) / 4096 * 4096;
    scratch.data = aligned_alloc(4096, scratch.bytes);
    if (!scratch.data) scratch.bytes = 0;
  }
  return scratch.data;
}

}  // namespace gradtape
