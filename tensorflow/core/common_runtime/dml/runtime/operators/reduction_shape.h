// How a reduction is shared out among work groups of kGroupSize, and how it
// walks what it reduces: shaders/all_reduce.glsl and shaders/reduced_walk.glsl
// are the other half.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_REDUCTION_SHAPE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_REDUCTION_SHAPE_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/shared_parameters.h"

namespace dml {

// Which invocations are neighbours: those that share an output, or those that
// compute neighbouring outputs. Whichever are neighbours in memory.
enum class Neighbours { kReduced, kKept };

// By the innermost strides of the reduced and of the kept dimensions.
Neighbours ChooseNeighbours(int64_t reduced_stride, int64_t kept_stride);

struct ReductionShape {
  uint32_t splits = 1;       // parts that an output's elements fall into
  uint32_t chunk = 0;        // elements of a part
  uint32_t lanes = 1;        // invocations for a part of an output
  uint32_t lane_stride = 1;  // from one of them to the next
  uint64_t groups = 0;
};

// Outputs side by side, or packs of them, below which a group reads too little
// at once: 64 bytes, of elements of 4.
constexpr uint32_t kLeastNeighbours = 16;
constexpr uint32_t kLeastNeighbouringPacks = 4;

// For `outputs` results of `count` elements each. With `may_split`, divides
// long reductions that alone would leave most of the device idle, unless fewer
// neighbours in a group, but `least_neighbours` at least, do without.
ReductionShape ShapeReduction(const OperatorContext& context, uint64_t outputs,
                              uint64_t count, Neighbours neighbours,
                              bool may_split,
                              uint32_t least_neighbours = kLeastNeighbours);

// Groups that keep an adapter busy.
uint64_t BusyGroups(const hal::AdapterInfo& adapter);

// A reduction by accesses, of one element or, where the tensors allow, of packs
// along the dimension that neighbours in memory share.
struct ReducedWalk {
  ReductionShape shape;  // counts accesses
  Neighbours neighbours = Neighbours::kReduced;
  uint32_t access = 0;        // kAccessSingle, kAccessReduced or kAccessKept
  uint32_t elements = 1;      // of an output in an access
  uint32_t count = 0;         // accesses of an output
  uint32_t rank = 0;          // as of StridedWalk
  StridedIndex reduced = {};  // of accesses
  int32_t strides[Coalesced::kMaxTensors][DML_MAX_RANK] = {};
};

// Of `tensors`, alike in sizes and type, over the dimensions in `reduced_mask`;
// `kept`: their other dimensions, strides in the order of `tensors`.
ReducedWalk WalkReduced(const OperatorContext& context,
                        Span<const dml_tensor* const> tensors,
                        uint32_t reduced_mask, const Coalesced& kept,
                        bool may_split);

// The dimensions of `tensor` whose bit in `mask` is set, in order; rank 0 when
// there are none.
dml_tensor SelectDimensions(const dml_tensor& tensor, uint32_t mask);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_REDUCTION_SHAPE_H_
