// Conversion of types. Programs take tensors without gaps, which is what casts
// meet in practice; others pass through scratch memory.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
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

struct Constants {
  uint32_t count;
};

}  // namespace

Status Cast(OperatorContext& context, const dml_tensor* input,
            const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "cast: input"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "cast: output"));
  if (!SameSizes(*input, *output)) {
    return InvalidArgument("cast: the input ", Describe(*input),
                           " and the output ", Describe(*output),
                           " differ in sizes");
  }
  if (input->type == output->type) return CopyTensor(context, input, output);
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckAliasing("cast", *input, *output));

  Scratch input_scratch(context);
  dml_tensor from = *input;
  if (!IsContiguous(from)) {
    DML_RETURN_IF_ERROR(AllocateLike(*input, &input_scratch, &from));
    DML_RETURN_IF_ERROR(CopyTensor(context, input, &from));
  }
  Scratch output_scratch(context);
  dml_tensor to = *output;
  if (!IsContiguous(to)) {
    DML_RETURN_IF_ERROR(AllocateLike(*output, &output_scratch, &to));
  }
  const Constants constants = {static_cast<uint32_t>(ElementCount(to))};
  DML_RETURN_IF_ERROR(LaunchProgram(
      context, ShaderName("cast", from.type, to.type), {kGroupSize},
      LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
      {Argument(from, Access::kRead), Argument(to, Access::kWrite)},
      constants));
  if (IsContiguous(*output)) return Status::Ok();
  return CopyTensor(context, &to, output);
}

}  // namespace dml
