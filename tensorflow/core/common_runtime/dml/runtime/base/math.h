// Arithmetic on sizes.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_MATH_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_MATH_H_

#include <cstdint>

namespace dml {

// n / d, rounded up; their sum must fit 64 bits.
constexpr uint64_t CeilDivide(uint64_t n, uint64_t d) {
  return (n + d - 1) / d;
}

// The least multiple of `multiple` that is not below n.
constexpr uint64_t RoundUp(uint64_t n, uint64_t multiple) {
  return CeilDivide(n, multiple) * multiple;
}

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_MATH_H_
