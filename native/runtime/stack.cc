// V8 counts on a stack of 1 MB, the main thread's on Windows; elsewhere it is 8 MB (ulimit -s), of which JavaScript could use seven times as much. The limit is an
// address that V8 compares the stack pointer with, and may be moved at any time. Node-API has no call for it, so V8's own is looked up by its name, which is the same
// in Node 20 to 26; an executable without that name keeps its limit.
#include "stack.h"

#ifndef _WIN32
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#endif

namespace gradtape {

#ifdef _WIN32

void use_whole_stack() {}

#else

namespace {

/** What stays for C++ below the last JavaScript frame: as much as Node leaves to it in its workers. */
constexpr uintptr_t kReserve = 192 << 10;
/** What V8 takes without being told. */
constexpr uintptr_t kUsual = 984 << 10;

/** The lowest address of this thread's stack, 0 if unknown. */
uintptr_t end_of_stack() {
#ifdef __APPLE__
  const pthread_t self = pthread_self();
  return reinterpret_cast<uintptr_t>(pthread_get_stackaddr_np(self)) - pthread_get_stacksize_np(self);
#else
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  size_t size = 0;
  pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  return reinterpret_cast<uintptr_t>(lowest);
#endif
}

}  // namespace

void use_whole_stack() {
  const uintptr_t here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0)), end = end_of_stack();
  if (end == 0 || end + kReserve + kUsual >= here) return;
  // v8::Isolate::GetCurrent() and v8::Isolate::SetStackLimit(uintptr_t).
  const auto current = reinterpret_cast<void* (*)()>(dlsym(RTLD_DEFAULT, "_ZN2v87Isolate10GetCurrentEv"));
  const auto set_limit = reinterpret_cast<void (*)(void*, uintptr_t)>(dlsym(RTLD_DEFAULT, "_ZN2v87Isolate13SetStackLimitEm"));
  if (current != nullptr && set_limit != nullptr) set_limit(current(), end + kReserve);
}

#endif

}  // namespace gradtape
