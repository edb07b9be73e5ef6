// Walking strided tensors by element number: the host side of
// shaders/strided.glsl.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_STRIDED_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_STRIDED_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {

// Division of numbers below 2^31 by a fixed one, as a multiplication:
// n / d = (high word of n * multiplier + n) >> shift.
struct FastDivisor {
  explicit FastDivisor(uint32_t d);
  uint32_t multiplier;
  uint32_t shift;
};

// Mirrors DML_STRIDED_INDEX. Of 8 dimensions the first `rank` are in use.
struct StridedIndex {
  StridedIndex() = default;
  StridedIndex(const uint32_t* sizes, uint32_t rank);
  uint32_t sizes[DML_MAX_RANK] = {};
  uint32_t multipliers[DML_MAX_RANK] = {};
  uint32_t shifts[DML_MAX_RANK] = {};
};

// Coalesced tensors, padded in front with dimensions of size 1 to one of the
// few ranks that programs are specialized for.
struct StridedWalk {
  uint32_t rank = 0;  // 1, 2, 3, 4 or 8
  StridedIndex index;
  int32_t offsets[Coalesced::kMaxTensors] = {};
  int32_t strides[Coalesced::kMaxTensors][DML_MAX_RANK] = {};
};
StridedWalk WalkTogether(Span<const dml_tensor* const> tensors);

// Whether the address of the tensor is a multiple of what 4 elements take (16
// bytes at most), so that programs may access 4 at a time.
bool IsVectorAligned(const dml_tensor& tensor);

// An output may be the very tensor of an input (same data, sizes, strides and
// element size) but must not overlap one otherwise.
Status CheckAliasing(const char* name, const dml_tensor& input,
                     const dml_tensor& output);
// The same of tensors that CheckTensor() has seen.
Status CheckAliasing(const char* name, const dml_tensor& input,
                     const TensorFacts& input_facts, const dml_tensor& output,
                     const TensorFacts& output_facts);

// For outputs that must not overlap an input at all.
Status CheckDisjoint(const char* name, const dml_tensor& input,
                     const dml_tensor& output);

// 1, 2, 4, 8 or 16 bytes: the unsigned type of that size, for programs that
// only move bits.
uint32_t BitsType(uint32_t type);

// The same memory as elements of the unsigned type of `bytes` bytes, where
// `bytes` is a multiple of the element's: the last dimension, contiguous in
// every tensor, shrinks. The largest that fits all `tensors` (of one element
// size and last size) is returned by WidestBytes.
uint32_t WidestBytes(Span<const dml_tensor* const> tensors);
dml_tensor Widen(const dml_tensor& tensor, uint32_t bytes);

inline uint64_t CeilDivide(uint64_t n, uint64_t d) { return (n + d - 1) / d; }

// The group size of programs without a reason for another.
constexpr uint32_t kGroupSize = 256;

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_STRIDED_H_
