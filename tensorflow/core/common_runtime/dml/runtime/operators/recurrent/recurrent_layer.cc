// All steps of one direction of a recurrent layer, and their gradient.
//
// Where the weights are few, one launch walks through the steps: then launches
// and the barriers between them would take longer than what they compute. Else
// each step is a product and a launch of the cell's program.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/recurrent/parts.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/recurrent/recurrent_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

struct LayerSizes {
  int64_t steps = 0, batch = 0, units = 0, columns = 0;

  LayerSizes(const dml_tensor& gates, dml_cell cell) {
    if (gates.rank != 3) return;  // CheckParts() refuses that
    steps = gates.sizes[0];
    batch = gates.sizes[1];
    units = gates.sizes[2] / GateCount(cell);
    columns = units * GateCount(cell);
  }
  PartSizes Gates() const { return {3, {steps, batch, columns}}; }
  PartSizes States() const { return {3, {steps + 1, batch, units}}; }
  PartSizes State() const { return {2, {batch, units}}; }
  PartSizes Outputs() const { return {3, {steps, batch, units}}; }
  PartSizes Weights() const { return {2, {columns, units}}; }
  PartSizes Bias() const { return {1, {columns}}; }
  uint32_t StepAt(int64_t i, bool reverse) const {
    return static_cast<uint32_t>(reverse ? steps - 1 - i : i);
  }
};

// How one launch takes all steps; rows = 0: it does not.
struct Walk {
  uint32_t span = 0;   // the units, rounded up to a power of two
  uint32_t rows = 0;   // of a work group
  uint32_t steps = 0;  // of a launch: none takes long
};

// What a work group may read of weights in a step, and all of them together:
// above that products, which share what they read, are faster than a walk.
constexpr int64_t kMaxWeightBytes = 512 << 10;
constexpr int64_t kMaxStepBytes = 16 << 20;
// What a launch may read of weights, over all steps.
constexpr int64_t kMaxLaunchBytes = 1 << 30;
constexpr int64_t kGroupsWanted = 64;
constexpr uint32_t kMaxRows = 4;

Walk PlanWalk(const OperatorContext& context, const LayerSizes& sizes,
              uint32_t type) {
  Walk walk;
  const int64_t bytes = sizes.columns * sizes.units * TypeBytes(type);
  if (bytes > kMaxWeightBytes) return walk;
  walk.span = 16;
  while (walk.span < sizes.units) walk.span *= 2;
  walk.rows = 1;
  while (walk.rows < kMaxRows &&
         CeilDivide(sizes.batch, int64_t{walk.rows}) > kGroupsWanted) {
    walk.rows *= 2;
  }
  // Of a row, in elements: states, gates and, of the gradient, partial sums.
  const int64_t held = (2 + sizes.columns / sizes.units) * int64_t{walk.span} +
                       std::max(walk.span, kGroupSize);
  const int64_t shared = held * (type == DML_FLOAT64 ? 8 : 4);
  while (walk.rows > 1 && shared * walk.rows > context.adapter.max_shared_bytes)
    walk.rows /= 2;
  const int64_t step_bytes =
      CeilDivide(sizes.batch, int64_t{walk.rows}) * bytes;
  if (shared > context.adapter.max_shared_bytes || step_bytes > kMaxStepBytes) {
    return Walk();
  }
  walk.steps =
      static_cast<uint32_t>(std::max<int64_t>(kMaxLaunchBytes / step_bytes, 1));
  return walk;
}

// A tensor's place of one step.
dml_tensor At(const dml_tensor& tensor, int64_t step) {
  dml_tensor part = tensor;
  part.data += step * tensor.strides[0] * TypeBytes(tensor.type);
  part.rank = 2;
  for (int d = 0; d < 2; ++d) {
    part.sizes[d] = tensor.sizes[d + 1];
    part.strides[d] = tensor.strides[d + 1];
  }
  return part;
}

dml_tensor Transposed(dml_tensor matrix) {
  std::swap(matrix.sizes[0], matrix.sizes[1]);
  std::swap(matrix.strides[0], matrix.strides[1]);
  return matrix;
}

template <size_t kCount>
void CopyStridesOf(const dml_tensor& tensor, int32_t (&strides)[kCount]) {
  for (size_t d = 0; d < kCount; ++d) {
    strides[d] = static_cast<int32_t>(tensor.strides[d]);
  }
}

