#include "pages.h"

#include <stdint.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <sys/mman.h>
#endif

namespace gradtape {

static constexpr size_t kHugePage = size_t{2} << 20;

static uintptr_t round_up(uintptr_t address) { return (address + kHugePage - 1) & ~(kHugePage - 1); }

#ifdef _WIN32

void* reserve_pages(size_t bytes) {
  // A region cannot be trimmed here: find room with space to spare, then take the aligned part of it; another thread may be faster.
  for (int attempt = 0; attempt < 8; attempt++) {
    void* room = VirtualAlloc(nullptr, bytes + kHugePage, MEM_RESERVE, PAGE_NOACCESS);
    if (room == nullptr) return nullptr;
    VirtualFree(room, 0, MEM_RELEASE);
    void* aligned = reinterpret_cast<void*>(round_up(reinterpret_cast<uintptr_t>(room)));
    void* memory = VirtualAlloc(aligned, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (memory != nullptr) return memory;
  }
  return nullptr;
}

void release_pages(void* address, size_t) { VirtualFree(address, 0, MEM_RELEASE); }

#else

void* reserve_pages(size_t bytes) {
  const size_t room = bytes + kHugePage;
  if (room < bytes) return nullptr;
  void* mapped = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  const uintptr_t start = reinterpret_cast<uintptr_t>(mapped), aligned = round_up(start), page = 4096;
  const uintptr_t end = aligned + ((bytes + page - 1) & ~(page - 1));
  if (aligned > start) munmap(mapped, aligned - start);
  // Where pages are larger than 4 KiB the kernel refuses an unaligned end; then the tail stays mapped, untouched and uncommitted.
  if (start + room > end) munmap(reinterpret_cast<void*>(end), start + room - end);
#ifdef MADV_HUGEPAGE
  madvise(reinterpret_cast<void*>(aligned), bytes, MADV_HUGEPAGE);
#endif
  return reinterpret_cast<void*>(aligned);
}

void release_pages(void* address, size_t bytes) { munmap(address, bytes); }

#endif

}  // namespace gradtape
