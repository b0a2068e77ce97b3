#include "watch.h"

namespace gradtape {

/** References read between two handle scopes: one scope each would double the time, one for all would hold a handle for every object alive. */
static constexpr size_t kChunk = 1024;
static constexpr uint8_t kOldAge = 2;

void Watched::enter(Generation& generation, uint32_t handle) {
  slots_[handle].place = static_cast<uint32_t>(generation.handles.size());
  generation.handles.push_back(handle);
}

/** Takes a handle out of its generation: the last one takes its place. */
void Watched::leave(uint32_t handle) {
  std::vector<uint32_t>& handles = (slots_[handle].old ? old_ : young_).handles;
  const uint32_t place = slots_[handle].place, last = handles.back();
  handles[place] = last;
  slots_[last].place = place;
  handles.pop_back();
}

void Watched::forget(napi_env env, uint32_t handle) {
  leave(handle);
  napi_delete_reference(env, slots_[handle].reference);
  slots_[handle].reference = nullptr;
  free_.push_back(handle);
}

int64_t Watched::add(napi_env env, napi_value object) {
  napi_ref reference;
  if (napi_create_reference(env, object, 0, &reference) != napi_ok) return -1;
  uint32_t handle;
  if (free_.empty()) {
    handle = static_cast<uint32_t>(slots_.size());
    slots_.push_back({});
  } else {
    handle = free_.back();
    free_.pop_back();
  }
  slots_[handle] = {reference, 0, 0, false};
  enter(young_, handle);
  return handle;
}

bool Watched::remove(napi_env env, int64_t handle) {
  if (handle < 0 || handle >= static_cast<int64_t>(slots_.size()) || slots_[handle].reference == nullptr) return false;
  forget(env, static_cast<uint32_t>(handle));
  return true;
}

size_t Watched::sweep(napi_env env, bool all, double* dead, size_t limit) {
  // The old first: what the young generation's sweep promotes has been looked at.
  size_t found = all ? sweep_generation(env, old_, dead, limit) : 0;
  if (found < limit) found += sweep_generation(env, young_, dead + found, limit - found);
  return found;
}

size_t Watched::sweep_generation(napi_env env, Generation& generation, double* dead, size_t limit) {
  std::vector<uint32_t>& handles = generation.handles;
  if (generation.unseen == 0 || generation.unseen > handles.size()) generation.unseen = handles.size();
  size_t found = 0;
  while (generation.unseen > 0 && found < limit) {
    napi_handle_scope scope;
    if (napi_open_handle_scope(env, &scope) != napi_ok) return found;
    const size_t stop = generation.unseen > kChunk ? generation.unseen - kChunk : 0;
    while (generation.unseen > stop && found < limit) {
      const uint32_t handle = handles[--generation.unseen];
      Slot& slot = slots_[handle];
      napi_value object = nullptr;
      if (napi_get_reference_value(env, slot.reference, &object) != napi_ok) continue;
      if (object == nullptr) {
        forget(env, handle);
        dead[found++] = handle;
      } else if (!slot.old && ++slot.age >= kOldAge) {
        leave(handle);
        slot.old = true;
        enter(old_, handle);
      }
    }
    napi_close_handle_scope(env, scope);
  }
  return found;
}

}  // namespace gradtape