// `constants` know the strides; this adds the rest, and launches the walk: from
// its begin, or `backwards` from its end.
template <typename Parameters, int kParts>
Status LaunchWalk(OperatorContext& context, const char* shader, dml_cell cell,
                  bool reverse, bool backwards, const Walk& walk,
                  const LayerSizes& sizes, const RecurrentPart (&parts)[kParts],
                  const dml_tensor* lengths, Parameters constants) {
  RecurrentWalk& said = constants.walk;
  said.batch = static_cast<uint32_t>(sizes.batch);
  said.units = static_cast<uint32_t>(sizes.units);
  said.steps = static_cast<uint32_t>(sizes.steps);
  said.reverse = reverse;
  BufferArgument buffers[kParts + 1];
  BindParts(parts, lengths, buffers, constants.offsets, &said);
  const uint64_t groups = CeilDivide(sizes.batch, int64_t{walk.rows});
  for (uint32_t done = 0; done < said.steps; done += said.count) {
    said.count = std::min(walk.steps, said.steps - done);
    said.begin = backwards ? said.steps - done - said.count : done;
    DML_RETURN_IF_ERROR(LaunchProgram(
        context, ShaderName(shader, parts[0].tensor->type),
        {kGroupSize, static_cast<uint32_t>(cell), walk.span, walk.rows},
        LinearGrid(context, groups,
                   sizes.batch * sizes.columns * sizes.units * said.count),
        Span<const BufferArgument>(buffers), constants));
  }
  return Status::Ok();
}

}  // namespace

Status RecurrentLayer(OperatorContext& context, dml_cell cell, int32_t reverse,
                      const dml_tensor* gates, const dml_tensor* recurrent,
                      const dml_tensor* weights, const dml_tensor* bias,
                      const dml_tensor* hidden, const dml_tensor* cells,
                      const dml_tensor* lengths, const dml_tensor* output) {
  constexpr char kName[] = "recurrent layer";
  DML_RETURN_IF_ERROR(CheckCell(kName, cell));
  DML_RETURN_IF_ERROR(CheckTensor(gates, "recurrent layer: gates"));
  const bool lstm = cell == DML_CELL_LSTM, gru = cell == DML_CELL_GRU;
  const LayerSizes sizes(*gates, cell);
  RecurrentPart parts[] = {
      {"gates", gates, sizes.Gates(), Access::kReadWrite, true, true},
      {"recurrent", recurrent, sizes.Gates(), Access::kWrite, gru, true},
      {"weights", weights, sizes.Weights(), Access::kRead, true, true},
      {"bias", bias, sizes.Bias(), Access::kRead, true, true},
      {"hidden", hidden, sizes.States(), Access::kReadWrite, true, true},
      {"cells", cells, sizes.States(), Access::kReadWrite, lstm, true},
      {"output", output, sizes.Outputs(), Access::kWrite, true},
  };
  DML_RETURN_IF_ERROR(CheckParts(kName, parts, lengths, sizes.batch));
  if (IsEmpty(*output)) return Status::Ok();

  const Walk walk = PlanWalk(context, sizes, gates->type);
  if (walk.rows > 0) {
    // An invocation has a column: neighbours read neighbouring columns.
    Scratch room(context);
    DML_RETURN_IF_ERROR(
        room.Allocate(ElementCount(*weights) * TypeBytes(weights->type)));
    const dml_tensor by_unit =
        MakeTensor(room.address(), weights->type, {sizes.units, sizes.columns});
    const dml_tensor transposed = Transposed(*weights);
    DML_RETURN_IF_ERROR(CopyTensor(context, &transposed, &by_unit));
    parts[2].tensor = &by_unit;
    RecurrentWalkParameters constants = {};
    CopyStridesOf(*output, constants.output_strides);
    return LaunchWalk(context, "recurrent_walk", cell, reverse != 0,
                      /*backwards=*/false, walk, sizes, parts, lengths,
                      constants);
  }

  const dml_tensor by_unit = Transposed(*weights);
  dml_tensor repeated_bias = *bias;
  repeated_bias.rank = 2;
  repeated_bias.sizes[0] = sizes.batch;
  repeated_bias.strides[0] = 0;
  repeated_bias.sizes[1] = sizes.columns;
  repeated_bias.strides[1] = 1;
  for (int64_t i = 0; i < sizes.steps; ++i) {
    const uint32_t t = sizes.StepAt(i, reverse != 0);
    const uint32_t from = reverse != 0 ? t + 1 : t;
    const uint32_t to = reverse != 0 ? t : t + 1;
    const dml_tensor sums = At(*gates, t);
    const dml_tensor products = gru ? At(*recurrent, t) : sums;
    const dml_tensor before = At(*hidden, from), after = At(*hidden, to);
    const dml_tensor y = At(*output, t);
    dml_tensor cell_before = {}, cell_after = {};
    if (lstm) {
      cell_before = At(*cells, from);
      cell_after = At(*cells, to);
    }
    DML_RETURN_IF_ERROR(Gemm(context, &before, &by_unit, &products, 1.0,
                             gru ? 0.0 : 1.0, &repeated_bias,
                             DML_ACTIVATION_NONE));
    DML_RETURN_IF_ERROR(RecurrentCell(
        context, cell, &sums, gru ? &products : nullptr, &before,
        lstm ? &cell_before : nullptr, lengths, static_cast<int32_t>(t), &after,
        lstm ? &cell_after : nullptr, &y));
  }
  return Status::Ok();
}

