#include <algorithm>
#include <initializer_list>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/softmax/softmax_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

// Offset and strides of a tensor of rank 1 or 2.
void Locate(const dml_tensor& tensor, int32_t at[3]) {
  at[0] = DataOffset(tensor);
  for (uint32_t d = 0; d < tensor.rank; ++d) {
    at[d + 1] = static_cast<int32_t>(tensor.strides[d]);
  }
}

// How rows of `count` elements are taken: see softmax.glsl.
struct SoftmaxWalk {
  ReductionShape shape;
  uint32_t access = kAccessSingle;
  uint32_t held = 0;
  uint32_t elements = 1;  // of an access
  uint32_t count = 0;     // accesses of a row
};

// Elements that a lane holds at most: all of its registers hold few enough for
// 8 subgroups on a SIMD.
constexpr uint32_t kMaxHeldOfSoftmax = 32;
constexpr uint32_t kMaxHeldOfCrossEntropy = 16;  // twice: powers, too

// `tensors` have the rows' elements along their last dimension.
SoftmaxWalk WalkAlongRows(const OperatorContext& context, uint64_t rows,
                          uint32_t max_held,
                          std::initializer_list<const dml_tensor*> tensors) {
  const dml_tensor& first = **tensors.begin();
  const uint32_t last = first.rank - 1;
  const uint64_t count = first.sizes[last];
  int64_t row_stride = 0;
  for (uint32_t d = 0; rows > 1 && d < last; ++d) {
    if (first.sizes[d] > 1) row_stride = first.strides[d];
  }
  const Neighbours neighbours =
      ChooseNeighbours(first.strides[last], row_stride);
  const int64_t pack = PackSize(first.type);
  bool packs =
      neighbours == Neighbours::kReduced && count > 0 && count % pack == 0;
  for (const dml_tensor* tensor : tensors) {
    packs = packs && tensor->strides[last] == 1 && StartsPacks(*tensor);
    for (uint32_t d = 0; packs && d < last; ++d) {
      packs = tensor->sizes[d] == 1 || tensor->strides[d] % pack == 0;
    }
  }
  SoftmaxWalk walk;
  if (packs) {
    walk.access = kAccessReduced;
    walk.elements = static_cast<uint32_t>(pack);
  }
  walk.count = static_cast<uint32_t>(count / walk.elements);
  walk.shape = ShapeReduction(context, rows, walk.count, neighbours,
                              /*may_split=*/false);
  auto held = [&walk] {
    uint32_t accesses = 1;
    while (accesses < CeilDivide(walk.count, walk.shape.lanes)) accesses *= 2;
    return accesses;
  };
  const uint32_t limit = std::min(kMaxHeld, max_held / walk.elements);
  while (held() > limit && walk.shape.lanes < kGroupSize &&
         neighbours == Neighbours::kReduced) {
    walk.shape.lanes *= 2;
  }
  walk.shape.groups = CeilDivide(rows, kGroupSize / walk.shape.lanes);
  if (held() <= limit) walk.held = held();
  return walk;
}

Status CheckSameType(const char* name, const dml_tensor& logits,
                     const dml_tensor& other) {
  if (logits.type == other.type) return Status::Ok();
  return InvalidArgument(name, " is ", Describe(other),
                         " but must have the type of ", Describe(logits));
}

// Everything but the labels, in which the two kinds of loss differ.
Status CheckCrossEntropy(const dml_tensor* logits, const dml_tensor* labels,
                         const dml_tensor* loss, const dml_tensor* backprop) {
  DML_RETURN_IF_ERROR(CheckTensor(logits, "cross-entropy: logits"));
  DML_RETURN_IF_ERROR(CheckTensor(labels, "cross-entropy: labels"));
  if (logits->rank != 2) {
    return InvalidArgument(
        "cross-entropy: logits must be [batch, classes], "
        "not ",
        Describe(*logits));
  }
  if (loss != nullptr) {
    DML_RETURN_IF_ERROR(CheckTensor(loss, "cross-entropy: loss"));
    DML_RETURN_IF_ERROR(CheckSameType("cross-entropy: loss", *logits, *loss));
    if (loss->rank != 1 || loss->sizes[0] != logits->sizes[0]) {
      return InvalidArgument("cross-entropy: loss must be [", logits->sizes[0],
                             "], not ", Describe(*loss));
    }
  }
  if (backprop != nullptr) {
    DML_RETURN_IF_ERROR(CheckTensor(backprop, "cross-entropy: backprop"));
    DML_RETURN_IF_ERROR(
        CheckSameType("cross-entropy: backprop", *logits, *backprop));
    if (!SameSizes(*backprop, *logits)) {
      return InvalidArgument("cross-entropy: backprop ", Describe(*backprop),
                             " must have the sizes of logits ",
                             Describe(*logits));
    }
  }
  return Status::Ok();
}

