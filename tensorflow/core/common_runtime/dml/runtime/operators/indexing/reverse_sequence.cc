// Reverses the beginning of each sequence of a batch.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/indexing_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

constexpr uint32_t kMaxRank = 5;

Status CheckReverse(const dml_tensor* input, const dml_tensor* lengths,
                    uint32_t sequence_axis, uint32_t batch_axis,
                    const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "reverse_sequence: input"));
  DML_RETURN_IF_ERROR(CheckTensor(lengths, "reverse_sequence: lengths"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "reverse_sequence: output"));
  if (input->rank > kMaxRank || sequence_axis >= input->rank ||
      batch_axis >= input->rank || sequence_axis == batch_axis) {
    return InvalidArgument("reverse_sequence: takes two axes of at most ",
                           kMaxRank, ", not ", sequence_axis, " and ",
                           batch_axis, " of ", Describe(*input));
  }
  if (input->type != output->type || !SameSizes(*input, *output) ||
      lengths->rank != 1 || lengths->sizes[0] != input->sizes[batch_axis] ||
      (lengths->type != DML_INT32 && lengths->type != DML_INT64)) {
    return InvalidArgument(
        "reverse_sequence: takes an output like the input and int32 or int64 "
        "lengths [batch], not input ",
        Describe(*input), ", lengths ", Describe(*lengths), " and output ",
        Describe(*output));
  }
  return Status::Ok();
}

}  // namespace

Status ReverseSequence(OperatorContext& context, const dml_tensor* input,
                       const dml_tensor* lengths, uint32_t sequence_axis,
                       uint32_t batch_axis, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(
      CheckReverse(input, lengths, sequence_axis, batch_axis, output));
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckDisjoint("reverse_sequence", *input, *output));
  DML_RETURN_IF_ERROR(CheckDisjoint("reverse_sequence", *lengths, *output));
  ReverseSequenceParameters constants = {};
  constants.total = static_cast<uint32_t>(ElementCount(*output));
  constants.rank = output->rank;
  constants.sequence = sequence_axis;
  constants.batch = batch_axis;
  constants.length_stride = static_cast<int32_t>(lengths->strides[0]);
  constants.length_offset = DataOffset(*lengths);
  constants.x_offset = DataOffset(*input);
  constants.y_offset = DataOffset(*output);
  for (uint32_t d = 0; d < output->rank; ++d) {
    constants.sizes[d] = static_cast<uint32_t>(output->sizes[d]);
    constants.x_strides[d] = static_cast<int32_t>(input->strides[d]);
    constants.y_strides[d] = static_cast<int32_t>(output->strides[d]);
  }
  return LaunchProgram(
      context,
      ShaderName("reverse_sequence", BitsType(input->type), lengths->type),
      {kGroupSize},
      LinearGrid(context, CeilDivide(constants.total, 4 * kGroupSize)),
      {Argument(*input, Access::kRead), Argument(*lengths, Access::kRead),
       Argument(*output, Access::kWrite)},
      constants);
}

}  // namespace dml
