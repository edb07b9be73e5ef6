// Morphological dilation and its gradients. These first find the tap that gives
// each output, and then gather: no atomics, and the same bits every time.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pooling/pooling_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// What an invocation may walk in one launch, so that none runs into a driver's
// time limit or, on Mesa's software driver, into its limit of 65535 iterations
// (row_walk.h).
constexpr int64_t kIterationsPerLaunch = 49152;

// Checks all arguments, of which `output` may be its gradient.
Status FindGeometry(const int64_t strides[2], const int64_t rates[2],
                    const int64_t pad_before[2], const dml_tensor* input,
                    const dml_tensor* filter, const dml_tensor* output,
                    DilationGeometry* geometry) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "dilation: input"));
  DML_RETURN_IF_ERROR(CheckTensor(filter, "dilation: filter"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "dilation: output"));
  const bool fits =
      input->rank == 4 && filter->rank == 3 && output->rank == 4 &&
      IsFloat(input->type) && filter->type == input->type &&
      output->type == input->type && filter->sizes[2] == input->sizes[3] &&
      output->sizes[0] == input->sizes[0] &&
      output->sizes[3] == input->sizes[3] && IsContiguous(*input) &&
      IsContiguous(*filter) && IsContiguous(*output);
  if (!fits) {
    return InvalidArgument(
        "dilation: takes float input [batch, rows, columns, depth], filter "
        "[rows, columns, depth] and output [batch, rows, columns, depth] of "
        "one type, all contiguous, not ",
        Describe(*input), ", ", Describe(*filter), " and ", Describe(*output));
  }
  // Where the last window ends must be a number that programs can hold.
  constexpr int64_t kLimit = int64_t{1} << 30;
  geometry->depth = static_cast<uint32_t>(input->sizes[3]);
  for (int d = 0; d < 2; ++d) {
    const int64_t outputs = output->sizes[d + 1], window = filter->sizes[d];
    const bool in_range = strides[d] > 0 && rates[d] > 0 &&
                          pad_before[d] > -kLimit && pad_before[d] < kLimit &&
                          outputs <= kLimit / strides[d] &&
                          window <= kLimit / rates[d];
    if (!in_range) {
      return InvalidArgument("dilation: stride ", strides[d], ", rate ",
                             rates[d], " or padding ", pad_before[d],
                             " is out of range for ", Describe(*filter),
                             " and ", Describe(*output));
    }
    geometry->inputs[d] = static_cast<uint32_t>(input->sizes[d + 1]);
    geometry->outputs[d] = static_cast<uint32_t>(outputs);
    geometry->window[d] = static_cast<uint32_t>(window);
    geometry->stride[d] = static_cast<int32_t>(strides[d]);
    geometry->rate[d] = static_cast<int32_t>(rates[d]);
    geometry->pad[d] = static_cast<int32_t>(pad_before[d]);
  }
  // Rows, and the columns of each.
  if (filter->sizes[0] * (1 + filter->sizes[1]) > kIterationsPerLaunch) {
    return Unimplemented("dilation: the window of ", Describe(*filter),
                         " has more than about ", kIterationsPerLaunch,
                         " elements");
  }
  return Status::Ok();
}

Status ZeroFill(OperatorContext& context, const dml_tensor* tensor) {
  const uint64_t zero = 0;
  return Fill(context, tensor, &zero);
}

// places: int32, one for each element of the output.
Status FindPlaces(OperatorContext& context, const DilationGeometry& geometry,
                  const dml_tensor& input, const dml_tensor& filter,
                  int64_t outputs, Scratch* places) {
  DML_RETURN_IF_ERROR(places->Allocate(outputs * sizeof(int32_t)));
  const DilationParameters constants = {static_cast<uint32_t>(outputs),
                                        geometry};
  const BufferArgument x = Argument(input, Access::kRead);
  return LaunchProgram(
      context, ShaderName("dilation", input.type), {kGroupSize, 1},
      LinearGrid(
          context, CeilDivide(outputs, kGroupSize),
          static_cast<uint64_t>(outputs * filter.sizes[0] * filter.sizes[1])),
      {x, Argument(filter, Access::kRead), x, places->Argument(Access::kWrite)},
      constants);
}

}  // namespace

