#include <algorithm>
#include <cstdint>
#include <initializer_list>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/normalization/normalization_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

// Elements of a row that a lane takes where the group has lanes enough, and
// that it holds at most: the gradient holds four numbers for each, and with
// each element's address, where they are taken singly, Intel's compiler spills
// 16.
constexpr uint64_t kElementsOfLane = 8;
constexpr uint64_t kMostHeldElements = 16;
constexpr uint64_t kMostHeldSingly = 8;

// How rows are taken: see layer_norm.glsl.
struct LayerNormWalk {
  uint32_t access = kAccessSingle;
  uint32_t elements = 1;  // of an access
  uint32_t count = 0;     // accesses of a row
  uint32_t held = 0;
  uint32_t lanes = 1;
  uint64_t slots() const { return kGroupSize / lanes; }
};

// Whether packs may be taken along the last dimension of `tensor`.
bool TakesPacks(const dml_tensor& tensor) {
  const uint32_t last = tensor.rank - 1;
  return tensor.strides[last] == 1 && StartsPacks(tensor) &&
         (last == 0 || tensor.sizes[0] == 1 ||
          tensor.strides[0] % PackSize(tensor.type) == 0);
}

// `tensors`: rows, and vectors along them.
LayerNormWalk WalkRows(std::initializer_list<const dml_tensor*> tensors) {
  const dml_tensor& rows = **tensors.begin();
  const uint64_t n = rows.sizes[1];
  const uint32_t pack = PackSize(rows.type);
  LayerNormWalk walk;
  if (n % pack == 0 &&
      std::all_of(tensors.begin(), tensors.end(),
                  [](const dml_tensor* t) { return TakesPacks(*t); })) {
    walk.access = kAccessReduced;
    walk.elements = pack;
  }
  walk.count = static_cast<uint32_t>(n / walk.elements);
  while (walk.lanes < kGroupSize &&
         uint64_t{walk.lanes} * kElementsOfLane < n) {
    walk.lanes *= 2;
  }
  walk.held = 1;
  while (uint64_t{walk.held} * walk.lanes < walk.count) walk.held *= 2;
  const uint64_t most =
      walk.access == kAccessSingle ? kMostHeldSingly : kMostHeldElements;
  if (uint64_t{walk.held} * walk.elements > most) walk.held = 0;
  return walk;
}

// Offset and strides of a vector, or of a matrix's rows and accesses.
void Locate(const dml_tensor& tensor, uint32_t elements, int32_t* at) {
  at[0] = DataOffset(tensor);
  for (uint32_t d = 0; d < tensor.rank; ++d) {
    at[d + 1] = static_cast<int32_t>(tensor.strides[d]);
  }
  at[tensor.rank] *= static_cast<int32_t>(elements);
}

Status CheckRows(const dml_tensor* input, const char* name) {
  DML_RETURN_IF_ERROR(CheckTensor(input, name));
  if (input->rank == 2 &&
      (input->type == DML_FLOAT32 || input->type == DML_FLOAT16)) {
    return Status::Ok();
  }
  return InvalidArgument(name, " must be float32 or float16 [rows, n], not ",
                         Describe(*input));
}

Status CheckIs(const dml_tensor* tensor, const char* name, uint32_t type,
               std::initializer_list<int64_t> sizes) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, name));
  const dml_tensor model =
      MakeTensor(0, type, Span<const int64_t>(sizes.begin(), sizes.size()));
  if (tensor->type == type && tensor->rank == model.rank &&
      SameSizes(*tensor, model)) {
    return Status::Ok();
  }
  return InvalidArgument(name, " is ", Describe(*tensor), ", and must be ",
                         Describe(model));
}

// In place of a tensor that is absent, and not touched: `other`.
BufferArgument WriteOr(const dml_tensor* tensor, const BufferArgument& other) {
  return tensor != nullptr ? Argument(*tensor, Access::kWrite) : other;
}

// Sums of dy and of dy * x', by columns: [slots, 2, n].
Status SumColumns(OperatorContext& context, const dml_tensor& dy,
                  const dml_tensor& x, const dml_tensor& mean,
                  const dml_tensor& inverse_stddev, uint32_t slots,
                  const Scratch& partial) {
  LayerNormColumnsParameters constants = {};
  constants.rows = static_cast<uint32_t>(x.sizes[0]);
  constants.n = static_cast<uint32_t>(x.sizes[1]);
  constants.slots = slots;
  Locate(dy, 1, constants.dy_at);
  Locate(x, 1, constants.x_at);
  Locate(mean, 1, constants.mean_at);
  Locate(inverse_stddev, 1, constants.inverse_stddev_at);
  return LaunchProgram(
      context, ShaderName("layer_norm_columns", x.type), {kGroupSize},
      LinearGrid(context,
                 CeilDivide(uint64_t{slots} * constants.n, kGroupSize)),
      {Argument(dy, Access::kRead), Argument(x, Access::kRead),
       Argument(mean, Access::kRead), Argument(inverse_stddev, Access::kRead),
       partial.Argument(Access::kWrite)},
      constants);
}

