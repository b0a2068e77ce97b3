// Numbers of the command buffer (float64) as values of a dtype.
#pragma once

#include "../simd.h"

namespace GRADTAPE_NS {

template <class T>
constexpr bool is_float = static_cast<T>(0.5) != 0;

/** Integers modulo their range. */
template <class T>
inline T wrapped(double value) {
  if constexpr (is_float<T>) return static_cast<T>(value);
  else return static_cast<T>(static_cast<int64_t>(value));
}

/** The least and the greatest value of a dtype. */
template <class T>
constexpr T LOWEST = static_cast<T>(-1) > 0 ? 0 : static_cast<T>(1ull << (8 * sizeof(T) - 1));
template <class T>
constexpr T HIGHEST = static_cast<T>(~LOWEST<T>);
template <>
constexpr float LOWEST<float> = -__builtin_inff();
template <>
constexpr float HIGHEST<float> = __builtin_inff();
template <>
constexpr double LOWEST<double> = -__builtin_inf();
template <>
constexpr double HIGHEST<double> = __builtin_inf();

/** Integers cut off at the ends of their range. */
template <class T>
inline T saturated(double value) {
  if constexpr (is_float<T>) return static_cast<T>(value);
  else return value <= static_cast<double>(LOWEST<T>) ? LOWEST<T> : value >= static_cast<double>(HIGHEST<T>) ? HIGHEST<T> : static_cast<T>(value);
}

/** Calls f with indices as they are to be written: int64 if wide, else int32. */
template <class F>
GRADTAPE_INLINE void with_indices(void* indices, int64_t wide, const F& f) {
  if (wide) f(static_cast<int64_t*>(indices));
  else f(static_cast<int32_t*>(indices));
}

}  // namespace GRADTAPE_NS
