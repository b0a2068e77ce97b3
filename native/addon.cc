// The door to JavaScript: the kernel table, the command buffer, native memory and weak references. With watch.cc the only file that knows Node-API. All state
// belongs to its environment, so that the addon loads in every worker and goes with it; only the thread pool and the choice of instruction set are the process's.
#include <node_api.h>
#include <string.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "dispatch.h"
#include "runtime/pages.h"
#include "runtime/threads.h"
#include "watch.h"

namespace {

using namespace gradtape;

constexpr size_t kCommands = 4096;
constexpr double kMaxAddress = 9007199254740992.0;  // 2^53

struct Environment {
  double* commands = nullptr;
  std::vector<Kernel> kernels;
  Watched watched;
  std::unordered_map<uintptr_t, size_t> regions;

  ~Environment() {
    for (const auto& region : regions) release_pages(reinterpret_cast<void*>(region.first), region.second);
  }
};

napi_value throw_type_error(napi_env env, const char* message) {
  napi_throw_type_error(env, nullptr, message);
  return nullptr;
}

napi_value number(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

/** The arguments of a call: missing ones are undefined. */
template <size_t count>
struct Arguments {
  Environment* environment = nullptr;
  napi_value values[count] = {};

  Arguments(napi_env env, napi_callback_info info) {
    size_t given = count;
    void* data = nullptr;
    napi_get_cb_info(env, info, &given, values, nullptr, &data);
    environment = static_cast<Environment*>(data);
  }
};

/** A whole number from 0 to 2^53; false otherwise. */
bool read_size(napi_env env, napi_value value, double* result) {
  return napi_get_value_double(env, value, result) == napi_ok && *result >= 0 && *result <= kMaxAddress && *result == static_cast<double>(static_cast<int64_t>(*result));
}

// Runs commands[0] on the arguments behind it. Nothing is checked: only the loader's own wrapper may call this.
napi_value call(napi_env env, napi_callback_info info) {
  void* data;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  const Environment* environment = static_cast<const Environment*>(data);
  const double* commands = environment->commands;
  environment->kernels[static_cast<size_t>(commands[0])].run(commands);
  return nullptr;
}

napi_value reserve(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  double bytes;
  if (!read_size(env, arguments.values[0], &bytes)) return throw_type_error(env, "reserve: expected a size in bytes");
  if (bytes == 0) return number(env, 0);
  void* memory = reserve_pages(static_cast<size_t>(bytes));
  if (memory != nullptr) arguments.environment->regions[reinterpret_cast<uintptr_t>(memory)] = static_cast<size_t>(bytes);
  return number(env, static_cast<double>(reinterpret_cast<uintptr_t>(memory)));
}

napi_value release(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  double address, bytes;
  if (!read_size(env, arguments.values[0], &address) || !read_size(env, arguments.values[1], &bytes))
    return throw_type_error(env, "release: expected an address and a size in bytes");
  auto& regions = arguments.environment->regions;
  const auto region = regions.find(static_cast<uintptr_t>(address));
  if (region == regions.end() || static_cast<double>(region->second) != bytes) return throw_type_error(env, "release: expected a reserved region");
  release_pages(reinterpret_cast<void*>(region->first), region->second);
  regions.erase(region);
  return nullptr;
}

napi_value watch(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  napi_valuetype type = napi_undefined;
  napi_typeof(env, arguments.values[0], &type);
  if (type != napi_object && type != napi_function) return throw_type_error(env, "watch: expected an object");
  const int64_t handle = arguments.environment->watched.add(env, arguments.values[0]);
  return handle < 0 ? throw_type_error(env, "watch: expected an object that can be referred to weakly") : number(env, static_cast<double>(handle));
}

napi_value unwatch(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  double handle;
  if (!read_size(env, arguments.values[0], &handle) || !arguments.environment->watched.remove(env, static_cast<int64_t>(handle)))
    return throw_type_error(env, "unwatch: expected a handle of watch");
  return nullptr;
}

napi_value sweep(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  bool all;
  if (napi_get_value_bool(env, arguments.values[0], &all) != napi_ok) return throw_type_error(env, "sweep: expected a boolean");
  Environment* environment = arguments.environment;
  return number(env, static_cast<double>(environment->watched.sweep(env, all, environment->commands, kCommands)));
}

/** The address and the typed array of a copy. */
struct Copy {
  void* native = nullptr;
  void* view = nullptr;
  size_t bytes = 0;

  bool read(napi_env env, const napi_value* values) {
    double address;
    bool is_view = false;
    if (!read_size(env, values[0], &address) || napi_is_typedarray(env, values[1], &is_view) != napi_ok || !is_view) return false;
    napi_typedarray_type type;
    size_t length;
    // The pointer counts the view's byte offset; a detached view has length 0.
    if (napi_get_typedarray_info(env, values[1], &type, &length, &view, nullptr, nullptr) != napi_ok) return false;
    static constexpr uint8_t sizes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
    if (static_cast<size_t>(type) >= sizeof(sizes)) return false;
    bytes = length * sizes[type];
    native = reinterpret_cast<void*>(static_cast<uintptr_t>(address));
    return bytes == 0 || native != nullptr;
  }
};

napi_value copy_in(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Copy copy;
  if (!copy.read(env, arguments.values)) return throw_type_error(env, "copyIn: expected an address and a typed array");
  if (copy.bytes > 0) memcpy(copy.native, copy.view, copy.bytes);
  return nullptr;
}

napi_value copy_out(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Copy copy;
  if (!copy.read(env, arguments.values)) return throw_type_error(env, "copyOut: expected an address and a typed array");
  if (copy.bytes > 0) memcpy(copy.view, copy.native, copy.bytes);
  return nullptr;
}

napi_value adjust(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  double bytes;
  if (napi_get_value_double(env, arguments.values[0], &bytes) != napi_ok || !(bytes >= -kMaxAddress && bytes <= kMaxAddress))
    return throw_type_error(env, "adjust: expected a number of bytes");
  int64_t total;
  napi_adjust_external_memory(env, static_cast<int64_t>(bytes), &total);
  return nullptr;
}

napi_value set_thread_count(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  double count;
  if (!read_size(env, arguments.values[0], &count) || count < 1 || count > 1024) return throw_type_error(env, "setThreads: expected a whole number from 1 to 1024");
  set_threads(static_cast<int>(count));
  return nullptr;
}

napi_value get_thread_count(napi_env env, napi_callback_info) { return number(env, get_threads()); }

napi_value text(napi_env env, const std::string& value) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, value.data(), value.size(), &result);
  return result;
}