Status FinishColumns(OperatorContext& context, uint32_t slots,
                     const Scratch& partial, const dml_tensor& scale_gradient,
                     const dml_tensor& offset_gradient) {
  constexpr uint32_t kLeastLanes = 8;
  LayerNormFinishParameters constants = {};
  constants.slots = slots;
  constants.n = static_cast<uint32_t>(scale_gradient.sizes[0]);
  constants.lanes = slots > 256 ? 2 * kLeastLanes : kLeastLanes;
  Locate(scale_gradient, 1, constants.dscale_at);
  Locate(offset_gradient, 1, constants.doffset_at);
  const uint32_t columns = kGroupSize / constants.lanes;
  return LaunchProgram(
      context, ShaderName("layer_norm_finish", scale_gradient.type),
      {kGroupSize},
      LinearGrid(context, CeilDivide(2ull * constants.n, columns)),
      {partial.Argument(Access::kRead),
       Argument(scale_gradient, Access::kWrite),
       Argument(offset_gradient, Access::kWrite)},
      constants);
}

}  // namespace

Status LayerNorm(OperatorContext& context, const dml_tensor* input,
                 const dml_tensor* scale, const dml_tensor* offset,
                 double epsilon, const dml_tensor* output,
                 const dml_tensor* mean, const dml_tensor* inverse_stddev) {
  DML_RETURN_IF_ERROR(CheckRows(input, "layer_norm: input"));
  const int64_t rows = input->sizes[0];
  const int64_t n = input->sizes[1];
  DML_RETURN_IF_ERROR(CheckIs(scale, "layer_norm: scale", input->type, {n}));
  DML_RETURN_IF_ERROR(CheckIs(offset, "layer_norm: offset", input->type, {n}));
  DML_RETURN_IF_ERROR(
      CheckIs(output, "layer_norm: output", input->type, {rows, n}));
  for (const dml_tensor* tensor : {mean, inverse_stddev}) {
    if (tensor == nullptr) continue;
    DML_RETURN_IF_ERROR(CheckIs(tensor, "layer_norm: mean or inverse_stddev",
                                DML_FLOAT32, {rows}));
    for (const dml_tensor* read : {input, scale, offset}) {
      DML_RETURN_IF_ERROR(CheckDisjoint("layer_norm", *read, *tensor));
    }
  }
  if (rows == 0) return Status::Ok();
  if (n == 0) {
    return InvalidArgument("layer_norm: rows of ", Describe(*input),
                           " have no elements to take a mean of");
  }
  DML_RETURN_IF_ERROR(CheckAliasing("layer_norm", *input, *output));
  DML_RETURN_IF_ERROR(CheckDisjoint("layer_norm", *scale, *output));
  DML_RETURN_IF_ERROR(CheckDisjoint("layer_norm", *offset, *output));

  const LayerNormWalk walk = WalkRows({input, output, scale, offset});
  LayerNormParameters constants = {};
  constants.rows = static_cast<uint32_t>(rows);
  constants.count = walk.count;
  constants.lanes = walk.lanes;
  constants.has_mean = mean != nullptr;
  constants.has_inverse_stddev = inverse_stddev != nullptr;
  constants.share = static_cast<float>(1.0 / static_cast<double>(n));
  constants.epsilon = static_cast<float>(epsilon);
  Locate(*input, walk.elements, constants.x_at);
  Locate(*output, walk.elements, constants.y_at);
  Locate(*scale, walk.elements, constants.scale_at);
  Locate(*offset, walk.elements, constants.offset_at);
  if (mean != nullptr) Locate(*mean, 1, constants.mean_at);
  if (inverse_stddev != nullptr) {
    Locate(*inverse_stddev, 1, constants.inverse_stddev_at);
  }
  const BufferArgument x = Argument(*input, Access::kRead);
  return LaunchProgram(
      context, ShaderName("layer_norm", input->type),
      {kGroupSize, walk.access, walk.held},
      LinearGrid(context, CeilDivide(uint64_t(rows), walk.slots())),
      {x, Argument(*scale, Access::kRead), Argument(*offset, Access::kRead),
       Argument(*output, Access::kWrite), WriteOr(mean, x),
       WriteOr(inverse_stddev, x)},
      constants);
}