Status RecurrentLayerGradient(
    OperatorContext& context, dml_cell cell, int32_t reverse,
    const dml_tensor* gates, const dml_tensor* recurrent,
    const dml_tensor* weights, const dml_tensor* hidden,
    const dml_tensor* cells, const dml_tensor* lengths,
    const dml_tensor* output_gradient, const dml_tensor* hidden_gradient,
    const dml_tensor* cell_gradient, const dml_tensor* gates_gradient,
    const dml_tensor* recurrent_gradient) {
  constexpr char kName[] = "recurrent layer gradient";
  DML_RETURN_IF_ERROR(CheckCell(kName, cell));
  DML_RETURN_IF_ERROR(CheckTensor(gates, "recurrent layer gradient: gates"));
  const bool lstm = cell == DML_CELL_LSTM, gru = cell == DML_CELL_GRU;
  const LayerSizes sizes(*gates, cell);
  const RecurrentPart parts[] = {
      {"gates", gates, sizes.Gates(), Access::kRead, true, true},
      {"recurrent", recurrent, sizes.Gates(), Access::kRead, gru, true},
      {"weights", weights, sizes.Weights(), Access::kRead, true, true},
      {"hidden", hidden, sizes.States(), Access::kRead, gru, true},
      {"cells", cells, sizes.States(), Access::kRead, lstm, true},
      {"output_gradient", output_gradient, sizes.Outputs(), Access::kRead,
       true},
      {"hidden_gradient", hidden_gradient, sizes.State(), Access::kReadWrite,
       true},
      {"cell_gradient", cell_gradient, sizes.State(), Access::kReadWrite, lstm},
      {"gates_gradient", gates_gradient, sizes.Gates(), Access::kWrite, true,
       true},
      {"recurrent_gradient", recurrent_gradient, sizes.Gates(), Access::kWrite,
       gru, true},
  };
  DML_RETURN_IF_ERROR(CheckParts(kName, parts, lengths, sizes.batch));
  if (IsEmpty(*output_gradient)) return Status::Ok();

  const Walk walk = PlanWalk(context, sizes, gates->type);
  if (walk.rows > 0) {
    RecurrentWalkGradientParameters constants = {};
    CopyStridesOf(*output_gradient, constants.output_strides);
    CopyStridesOf(*hidden_gradient, constants.hidden_strides);
    if (lstm) CopyStridesOf(*cell_gradient, constants.cell_strides);
    return LaunchWalk(context, "recurrent_walk_gradient", cell, reverse != 0,
                      /*backwards=*/true, walk, sizes, parts, lengths,
                      constants);
  }

  for (int64_t i = sizes.steps - 1; i >= 0; --i) {
    const uint32_t t = sizes.StepAt(i, reverse != 0);
    const uint32_t from = reverse != 0 ? t + 1 : t;
    const uint32_t to = reverse != 0 ? t : t + 1;
    const dml_tensor activated = At(*gates, t);
    const dml_tensor dy = At(*output_gradient, t);
    const dml_tensor dgates = At(*gates_gradient, t);
    dml_tensor dproducts = dgates, products = {}, before = {};
    dml_tensor cell_before = {}, cell_after = {};
    if (gru) {
      dproducts = At(*recurrent_gradient, t);
      products = At(*recurrent, t);
      before = At(*hidden, from);
    }
    if (lstm) {
      cell_before = At(*cells, from);
      cell_after = At(*cells, to);
    }
    DML_RETURN_IF_ERROR(RecurrentCellGradient(
        context, cell, &activated, gru ? &products : nullptr,
        gru ? &before : nullptr, lstm ? &cell_before : nullptr,
        lstm ? &cell_after : nullptr, lengths, static_cast<int32_t>(t), &dy,
        hidden_gradient, cell_gradient, &dgates, gru ? &dproducts : nullptr));
    DML_RETURN_IF_ERROR(Gemm(context, &dproducts, weights, hidden_gradient, 1.0,
                             1.0, nullptr, DML_ACTIVATION_NONE));
  }
  return Status::Ok();
}

}  // namespace dml
