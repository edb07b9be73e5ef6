// Conversion of types. Programs take tensors without gaps, which is what casts
// meet in practice; others pass through scratch memory. Complex numbers go by
// their parts.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/chain_programs.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/elementwise_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/launch_memo.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// Allocates a row-major tensor of the type and sizes of `like`.
Status AllocateLike(const dml_tensor& like, Scratch* scratch,
                    dml_tensor* tensor) {
  DML_RETURN_IF_ERROR(
      scratch->Allocate(ElementCount(like) * TypeBytes(like.type)));
  *tensor = MakeTensor(scratch->address(), like.type, {like.sizes, like.rank});
  return Status::Ok();
}

// From or to complex, or both.
Status CastComplex(OperatorContext& context, const dml_tensor& input,
                   const dml_tensor& output) {
  if (!IsComplex(output.type)) {
    const dml_tensor real = RealParts(input);
    return Cast(context, &real, &output);
  }
  if (IsComplex(input.type)) {
    if (IsContiguous(input) && IsContiguous(output)) {
      const int64_t count = 2 * ElementCount(input);
      const dml_tensor from =
          MakeTensor(input.data, PartType(input.type), {count});
      const dml_tensor to =
          MakeTensor(output.data, PartType(output.type), {count});
      return Cast(context, &from, &to);
    }
    const dml_tensor from[] = {RealParts(input), ImaginaryParts(input)};
    const dml_tensor to[] = {RealParts(output), ImaginaryParts(output)};
    for (int i = 0; i < 2; ++i) {
      DML_RETURN_IF_ERROR(Cast(context, &from[i], &to[i]));
    }
    return Status::Ok();
  }
  Scratch scratch(context);
  dml_tensor real = input;
  real.type = PartType(output.type);
  if (input.type != real.type) {
    DML_RETURN_IF_ERROR(AllocateLike(real, &scratch, &real));
    DML_RETURN_IF_ERROR(Cast(context, &input, &real));
  }
  Scratch zero_scratch(context);
  DML_RETURN_IF_ERROR(zero_scratch.Allocate(TypeBytes(real.type)));
  dml_tensor zero = MakeTensor(zero_scratch.address(), real.type, {});
  const double value = 0;
  DML_RETURN_IF_ERROR(Fill(context, &zero, &value));
  zero = real;
  zero.data = zero_scratch.address();
  for (int64_t& stride : zero.strides) stride = 0;
  const dml_tensor* const parts[] = {&real, &zero};
  return Elementwise(context, DML_COMPOSE_COMPLEX, parts, 2, &output, nullptr);
}

// Of tensors that programs take whole, of different types, not complex.
Status LaunchWhole(OperatorContext& context, const dml_tensor& input,
                   const dml_tensor& output) {
  Scratch input_scratch(context);
  dml_tensor from = input;
  if (!IsContiguous(from)) {
    DML_RETURN_IF_ERROR(AllocateLike(input, &input_scratch, &from));
    DML_RETURN_IF_ERROR(CopyTensor(context, &input, &from));
  }
  Scratch output_scratch(context);
  dml_tensor to = output;
  if (!IsContiguous(to)) {
    DML_RETURN_IF_ERROR(AllocateLike(output, &output_scratch, &to));
  }
  const CastParameters constants = {static_cast<uint32_t>(ElementCount(to))};
  ElementStep step;
  const bool may_merge = StepOfCast(from, to, &step);
  const BufferArgument buffers[] = {Argument(from, Access::kRead),
                                    Argument(to, Access::kWrite)};
  DML_RETURN_IF_ERROR(LaunchProgram(
      context, ShaderName("cast", from.type, to.type), {kGroupSize},
      LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
      Span<const BufferArgument>(buffers), constants,
      may_merge ? &step : nullptr));
  if (IsContiguous(output)) return Status::Ok();
  return CopyTensor(context, &to, &output);
}

}  // namespace

Status Cast(OperatorContext& context, const dml_tensor* input,
            const dml_tensor* output) {
  const dml_tensor* const tensors[] = {input, output};
  RepeatableLaunch call(context, {RepeatableLaunch::Operator::kCast}, tensors);
  if (call.known()) return call.Launch();
  DML_RETURN_IF_ERROR(CheckWideTensor(input, "cast: input"));
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "cast: output"));
  if (!SameSizes(*input, *output)) {
    return InvalidArgument("cast: the input ", Describe(*input),
                           " and the output ", Describe(*output),
                           " differ in sizes");
  }
  if (input->type == output->type) return CopyTensor(context, input, output);
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckAliasing("cast", *input, *output));
  if (IsComplex(input->type) || IsComplex(output->type)) {
    return CastComplex(context, *input, *output);
  }

  return ForEachPiece(context, "cast", tensors, kAllDimensions,
                      [&](const dml_tensor* const* pieces) {
                        return LaunchWhole(context, *pieces[0], *pieces[1]);
                      });
}

}  // namespace dml
