// How a C++ function becomes a row of the kernel table: its word and the trampoline that unpacks the command buffer both follow from its parameter types.
#pragma once

#include "dispatch.h"
#include "isa.h"
#include "kernels.def"

namespace GRADTAPE_NS {

template <class P>
struct Parameter;

/** Addresses travel as doubles: exact up to 2^53, beyond any user-space address. */
inline void* address(double value) { return reinterpret_cast<void*>(static_cast<intptr_t>(value)); }

template <class T>
struct Parameter<const T*> {
  static constexpr char kind = 'r';
  static const T* read(const double* commands, int i) { return static_cast<const T*>(address(commands[i])); }
};
template <class T>
struct Parameter<Out<T>> {
  static constexpr char kind = 'w';
  static Out<T> read(const double* commands, int i) { return {static_cast<T*>(address(commands[i]))}; }
};
template <class T>
struct Parameter<InOut<T>> {
  static constexpr char kind = 'u';
  static InOut<T> read(const double* commands, int i) { return {static_cast<T*>(address(commands[i]))}; }
};
template <>
struct Parameter<int64_t> {
  static constexpr char kind = 'i';
  static int64_t read(const double* commands, int i) { return static_cast<int64_t>(commands[i]); }
};
template <>
struct Parameter<double> {
  static constexpr char kind = 'f';
  static double read(const double* commands, int i) { return commands[i]; }
};
template <>
struct Parameter<Dims> {
  static constexpr char kind = 'v';
  static Dims read(const double* commands, int i) { return {commands + static_cast<int64_t>(commands[i])}; }
};

/** commands[0] is the kernel's id, its arguments start at 1. */
template <class... P>
struct Signature {
  static constexpr char word[] = {Parameter<P>::kind..., 0};

  template <void (*kernel)(P...)>
  static void run(const double* commands) {
    unpack<kernel>(commands, typename IndicesTo<sizeof...(P)>::type());
  }

 private:
  template <void (*kernel)(P...), int... I>
  static void unpack(const double* commands, Indices<I...>) {
    kernel(Parameter<P>::read(commands, I + 1)...);
  }
};

template <class... P>
Signature<P...> signature_of(void (*)(P...));

}  // namespace GRADTAPE_NS

#define GRADTAPE_ROW(name, function) \
  {name, decltype(signature_of(&function))::word, &decltype(signature_of(&function))::run<&function>},
#define GRADTAPE_F32(kernel) GRADTAPE_ROW(#kernel "_f32", kernel<float>)
#define GRADTAPE_F64(kernel) GRADTAPE_ROW(#kernel "_f64", kernel<double>)
#define GRADTAPE_I32(kernel) GRADTAPE_ROW(#kernel "_i32", kernel<int32_t>)
#define GRADTAPE_I64(kernel) GRADTAPE_ROW(#kernel "_i64", kernel<int64_t>)
#define GRADTAPE_U8(kernel) GRADTAPE_ROW(#kernel "_u8", kernel<uint8_t>)

// The dtypes of a row in kernels.def.
#define GRADTAPE_ONE(kernel) GRADTAPE_ROW(#kernel, kernel)
#define GRADTAPE_FLOATS(kernel) GRADTAPE_F32(kernel) GRADTAPE_F64(kernel)
#define GRADTAPE_SUMS(kernel) GRADTAPE_FLOATS(kernel) GRADTAPE_I64(kernel)
#define GRADTAPE_NUMBERS(kernel) GRADTAPE_FLOATS(kernel) GRADTAPE_I32(kernel) GRADTAPE_I64(kernel) GRADTAPE_U8(kernel)

/** Ends the source of a family of kernels: compiles its rows of kernels.def into a list. */
#define GRADTAPE_DEFINE_FAMILY(family)                                                                                               \
  static const Kernel family##_rows[] = {                                                                                           \
      GRADTAPE_FAMILY_##family(GRADTAPE_ONE, GRADTAPE_FLOATS, GRADTAPE_SUMS, GRADTAPE_NUMBERS)};                                    \
  extern const KernelList family##_kernels;                                                                                         \
  const KernelList family##_kernels = {family##_rows, static_cast<int>(sizeof(family##_rows) / sizeof(Kernel))};
