// Sums of tensors, several by one launch.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reductions/reductions_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

constexpr uint32_t kMaxInputs = AddTensorsParameters::kMaxInputs;
// So many are added by element-wise launches where those become one.
constexpr uint32_t kMaxMerged = 4;

Status Check(Span<const dml_tensor* const> inputs, const dml_tensor* output) {
  if (inputs.size() == 0) {
    return InvalidArgument("add_tensors: there is nothing to add");
  }
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "add_tensors: output"));
  if (!IsFloat(output->type) && !IsComplex(output->type) &&
      output->type != DML_INT32 && output->type != DML_INT64) {
    return InvalidArgument("add_tensors: no program adds ", Describe(*output));
  }
  if (!IsContiguous(*output)) {
    return InvalidArgument("add_tensors: the output has gaps");
  }
  for (const dml_tensor* input : inputs) {
    DML_RETURN_IF_ERROR(CheckWideTensor(input, "add_tensors: input"));
    if (input->type != output->type || !SameSizes(*input, *output) ||
        !IsContiguous(*input)) {
      return InvalidArgument("add_tensors: the input ", Describe(*input),
                             " must have type and sizes of the output ",
                             Describe(*output), ", and no gaps");
    }
    DML_RETURN_IF_ERROR(CheckAliasing("add_tensors", *input, *output));
  }
  return Status::Ok();
}

// `count` elements from element `begin` on.
dml_tensor Elements(const dml_tensor& tensor, int64_t begin, int64_t count) {
  return MakeTensor(
      tensor.data + static_cast<uint64_t>(begin) * TypeBytes(tensor.type),
      tensor.type, {count});
}

// Of at most kMaxInputs inputs, each by a piece that programs take.
Status LaunchPiece(OperatorContext& context, Span<const dml_tensor> inputs,
                   const dml_tensor& output) {
  BufferArgument buffers[kMaxInputs + 1];
  bool packs = StartsPacks(output);
  for (size_t i = 0; i < inputs.size(); ++i) {
    buffers[i] = Argument(inputs[i], Access::kRead);
    packs = packs && StartsPacks(inputs[i]);
  }
  buffers[kMaxInputs] = Argument(output, Access::kWrite);
  AddTensorsParameters constants = {};
  constants.count = static_cast<uint32_t>(output.sizes[0]);
  const uint32_t items = packs ? PackSize(output.type) : 1;
  return LaunchProgram(
      context, ShaderName("add_tensors", output.type),
      {kGroupSize, packs ? kAccessReduced : kAccessSingle,
       static_cast<uint32_t>(inputs.size())},
      LinearGrid(context, CeilDivide(constants.count, kGroupSize * items)),
      buffers, constants);
}

Status Add(OperatorContext& context, Span<const dml_tensor* const> inputs,
           const dml_tensor& output) {
  const int64_t count = ElementCount(output);
  const int64_t piece =
      std::max(context.max_elements / kPieceAlignment * kPieceAlignment,
               kPieceAlignment);
  for (int64_t begin = 0; begin < count; begin += piece) {
    const int64_t size = std::min(piece, count - begin);
    dml_tensor taken[kMaxInputs];
    for (size_t i = 0; i < inputs.size(); ++i) {
      taken[i] = Elements(*inputs[i], begin, size);
    }
    DML_RETURN_IF_ERROR(LaunchPiece(context, {taken, inputs.size()},
                                    Elements(output, begin, size)));
  }
  return Status::Ok();
}

Status AddOneByOne(OperatorContext& context,
                   Span<const dml_tensor* const> inputs,
                   const dml_tensor* output) {
  const dml_tensor* sum = inputs[0];
  for (size_t i = 1; i < inputs.size(); ++i) {
    const dml_tensor* const terms[] = {sum, inputs[i]};
    DML_RETURN_IF_ERROR(
        Elementwise(context, DML_ADD, terms, 2, output, nullptr));
    sum = output;
  }
  return Status::Ok();
}

}  // namespace

Status AddTensors(OperatorContext& context, const dml_tensor* const* inputs,
                  uint32_t input_count, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(Check({inputs, input_count}, output));
  // These may become one launch with what they come from, and what follows. Of
  // float16, a sum of three would be rounded twice.
  if (input_count == 2 ||
      (input_count <= kMaxMerged && output->type == DML_FLOAT32 &&
       context.stream.merges_launches())) {
    return AddOneByOne(context, {inputs, input_count}, output);
  }
  const uint32_t first = std::min(input_count, kMaxInputs);
  DML_RETURN_IF_ERROR(Add(context, {inputs, first}, *output));
  // The sum so far, and the next ones.
  for (uint32_t i = first; i < input_count;) {
    const dml_tensor* taken[kMaxInputs] = {output};
    const uint32_t more = std::min(input_count - i, kMaxInputs - 1);
    std::copy_n(inputs + i, more, taken + 1);
    DML_RETURN_IF_ERROR(Add(context, {taken, more + 1}, *output));
    i += more;
  }
  return Status::Ok();
}

}  // namespace dml
