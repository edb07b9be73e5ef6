#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reductions/reductions_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

Status CheckArgReduce(dml_arg_reduce_op op, const dml_tensor* input,
                      uint32_t axis, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckWideTensor(input, "arg_reduce: input"));
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "arg_reduce: output"));
  if (op != DML_ARG_MAX && op != DML_ARG_MIN) {
    return InvalidArgument("arg_reduce: no operation has number ",
                           static_cast<int>(op));
  }
  if (axis >= input->rank) {
    return InvalidArgument("arg_reduce: input ", Describe(*input),
                           " has no axis ", axis);
  }
  if (output->type != DML_INT32 && output->type != DML_INT64) {
    return InvalidArgument("arg_reduce: output must be int32 or int64, not ",
                           Describe(*output));
  }
  bool sizes_fit = input->rank == output->rank;
  for (uint32_t d = 0; sizes_fit && d < input->rank; ++d) {
    sizes_fit = output->sizes[d] == (d == axis ? 1 : input->sizes[d]);
  }
  if (!sizes_fit) {
    return InvalidArgument("arg_reduce: output ", Describe(*output),
                           " must have the sizes of input ", Describe(*input),
                           " with 1 in axis ", axis);
  }
  if (input->sizes[axis] == 0 && !IsEmpty(*output)) {
    return InvalidArgument("arg_reduce: input ", Describe(*input),
                           " has no elements along axis ", axis);
  }
  return Status::Ok();
}

// Of tensors that programs take whole.
Status LaunchWhole(OperatorContext& context, dml_arg_reduce_op op,
                   const dml_tensor& input, uint32_t axis,
                   const dml_tensor& output) {
  const dml_tensor kept_x = SelectDimensions(input, ~(1u << axis));
  const dml_tensor kept_y = SelectDimensions(output, ~(1u << axis));
  const Coalesced kept = Coalesce({&kept_x, &kept_y});
  const uint64_t outputs = ElementCount(output);
  const uint64_t count = input.sizes[axis];
  const int64_t kept_stride = outputs == 1 ? 0 : kept.strides[0][kept.rank - 1];
  const ReductionShape shape =
      ShapeReduction(context, outputs, count,
                     ChooseNeighbours(input.strides[axis], kept_stride),
                     /*may_split=*/true);

  ArgReduceParameters constants = {};
  constants.x_offset = DataOffset(input);
  constants.y_offset = DataOffset(output);
  constants.outputs = static_cast<uint32_t>(outputs);
  constants.count = static_cast<uint32_t>(count);
  constants.splits = shape.splits;
  constants.chunk = shape.chunk;
  constants.stride = static_cast<int32_t>(input.strides[axis]);
  constants.lanes = shape.lanes;
  constants.lane_stride = shape.lane_stride;
  constants.words = TypeBytes(output.type) / 4;
  constants.kept_rank = kept.rank;
  constants.kept = IndexOf(kept.sizes, kept.rank);
  std::copy_n(kept.strides[0], DML_MAX_RANK, constants.kept_x_strides);
  std::copy_n(kept.strides[1], DML_MAX_RANK, constants.kept_y_strides);

  auto launch = [&](uint64_t groups, const BufferArgument& candidates,
                    const BufferArgument& y) {
    return LaunchProgram(
        context, ShaderName("arg_reduce", input.type),
        {kGroupSize, static_cast<uint32_t>(op)}, LinearGrid(context, groups),
        {Argument(input, Access::kRead), candidates, y}, constants);
  };
  const BufferArgument y = Argument(output, Access::kWrite);
  if (shape.splits == 1) {
    // No candidates: not touched.
    return launch(shape.groups, Argument(input, Access::kRead), y);
  }

  Scratch candidates(context);
  DML_RETURN_IF_ERROR(
      candidates.Allocate(outputs * shape.splits * sizeof(uint32_t)));
  DML_RETURN_IF_ERROR(launch(shape.groups, Argument(input, Access::kRead),
                             candidates.Argument(Access::kWrite)));

  const ReductionShape second =
      ShapeReduction(context, outputs, shape.splits,
                     outputs == 1 ? Neighbours::kReduced : Neighbours::kKept,
                     /*may_split=*/false);
  constants.count = shape.splits;
  constants.has_candidates = 1;
  constants.splits = 1;
  constants.chunk = shape.splits;
  constants.lanes = second.lanes;
  constants.lane_stride = second.lane_stride;
  return launch(second.groups, candidates.Argument(Access::kRead), y);
}

}  // namespace

Status ArgReduce(OperatorContext& context, dml_arg_reduce_op op,
                 const dml_tensor* input, uint32_t axis,
                 const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckArgReduce(op, input, axis, output));
  if (IsEmpty(*output)) return Status::Ok();

  return ForEachPiece(context, "arg_reduce", {input, output}, ~(1u << axis),
                      [&](const dml_tensor* const* pieces) {
                        return LaunchWhole(context, op, *pieces[0], axis,
                                           *pieces[1]);
                      });
}

}  // namespace dml
