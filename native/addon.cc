// The door to JavaScript: the kernel table, the command buffer, native memory and weak references. With watch.cc the only file that knows Node-API. All state
// belongs to its environment, so that the addon loads in every worker and goes with it; only the thread pool and the choice of instruction set are the process's.
//
// node-addon-api does what is done once or rarely; what runs for every op (call, watch, unwatch) is plain Node-API, which costs less than its wrappers.
#include <napi.h>
#include <string.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "dispatch.h"
#include "runtime/pages.h"
#include "runtime/stack.h"
#include "runtime/threads.h"
#include "sanitize.h"
#include "watch.h"

namespace {

using namespace gradtape;

constexpr size_t kCommands = 4096;
constexpr double kMaxAddress = 9007199254740992.0;  // 2^53

/** A whole number from 0 to 2^53, as addresses and sizes are. */
bool is_size(double value) { return value >= 0 && value <= kMaxAddress && value == static_cast<double>(static_cast<int64_t>(value)); }
bool is_size(const Napi::Value& value) { return value.IsNumber() && is_size(value.As<Napi::Number>().DoubleValue()); }
int64_t size_of(const Napi::Value& value) { return value.As<Napi::Number>().Int64Value(); }

void throw_type_error(const Napi::CallbackInfo& info, const char* message) { Napi::TypeError::New(info.Env(), message).ThrowAsJavaScriptException(); }

std::vector<std::string> supported_isas() {
  std::vector<std::string> names;
  for (const Isa* isa = isas; isa->name != nullptr; isa++) {
    if (isa->supported()) names.push_back(isa->name);
  }
  return names;
}

class Addon : public Napi::Addon<Addon> {
 public:
  Addon(Napi::Env env, Napi::Object exports) {
    const Isa* isa = chosen_isa();
    if (isa == nullptr) {
      std::string message = "GRADTAPE_ISA: expected one of";
      for (const std::string& name : supported_isas()) message += " " + name;
      Napi::Error::New(env, message).ThrowAsJavaScriptException();
      return;
    }
    DefineAddon(exports, {
                             InstanceValue("kernels", take_kernels(env, isa)),
                             InstanceValue("commands", make_commands(env)),
                             InstanceValue("isa", Napi::String::New(env, isa->name)),
                             InstanceValue("isas", texts(env, supported_isas())),
                             InstanceMethod("reserve", &Addon::reserve),
                             InstanceMethod("release", &Addon::release),
                             InstanceMethod("sweep", &Addon::sweep),
                             InstanceMethod("copyIn", &Addon::copy<true>),
                             InstanceMethod("copyOut", &Addon::copy<false>),
                             InstanceMethod("adjust", &Addon::adjust),
                             InstanceMethod("setThreads", &Addon::set_thread_count),
                             InstanceMethod("getThreads", &Addon::get_thread_count),
                             InstanceMethod("useWholeStack", &Addon::use_stack),
#ifdef GRADTAPE_ASAN
                             InstanceMethod("poison", &Addon::poison),
#endif
                         });
    define_plain(env, exports, "call", call);
    define_plain(env, exports, "watch", watch);
    define_plain(env, exports, "unwatch", unwatch);
  }

  ~Addon() {
    for (const auto& region : regions_) end_region(reinterpret_cast<void*>(region.first), region.second);
  }

 private:
  // Runs commands[0] on the arguments behind it. Nothing is checked: only the loader's own wrapper may call this.
  static napi_value call(napi_env env, napi_callback_info info) {
    void* data;
    napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
    const Addon* addon = static_cast<const Addon*>(data);
    const double* commands = addon->commands_;
    addon->kernels_[static_cast<size_t>(commands[0])].run(commands);
    return nullptr;
  }

  static napi_value watch(napi_env env, napi_callback_info info) {
    napi_value object = nullptr;
    Addon* addon = one_argument(env, info, &object);
    napi_valuetype type = napi_undefined;
    napi_typeof(env, object, &type);
    const int64_t handle = type == napi_object || type == napi_function ? addon->watched_.add(env, object) : -1;
    napi_value result = nullptr;
    if (handle < 0) napi_throw_type_error(env, nullptr, "watch: expected an object that can be referred to weakly");
    else napi_create_double(env, static_cast<double>(handle), &result);
    return result;
  }

  static napi_value unwatch(napi_env env, napi_callback_info info) {
    napi_value value = nullptr;
    Addon* addon = one_argument(env, info, &value);
    double handle;
    if (napi_get_value_double(env, value, &handle) != napi_ok || !is_size(handle) || !addon->watched_.remove(env, static_cast<int64_t>(handle)))
      napi_throw_type_error(env, nullptr, "unwatch: expected a handle of watch");
    return nullptr;
  }

  /** The addon, and the call's argument (undefined if missing). */
  static Addon* one_argument(napi_env env, napi_callback_info info, napi_value* value) {
    size_t given = 1;
    void* data = nullptr;
    napi_get_cb_info(env, info, &given, value, nullptr, &data);
    return static_cast<Addon*>(data);
  }

  void define_plain(Napi::Env env, Napi::Object exports, const char* name, napi_callback callback) {
    napi_value function = nullptr;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, this, &function);
    exports.Set(name, function);
  }