Status Dilation(OperatorContext& context, const int64_t strides[2],
                const int64_t rates[2], const int64_t pad_before[2],
                const dml_tensor* input, const dml_tensor* filter,
                const dml_tensor* output) {
  DilationParameters constants = {};
  DML_RETURN_IF_ERROR(FindGeometry(strides, rates, pad_before, input, filter,
                                   output, &constants.g));
  if (IsEmpty(*output)) return Status::Ok();
  if (IsEmpty(*input) || IsEmpty(*filter)) {
    return InvalidArgument("dilation: there is nothing to choose from in ",
                           Describe(*input), " and ", Describe(*filter));
  }
  DML_RETURN_IF_ERROR(CheckDisjoint("dilation", *input, *output));
  DML_RETURN_IF_ERROR(CheckDisjoint("dilation", *filter, *output));
  constants.total = static_cast<uint32_t>(ElementCount(*output));
  const BufferArgument x = Argument(*input, Access::kRead);
  return LaunchProgram(
      context, ShaderName("dilation", input->type), {kGroupSize, 0},
      LinearGrid(context, CeilDivide(constants.total, kGroupSize),
                 static_cast<uint64_t>(constants.total * filter->sizes[0] *
                                       filter->sizes[1])),
      {x, Argument(*filter, Access::kRead), Argument(*output, Access::kWrite),
       x},
      constants);
}

Status DilationInputGradient(OperatorContext& context, const int64_t strides[2],
                             const int64_t rates[2],
                             const int64_t pad_before[2],
                             const dml_tensor* input, const dml_tensor* filter,
                             const dml_tensor* output_gradient,
                             const dml_tensor* input_gradient) {
  DilationInputGradientParameters constants = {};
  DML_RETURN_IF_ERROR(FindGeometry(strides, rates, pad_before, input, filter,
                                   output_gradient, &constants.g));
  DML_RETURN_IF_ERROR(CheckTensor(input_gradient, "dilation: input_gradient"));
  if (!SameSizes(*input_gradient, *input) ||
      input_gradient->type != input->type || !IsContiguous(*input_gradient)) {
    return InvalidArgument("dilation: the gradient of ", Describe(*input),
                           " must be like it and contiguous, not ",
                           Describe(*input_gradient));
  }
  if (IsEmpty(*input_gradient)) return Status::Ok();
  if (IsEmpty(*output_gradient) || IsEmpty(*filter)) {
    return ZeroFill(context, input_gradient);
  }
  for (const dml_tensor* from : {input, filter, output_gradient}) {
    DML_RETURN_IF_ERROR(CheckDisjoint("dilation", *from, *input_gradient));
  }
  Scratch places(context);
  DML_RETURN_IF_ERROR(FindPlaces(context, constants.g, *input, *filter,
                                 ElementCount(*output_gradient), &places));
  constants.total = static_cast<uint32_t>(ElementCount(*input_gradient));
  return LaunchProgram(
      context, ShaderName("dilation_input_gradient", input->type), {kGroupSize},
      LinearGrid(context, CeilDivide(constants.total, kGroupSize)),
      {Argument(*output_gradient, Access::kRead),
       places.Argument(Access::kRead),
       Argument(*input_gradient, Access::kWrite)},
      constants);
}

