// Coordinates of elements that are not zero: see nonzero.comp for the
// launches.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/indexing_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

enum class Step : uint32_t {
  kCount = NonzeroParameters::kCount,
  kWrite = NonzeroParameters::kWrite
};

// All bits of an element but a float's sign, or its parts'. Of a complex128,
// those of one part.
uint64_t MaskOf(uint32_t type) {
  if (type == DML_COMPLEX64) {
    const uint64_t part = MaskOf(DML_FLOAT32);
    return part << 32 | part;
  }
  if (IsComplex(type)) return MaskOf(PartType(type));
  const uint32_t bits = 8 * TypeBytes(type);
  return ~uint64_t{0} >> (64 - bits + (IsFloat(type) ? 1 : 0));
}

uint64_t BlocksOf(const dml_tensor& input) {
  return CeilDivide(ElementCount(input), DML_NONZERO_BLOCK);
}

Status CheckNonzero(const dml_tensor* input, const dml_tensor* block_ends) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "nonzero: input"));
  DML_RETURN_IF_ERROR(CheckTensor(block_ends, "nonzero: block_ends"));
  if (block_ends->type != DML_INT32 || block_ends->rank != 1 ||
      !IsContiguous(*block_ends) ||
      static_cast<uint64_t>(block_ends->sizes[0]) != BlocksOf(*input)) {
    return InvalidArgument("nonzero: block_ends of input ", Describe(*input),
                           " must be a contiguous int32 [", BlocksOf(*input),
                           "], not ", Describe(*block_ends));
  }
  return CheckDisjoint("nonzero", *input, *block_ends);
}

Status Run(OperatorContext& context, Step step, const dml_tensor& input,
           const dml_tensor& block_ends, const dml_tensor* output) {
  NonzeroParameters constants = {};
  const uint64_t mask = MaskOf(input.type);
  constants.count = static_cast<uint32_t>(ElementCount(input));
  constants.mask_low = static_cast<uint32_t>(mask);
  constants.mask_high = static_cast<uint32_t>(mask >> 32);
  constants.x_offset = DataOffset(input);
  constants.contiguous = IsContiguous(input) ? 1 : 0;
  constants.rank = input.rank;
  uint32_t sizes[DML_MAX_RANK];
  for (uint32_t d = 0; d < input.rank; ++d) {
    sizes[d] = static_cast<uint32_t>(input.sizes[d]);
  }
  constants.index = IndexOf(sizes, input.rank);
  CopyStrides(input, constants.strides);
  const BufferArgument x = Argument(input, Access::kRead);
  BufferArgument y = x;  // what a step leaves alone is the input
  if (step == Step::kWrite) {
    constants.results = static_cast<uint32_t>(output->sizes[0]);
    y = Argument(*output, Access::kWrite);
  }
  const Access access = step == Step::kCount ? Access::kWrite : Access::kRead;
  return LaunchProgram(context, ShaderName("nonzero", BitsType(input.type)),
                       {kGroupSize, static_cast<uint32_t>(step)},
                       LinearGrid(context, BlocksOf(input)),
                       {x, Argument(block_ends, access), y}, constants);
}

}  // namespace

Status NonzeroCount(OperatorContext& context, const dml_tensor* input,
                    const dml_tensor* block_ends) {
  DML_RETURN_IF_ERROR(CheckNonzero(input, block_ends));
  if (IsEmpty(*input)) return Status::Ok();
  DML_RETURN_IF_ERROR(Run(context, Step::kCount, *input, *block_ends, nullptr));
  return Scan(context, DML_SCAN_SUM, block_ends, 0, /*exclusive=*/0,
              /*reverse=*/0, block_ends);
}

Status Nonzero(OperatorContext& context, const dml_tensor* input,
               const dml_tensor* block_ends, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckNonzero(input, block_ends));
  DML_RETURN_IF_ERROR(CheckTensor(output, "nonzero: output"));
  if (output->type != DML_INT64 || output->rank != 2 ||
      output->sizes[1] != input->rank || !IsContiguous(*output)) {
    return InvalidArgument("nonzero: the output for ", Describe(*input),
                           " must be a contiguous int64 [results, ",
                           input->rank, "], not ", Describe(*output));
  }
  if (IsEmpty(*input) || IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckDisjoint("nonzero", *input, *output));
  DML_RETURN_IF_ERROR(CheckDisjoint("nonzero", *block_ends, *output));
  return Run(context, Step::kWrite, *input, *block_ends, output);
}

}  // namespace dml
