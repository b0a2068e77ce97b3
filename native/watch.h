// Weak references to JavaScript objects, and the search for those that a garbage collection has taken.
#pragma once

#include <node_api.h>
#include <stddef.h>
#include <stdint.h>

#include <vector>

namespace gradtape {

/**
 * Objects by small integer handles. A new object is young; one that is alive in two sweeps is old, and is looked at only by sweeps of all: most tensors die young,
 * and minor garbage collections take young objects only.
 */
class Watched {
 public:
  /** A handle for the object, or -1 with a JavaScript exception pending. */
  int64_t add(napi_env env, napi_value object);

  /** False when nothing has that handle. */
  bool remove(napi_env env, int64_t handle);

  /**
   * Looks for collected objects, among the young or all, forgets them and writes their handles into dead, at most `limit`; returns how many. After a sweep that filled
   * dead, the next one continues where it stopped.
   */
  size_t sweep(napi_env env, bool all, double* dead, size_t limit);

 private:
  struct Slot {
    napi_ref reference;  // null: the slot is free
    uint32_t place;      // in its generation
    uint8_t age;         // sweeps survived while young
    bool old;
  };
  /** Handles in no order, searched from the end; those from `unseen` on have been looked at by a sweep that stopped early. */
  struct Generation {
    std::vector<uint32_t> handles;
    size_t unseen = 0;
  };

  void enter(Generation& generation, uint32_t handle);
  void leave(uint32_t handle);
  void forget(napi_env env, uint32_t handle);
  size_t sweep_generation(napi_env env, Generation& generation, double* dead, size_t limit);

  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  Generation young_, old_;
};

}  // namespace gradtape