Status DilationFilterGradient(OperatorContext& context,
                              const int64_t strides[2], const int64_t rates[2],
                              const int64_t pad_before[2],
                              const dml_tensor* input, const dml_tensor* filter,
                              const dml_tensor* output_gradient,
                              const dml_tensor* filter_gradient) {
  DilationGeometry geometry = {};
  DML_RETURN_IF_ERROR(FindGeometry(strides, rates, pad_before, input, filter,
                                   output_gradient, &geometry));
  DML_RETURN_IF_ERROR(
      CheckTensor(filter_gradient, "dilation: filter_gradient"));
  if (!SameSizes(*filter_gradient, *filter) ||
      filter_gradient->type != filter->type ||
      !IsContiguous(*filter_gradient)) {
    return InvalidArgument("dilation: the gradient of ", Describe(*filter),
                           " must be like it and contiguous, not ",
                           Describe(*filter_gradient));
  }
  if (IsEmpty(*filter_gradient)) return Status::Ok();
  if (IsEmpty(*output_gradient) || IsEmpty(*input)) {
    return ZeroFill(context, filter_gradient);
  }
  for (const dml_tensor* from : {input, filter, output_gradient}) {
    DML_RETURN_IF_ERROR(CheckDisjoint("dilation", *from, *filter_gradient));
  }
  const int64_t outputs = ElementCount(*output_gradient);
  Scratch places(context), partials(context);
  DML_RETURN_IF_ERROR(
      FindPlaces(context, geometry, *input, *filter, outputs, &places));

  DilationFilterGradientParameters constants = {};
  const int64_t results = ElementCount(*filter_gradient);
  const int64_t pixels = outputs / geometry.depth;
  ReductionShape shape = ShapeReduction(context, results, pixels,
                                        Neighbours::kKept, /*may_split=*/true);
  shape.groups /= shape.splits;
  shape.chunk = static_cast<uint32_t>(std::min<int64_t>(
      shape.chunk, int64_t{shape.lanes} * kIterationsPerLaunch));
  shape.splits = static_cast<uint32_t>(CeilDivide(pixels, shape.chunk));
  shape.groups *= shape.splits;
  constants.results = static_cast<uint32_t>(results);
  constants.depth = geometry.depth;
  constants.pixels = static_cast<uint32_t>(pixels);
  constants.splits = shape.splits;
  constants.chunk = shape.chunk;
  constants.lanes = shape.lanes;
  constants.lane_stride = shape.lane_stride;
  const uint32_t sum_type =
      input->type == DML_FLOAT64 ? DML_FLOAT64 : DML_FLOAT32;
  const bool at_once = shape.splits == 1 && sum_type == filter->type;
  if (!at_once) {
    DML_RETURN_IF_ERROR(partials.Allocate(shape.splits * results *
                                          uint64_t{TypeBytes(sum_type)}));
  }
  DML_RETURN_IF_ERROR(LaunchProgram(
      context, ShaderName("dilation_filter_gradient", input->type),
      {kGroupSize}, LinearGrid(context, shape.groups),
      {Argument(*output_gradient, Access::kRead),
       places.Argument(Access::kRead),
       at_once ? Argument(*filter_gradient, Access::kWrite)
               : partials.Argument(Access::kWrite)},
      constants));
  if (at_once) return Status::Ok();
  const dml_tensor sums = MakeTensor(partials.address(), sum_type,
                                     {int64_t{shape.splits}, results});
  const dml_tensor rounded = Reshape(*filter_gradient, {1, results});
  if (sum_type == filter->type) {
    return Reduce(context, DML_REDUCE_SUM, &sums, &rounded, 1.0);
  }
  if (shape.splits == 1) return Cast(context, &sums, &rounded);
  Scratch total(context);
  DML_RETURN_IF_ERROR(total.Allocate(results * uint64_t{TypeBytes(sum_type)}));
  const dml_tensor sum = MakeTensor(total.address(), sum_type, {1, results});
  DML_RETURN_IF_ERROR(Reduce(context, DML_REDUCE_SUM, &sums, &sum, 1.0));
  return Cast(context, &sum, &rounded);
}

}  // namespace dml