// Both kinds: `shader` knows how to read the labels.
Status CrossEntropy(OperatorContext& context, const ShaderName& shader,
                    const dml_tensor& logits, const dml_tensor& labels,
                    const dml_tensor* loss, const dml_tensor* backprop) {
  const bool has_loss = loss != nullptr && !IsEmpty(*loss);
  const bool has_backprop = backprop != nullptr && !IsEmpty(*backprop);
  if (!has_loss && !has_backprop) return Status::Ok();

  const uint64_t rows = logits.sizes[0];
  const dml_tensor& dense = labels.rank == 2 ? labels : logits;
  const SoftmaxWalk walk =
      WalkAlongRows(context, rows, kMaxHeldOfCrossEntropy,
                    {&logits, &dense, has_backprop ? backprop : &logits});
  SoftmaxCrossEntropyParameters constants = {};
  constants.rows = static_cast<uint32_t>(rows);
  constants.classes = static_cast<uint32_t>(logits.sizes[1]);
  constants.count = walk.count;
  constants.lanes = walk.shape.lanes;
  constants.lane_stride = walk.shape.lane_stride;
  constants.has_loss = has_loss;
  constants.has_backprop = has_backprop;
  if (!IsEmpty(logits)) Locate(logits, constants.logits_at);
  Locate(labels, constants.labels_at);

  // In place of what is absent or empty, and not touched: an output.
  const dml_tensor& present = has_loss ? *loss : *backprop;
  BufferArgument buffers[4];
  for (BufferArgument& buffer : buffers) {
    buffer = Argument(present, Access::kRead);
  }
  if (!IsEmpty(logits)) buffers[0] = Argument(logits, Access::kRead);
  if (!IsEmpty(labels)) buffers[1] = Argument(labels, Access::kRead);
  if (has_loss) {
    Locate(*loss, constants.loss_at);
    buffers[2] = Argument(*loss, Access::kWrite);
  }
  if (has_backprop) {
    Locate(*backprop, constants.backprop_at);
    buffers[3] = Argument(*backprop, Access::kWrite);
  }
  for (int32_t* at :
       {constants.logits_at, constants.labels_at, constants.backprop_at}) {
    at[2] *= static_cast<int32_t>(walk.elements);
  }
  return LaunchProgram(
      context, shader,
      {kGroupSize, 0, walk.access, walk.held, walk.shape.lanes == 1},
      LinearGrid(context, walk.shape.groups), buffers, constants);
}

}  // namespace

Status Softmax(OperatorContext& context, int32_t log, const dml_tensor* input,
               const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "softmax: input"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "softmax: output"));
  if (input->rank == 0) {
    return InvalidArgument("softmax: input must have at least one dimension");
  }
  DML_RETURN_IF_ERROR(CheckSameType("softmax: output", *input, *output));
  if (!SameSizes(*input, *output)) {
    return InvalidArgument("softmax: output ", Describe(*output),
                           " must have the sizes of input ", Describe(*input));
  }
  if (IsEmpty(*output)) return Status::Ok();

  const uint32_t last = input->rank - 1;
  const dml_tensor rows_x = SelectDimensions(*input, ~(1u << last));
  const dml_tensor rows_y = SelectDimensions(*output, ~(1u << last));
  const Coalesced rows = Coalesce({&rows_x, &rows_y});
  const uint64_t row_count = ElementCount(rows_x);
  const SoftmaxWalk walk =
      WalkAlongRows(context, row_count, kMaxHeldOfSoftmax, {input, output});

  SoftmaxParameters constants = {};
  constants.x_offset = DataOffset(*input);
  constants.y_offset = DataOffset(*output);
  constants.rows = static_cast<uint32_t>(row_count);
  constants.count = walk.count;
  constants.x_stride =
      static_cast<int32_t>(input->strides[last] * int64_t{walk.elements});
  constants.y_stride =
      static_cast<int32_t>(output->strides[last] * int64_t{walk.elements});
  constants.lanes = walk.shape.lanes;
  constants.lane_stride = walk.shape.lane_stride;
  constants.rank = rows.rank;
  constants.index = IndexOf(rows.sizes, rows.rank);
  std::copy_n(rows.strides[0], DML_MAX_RANK, constants.x_strides);
  std::copy_n(rows.strides[1], DML_MAX_RANK, constants.y_strides);
  const uint32_t specialization[] = {kGroupSize, log != 0, walk.access,
                                     walk.held, walk.shape.lanes == 1};
  return LaunchProgram(
      context, ShaderName("softmax", input->type), specialization,
      LinearGrid(context, walk.shape.groups),
      {Argument(*input, Access::kRead), Argument(*output, Access::kWrite)},
      constants);
}

Status SoftmaxCrossEntropy(OperatorContext& context, const dml_tensor* logits,
                           const dml_tensor* labels, const dml_tensor* loss,
                           const dml_tensor* backprop) {
  DML_RETURN_IF_ERROR(CheckCrossEntropy(logits, labels, loss, backprop));
  DML_RETURN_IF_ERROR(CheckSameType("cross-entropy: labels", *logits, *labels));
  if (!SameSizes(*logits, *labels)) {
    return InvalidArgument("cross-entropy: labels ", Describe(*labels),
                           " must have the sizes of logits ",
                           Describe(*logits));
  }
  return CrossEntropy(context,
                      ShaderName("softmax_cross_entropy", logits->type),
                      *logits, *labels, loss, backprop);
}

Status SparseSoftmaxCrossEntropy(OperatorContext& context,
                                 const dml_tensor* logits,
                                 const dml_tensor* labels,
                                 const dml_tensor* loss,
                                 const dml_tensor* backprop) {
  DML_RETURN_IF_ERROR(CheckCrossEntropy(logits, labels, loss, backprop));
  if (labels->type != DML_INT32 && labels->type != DML_INT64) {
    return InvalidArgument("cross-entropy: labels must be int32 or int64, not ",
                           Describe(*labels));
  }
  if (labels->rank != 1 || labels->sizes[0] != logits->sizes[0]) {
    return InvalidArgument("cross-entropy: labels must be [", logits->sizes[0],
                           "], not ", Describe(*labels));
  }
  return CrossEntropy(
      context,
      ShaderName("sparse_softmax_cross_entropy", logits->type, labels->type),
      *logits, *labels, loss, backprop);
}

}  // namespace dml