  Napi::Value reserve(const Napi::CallbackInfo& info) {
    if (!is_size(info[0])) {
      throw_type_error(info, "reserve: expected a size in bytes");
      return info.Env().Undefined();
    }
    const size_t bytes = static_cast<size_t>(size_of(info[0]));
    void* memory = bytes == 0 ? nullptr : reserve_pages(bytes);
#ifdef GRADTAPE_ASAN
    if (memory != nullptr) __asan_poison_memory_region(memory, bytes);
#endif
    if (memory != nullptr) regions_[reinterpret_cast<uintptr_t>(memory)] = bytes;
    return Napi::Number::New(info.Env(), static_cast<double>(reinterpret_cast<uintptr_t>(memory)));
  }

  void release(const Napi::CallbackInfo& info) {
    if (!is_size(info[0]) || !is_size(info[1])) return throw_type_error(info, "release: expected an address and a size in bytes");
    const auto region = regions_.find(static_cast<uintptr_t>(size_of(info[0])));
    if (region == regions_.end() || region->second != static_cast<size_t>(size_of(info[1]))) return throw_type_error(info, "release: expected a reserved region");
    end_region(reinterpret_cast<void*>(region->first), region->second);
    regions_.erase(region);
  }

  static void end_region(void* address, size_t bytes) {
#ifdef GRADTAPE_ASAN
    __asan_unpoison_memory_region(address, bytes);
#endif
    release_pages(address, bytes);
  }

#ifdef GRADTAPE_ASAN
  /** Says whether bytes of a region may be touched (false) or not (true). */
  void poison(const Napi::CallbackInfo& info) {
    const void* address = reinterpret_cast<const void*>(static_cast<uintptr_t>(size_of(info[0])));
    const size_t bytes = static_cast<size_t>(size_of(info[1]));
    if (info[2].As<Napi::Boolean>().Value()) __asan_poison_memory_region(address, bytes);
    else __asan_unpoison_memory_region(address, bytes);
  }
#endif

  Napi::Value sweep(const Napi::CallbackInfo& info) {
    if (!info[0].IsBoolean()) {
      throw_type_error(info, "sweep: expected a boolean");
      return info.Env().Undefined();
    }
    return Napi::Number::New(info.Env(), static_cast<double>(watched_.sweep(info.Env(), info[0].As<Napi::Boolean>().Value(), commands_, kCommands)));
  }

  /** Between native memory and a typed array, whose pointer counts the view's byte offset; a detached one has length 0. */
  template <bool in>
  void copy(const Napi::CallbackInfo& info) {
    if (!is_size(info[0]) || !info[1].IsTypedArray()) return throw_type_error(info, "copy: expected an address and a typed array");
    const Napi::TypedArray view = info[1].As<Napi::TypedArray>();
    void* data = nullptr;
    napi_get_typedarray_info(info.Env(), view, nullptr, nullptr, &data, nullptr, nullptr);
    void* native = reinterpret_cast<void*>(static_cast<uintptr_t>(size_of(info[0])));
    const size_t bytes = view.ByteLength();
    if (bytes == 0) return;
    if (native == nullptr || data == nullptr) return throw_type_error(info, "copy: expected an address and a typed array");
    memcpy(in ? native : data, in ? data : native, bytes);
  }

  void adjust(const Napi::CallbackInfo& info) {
    const double bytes = info[0].IsNumber() ? info[0].As<Napi::Number>().DoubleValue() : kMaxAddress * 2;
    if (!(bytes >= -kMaxAddress && bytes <= kMaxAddress)) return throw_type_error(info, "adjust: expected a number of bytes");
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), static_cast<int64_t>(bytes));
  }

  void set_thread_count(const Napi::CallbackInfo& info) {
    if (!is_size(info[0]) || size_of(info[0]) < 1 || size_of(info[0]) > 1024) return throw_type_error(info, "setThreads: expected a whole number from 1 to 1024");
    set_threads(static_cast<int>(size_of(info[0])));
  }

  Napi::Value get_thread_count(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), get_threads()); }

  void use_stack(const Napi::CallbackInfo&) { use_whole_stack(); }

  /** Every kernel of the instruction set by id, and its name and word. */
  Napi::Value take_kernels(Napi::Env env, const Isa* isa) {
    std::vector<std::string> names;
    for (KernelTable family = isa->kernels(); *family != nullptr; family++) {
      for (int i = 0; i < (*family)->count; i++) {
        const Kernel& kernel = (*family)->rows[i];
        kernels_.push_back(kernel);
        names.push_back(std::string(kernel.name) + " " + kernel.word);
      }
    }
    return texts(env, names);
  }

  /** The command buffer lives in JavaScript's heap; its pointer stays good as long as the environment refers to it. */
  Napi::Value make_commands(Napi::Env env) {
    Napi::Float64Array commands = Napi::Float64Array::New(env, kCommands);
    commands_ = commands.Data();
    kept_ = Napi::Persistent(commands.ArrayBuffer());
    kept_.SuppressDestruct();
    return commands;
  }

  static Napi::Value texts(Napi::Env env, const std::vector<std::string>& values) {
    Napi::Array result = Napi::Array::New(env, values.size());
    for (uint32_t i = 0; i < values.size(); i++) result.Set(i, Napi::String::New(env, values[i]));
    return result;
  }

  double* commands_ = nullptr;
  Napi::Reference<Napi::ArrayBuffer> kept_;
  std::vector<Kernel> kernels_;
  Watched watched_;
  std::unordered_map<uintptr_t, size_t> regions_;
};

}  // namespace

NODE_API_ADDON(Addon)