Status LayerNormGradient(
    OperatorContext& context, const dml_tensor* output_gradient,
    const dml_tensor* input, const dml_tensor* scale, const dml_tensor* mean,
    const dml_tensor* inverse_stddev, const dml_tensor* input_gradient,
    const dml_tensor* scale_gradient, const dml_tensor* offset_gradient) {
  DML_RETURN_IF_ERROR(CheckRows(input, "layer_norm_gradient: input"));
  const int64_t rows = input->sizes[0];
  const int64_t n = input->sizes[1];
  const struct {
    const dml_tensor* tensor;
    const char* name;
  } like_input[] = {{output_gradient, "layer_norm_gradient: output_gradient"},
                    {input_gradient, "layer_norm_gradient: input_gradient"}},
    vectors[] = {{scale, "layer_norm_gradient: scale"},
                 {scale_gradient, "layer_norm_gradient: scale_gradient"},
                 {offset_gradient, "layer_norm_gradient: offset_gradient"}},
    of_rows[] = {{mean, "layer_norm_gradient: mean"},
                 {inverse_stddev, "layer_norm_gradient: inverse_stddev"}};
  for (const auto& it : like_input) {
    DML_RETURN_IF_ERROR(CheckIs(it.tensor, it.name, input->type, {rows, n}));
  }
  for (const auto& it : vectors) {
    DML_RETURN_IF_ERROR(CheckIs(it.tensor, it.name, input->type, {n}));
  }
  for (const auto& it : of_rows) {
    DML_RETURN_IF_ERROR(CheckIs(it.tensor, it.name, DML_FLOAT32, {rows}));
  }
  if (n == 0) return Status::Ok();
  for (const dml_tensor* read :
       {output_gradient, input, scale, mean, inverse_stddev}) {
    for (const dml_tensor* written : {scale_gradient, offset_gradient}) {
      DML_RETURN_IF_ERROR(
          CheckDisjoint("layer_norm_gradient", *read, *written));
    }
    if (read == output_gradient || read == input) continue;
    DML_RETURN_IF_ERROR(
        CheckDisjoint("layer_norm_gradient", *read, *input_gradient));
  }
  DML_RETURN_IF_ERROR(
      CheckAliasing("layer_norm_gradient", *output_gradient, *input_gradient));
  DML_RETURN_IF_ERROR(
      CheckAliasing("layer_norm_gradient", *input, *input_gradient));
  if (rows == 0) {
    constexpr uint32_t kZero = 0;  // of either type
    DML_RETURN_IF_ERROR(Fill(context, scale_gradient, &kZero));
    return Fill(context, offset_gradient, &kZero);
  }

  const LayerNormWalk walk =
      WalkRows({input, output_gradient, input_gradient, scale});
  const uint64_t blocks = CeilDivide(uint64_t(rows), walk.slots());
  // Each slot leaves sums of all columns: few of them, that are enough for the
  // device.
  const uint64_t groups =
      walk.held == 0 ? blocks : std::min(blocks, BusyGroups(context.adapter));
  const auto slots = static_cast<uint32_t>(
      std::min<uint64_t>(groups * walk.slots(), uint64_t(rows)));
  const uint32_t summing_slots =
      walk.held > 0 ? slots : std::min<uint32_t>(slots, 64);
  Scratch partial(context);
  DML_RETURN_IF_ERROR(
      partial.Allocate(2ull * summing_slots * n * sizeof(float)));
  if (walk.held == 0) {
    // Before the gradient may be written in place of what this reads.
    DML_RETURN_IF_ERROR(SumColumns(context, *output_gradient, *input, *mean,
                                   *inverse_stddev, summing_slots, partial));
  }

  LayerNormGradientParameters constants = {};
  constants.rows = static_cast<uint32_t>(rows);
  constants.count = walk.count;
  constants.lanes = walk.lanes;
  constants.slots = slots;
  constants.share = static_cast<float>(1.0 / static_cast<double>(n));
  Locate(*output_gradient, walk.elements, constants.dy_at);
  Locate(*input, walk.elements, constants.x_at);
  Locate(*input_gradient, walk.elements, constants.dx_at);
  Locate(*scale, walk.elements, constants.scale_at);
  Locate(*mean, 1, constants.mean_at);
  Locate(*inverse_stddev, 1, constants.inverse_stddev_at);
  DML_RETURN_IF_ERROR(LaunchProgram(
      context, ShaderName("layer_norm_gradient", input->type),
      {kGroupSize, walk.access, walk.held}, LinearGrid(context, groups),
      {Argument(*output_gradient, Access::kRead),
       Argument(*input, Access::kRead), Argument(*scale, Access::kRead),
       Argument(*mean, Access::kRead), Argument(*inverse_stddev, Access::kRead),
       Argument(*input_gradient, Access::kWrite),
       partial.Argument(walk.held > 0 ? Access::kWrite : Access::kRead)},
      constants));
  return FinishColumns(context, summing_slots, partial, *scale_gradient,
                       *offset_gradient);
}

}  // namespace dml
