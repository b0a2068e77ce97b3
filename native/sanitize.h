// What sanitizers do not see by themselves: masked loads and stores, which are intrinsics, and the blocks of tensors, which JavaScript cuts out of mapped regions. Nothing of this is
// in an ordinary build; native/sanitize.mjs makes the others.
#pragma once

#include <stddef.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define GRADTAPE_ASAN
#elif __has_feature(thread_sanitizer)
#define GRADTAPE_TSAN
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define GRADTAPE_ASAN
#elif defined(__SANITIZE_THREAD__)
#define GRADTAPE_TSAN
#endif

#ifdef GRADTAPE_ASAN
extern "C" {
void __asan_loadN_noabort(const void* address, size_t bytes);
void __asan_storeN_noabort(void* address, size_t bytes);
void __asan_poison_memory_region(const volatile void* address, size_t bytes);
void __asan_unpoison_memory_region(const volatile void* address, size_t bytes);
}
#define GRADTAPE_READS(address, bytes) __asan_loadN_noabort(address, bytes)
#define GRADTAPE_WRITES(address, bytes) __asan_storeN_noabort(address, bytes)
#elif defined(GRADTAPE_TSAN)
extern "C" {
void __tsan_read_range(void* address, size_t bytes);
void __tsan_write_range(void* address, size_t bytes);
}
#define GRADTAPE_READS(address, bytes) __tsan_read_range(const_cast<void*>(static_cast<const void*>(address)), bytes)
#define GRADTAPE_WRITES(address, bytes) __tsan_write_range(address, bytes)
#else
#define GRADTAPE_READS(address, bytes) static_cast<void>(0)
#define GRADTAPE_WRITES(address, bytes) static_cast<void>(0)
#endif
