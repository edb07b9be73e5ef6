// Walking strided tensors by element number: the host's side of
// shaders/strided.glsl.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_STRIDED_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_STRIDED_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/shared_parameters.h"

namespace dml {

// To divide numbers below 2^31 by d.
FastDivisor DivideBy(uint32_t d);

// Of tensors with these sizes; of the dimensions the first `rank` are in use.
// There are no elements to walk where a size is 0.
StridedIndex IndexOf(const uint32_t* sizes, uint32_t rank);
// Of tensors like `tensor`, of rank 3.
InnerIndex InnerIndexOf(const dml_tensor& tensor);

// The strides of all dimensions of `tensor`.
void CopyStrides(const dml_tensor& tensor, int32_t* strides);

// Coalesced tensors, padded in front with dimensions of size 1 to one of the
// few ranks that programs are specialized for.
struct StridedWalk {
  uint32_t rank = 0;  // 1, 2, 3, 4 or 8
  StridedIndex index = {};
  int32_t offsets[Coalesced::kMaxTensors] = {};
  int32_t strides[Coalesced::kMaxTensors][DML_MAX_RANK] = {};
};
StridedWalk WalkTogether(Span<const dml_tensor* const> tensors);

// Whether the address of the tensor is a multiple of what 4 elements take (16
// bytes at most), so that programs may access 4 at a time.
bool IsVectorAligned(const dml_tensor& tensor);

// Elements that an access of a pack takes: T_PACK of shaders/buffers.glsl.
uint32_t PackSize(uint32_t type);
// Whether programs may access packs of a tensor, as far as its type and address
// go: at element numbers that are multiples of PackSize() from there.
bool StartsPacks(const dml_tensor& tensor);

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

// The unsigned type of 1, 2, 4, 8 or 16 bytes, for programs that only move
// bits, and that of a type's size.
uint32_t BitsOf(uint32_t bytes);
uint32_t BitsType(uint32_t type);

// The same memory as elements of the unsigned type of `bytes` bytes, where
// `bytes` is a multiple of the element's: the last dimension, contiguous in
// every tensor, shrinks. The largest that fits all `tensors` (of one element
// size and last size) is returned by WidestBytes.
uint32_t WidestBytes(Span<const dml_tensor* const> tensors);
dml_tensor Widen(const dml_tensor& tensor, uint32_t bytes);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_STRIDED_H_