napi_value text_array(napi_env env, const std::vector<std::string>& values) {
  napi_value result = nullptr;
  napi_create_array_with_length(env, values.size(), &result);
  for (size_t i = 0; i < values.size(); i++) napi_set_element(env, result, static_cast<uint32_t>(i), text(env, values[i]));
  return result;
}

std::vector<std::string> supported_isas() {
  std::vector<std::string> names;
  for (const Isa* isa = isas; isa->name != nullptr; isa++) {
    if (isa->supported()) names.push_back(isa->name);
  }
  return names;
}

/** The command buffer lives in JavaScript's heap and is held by a property of the exports and by a reference of the environment. */
napi_value make_commands(napi_env env, Environment* environment) {
  void* data = nullptr;
  napi_value buffer, view = nullptr;
  napi_ref reference;
  if (napi_create_arraybuffer(env, kCommands * sizeof(double), &data, &buffer) != napi_ok) return nullptr;
  napi_create_reference(env, buffer, 1, &reference);
  napi_create_typedarray(env, napi_float64_array, kCommands, buffer, 0, &view);
  environment->commands = static_cast<double*>(data);
  return view;
}

napi_value initialise(napi_env env, napi_value exports) {
  const Isa* isa = chosen_isa();
  const std::vector<std::string> supported = supported_isas();
  if (isa == nullptr) {
    std::string message = "GRADTAPE_ISA: expected one of";
    for (const std::string& name : supported) message += " " + name;
    napi_throw_error(env, nullptr, message.c_str());
    return nullptr;
  }

  Environment* environment = new Environment;
  napi_set_instance_data(env, environment, [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); }, nullptr);
  std::vector<std::string> names;
  for (KernelTable family = isa->kernels(); *family != nullptr; family++) {
    for (int i = 0; i < (*family)->count; i++) {
      const Kernel& kernel = (*family)->rows[i];
      environment->kernels.push_back(kernel);
      names.push_back(std::string(kernel.name) + " " + kernel.word);
    }
  }

  const napi_property_attributes fixed = napi_enumerable;
  auto function = [&](const char* name, napi_callback callback) { return napi_property_descriptor{name, nullptr, callback, nullptr, nullptr, nullptr, fixed, environment}; };
  auto value = [&](const char* name, napi_value v) { return napi_property_descriptor{name, nullptr, nullptr, nullptr, nullptr, v, fixed, nullptr}; };
  const napi_property_descriptor properties[] = {
      value("kernels", text_array(env, names)),
      value("commands", make_commands(env, environment)),
      value("isa", text(env, isa->name)),
      value("isas", text_array(env, supported)),
      function("call", call),
      function("reserve", reserve),
      function("release", release),
      function("watch", watch),
      function("unwatch", unwatch),
      function("sweep", sweep),
      function("copyIn", copy_in),
      function("copyOut", copy_out),
      function("adjust", adjust),
      function("setThreads", set_thread_count),
      function("getThreads", get_thread_count),
  };
  napi_define_properties(env, exports, sizeof(properties) / sizeof(properties[0]), properties);
  return exports;
}

}  // namespace

NAPI_MODULE_INIT() { return initialise(env, exports); }
