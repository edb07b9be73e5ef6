// What follows the products of a recurrent layer's step, and its gradient.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/recurrent/parts.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/recurrent/recurrent_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

struct CellSizes {
  int64_t batch = 0, units = 0, columns = 0;

  CellSizes(const dml_tensor& gates, dml_cell cell) {
    if (gates.rank != 2) return;  // CheckParts() refuses that
    batch = gates.sizes[0];
    units = gates.sizes[1] / GateCount(cell);
    columns = units * GateCount(cell);
  }
  PartSizes Gates() const { return {2, {batch, columns}}; }
  PartSizes State() const { return {2, {batch, units}}; }
};

// Parameters: of the program, whose buffers are the parts' and the lengths'.
template <typename Parameters, int kParts>
Status LaunchCell(OperatorContext& context, const char* shader, dml_cell cell,
                  const RecurrentPart (&parts)[kParts],
                  const dml_tensor* lengths, int32_t time) {
  const dml_tensor& first = *parts[0].tensor;
  Parameters constants = {};
  RecurrentStep& step = constants.step;
  step.units = static_cast<uint32_t>(first.sizes[1] / GateCount(cell));
  step.count = static_cast<uint32_t>(first.sizes[0]) * step.units;
  step.time = time;
  BufferArgument buffers[kParts + 1];
  BindParts(parts, lengths, buffers, constants.offsets, &step);
  for (int i = 0; i < kParts; ++i) {
    if (!parts[i].used) continue;
    for (int d = 0; d < 2; ++d) {
      constants.strides[i][d] =
          static_cast<int32_t>(parts[i].tensor->strides[d]);
    }
  }
  return LaunchProgram(context, ShaderName(shader, first.type),
                       {kGroupSize, static_cast<uint32_t>(cell)},
                       LinearGrid(context, CeilDivide(step.count, kGroupSize)),
                       buffers, constants);
}

}  // namespace

Status RecurrentCell(OperatorContext& context, dml_cell cell,
                     const dml_tensor* gates, const dml_tensor* recurrent,
                     const dml_tensor* hidden_before,
                     const dml_tensor* cell_before, const dml_tensor* lengths,
                     int32_t time, const dml_tensor* hidden,
                     const dml_tensor* cell_after, const dml_tensor* output) {
  constexpr char kName[] = "recurrent cell";
  DML_RETURN_IF_ERROR(CheckCell(kName, cell));
  DML_RETURN_IF_ERROR(CheckTensor(gates, "recurrent cell: gates"));
  const bool lstm = cell == DML_CELL_LSTM, gru = cell == DML_CELL_GRU;
  const CellSizes sizes(*gates, cell);
  const PartSizes all = sizes.Gates(), one = sizes.State();
  const RecurrentPart parts[] = {
      {"gates", gates, all, Access::kReadWrite, true},
      {"recurrent", recurrent, all, Access::kRead, gru},
      {"hidden_before", hidden_before, one, Access::kRead, true},
      {"cell_before", cell_before, one, Access::kRead, lstm},
      {"hidden", hidden, one, Access::kWrite, true},
      {"cell_after", cell_after, one, Access::kWrite, lstm},
      {"output", output, one, Access::kWrite, true},
  };
  DML_RETURN_IF_ERROR(CheckParts(kName, parts, lengths, sizes.batch));
  if (IsEmpty(*output)) return Status::Ok();
  return LaunchCell<RecurrentCellParameters>(context, "recurrent_cell", cell,
                                             parts, lengths, time);
}

Status RecurrentCellGradient(
    OperatorContext& context, dml_cell cell, const dml_tensor* gates,
    const dml_tensor* recurrent, const dml_tensor* hidden_before,
    const dml_tensor* cell_before, const dml_tensor* cell_after,
    const dml_tensor* lengths, int32_t time, const dml_tensor* output_gradient,
    const dml_tensor* hidden_gradient, const dml_tensor* cell_gradient,
    const dml_tensor* gates_gradient, const dml_tensor* recurrent_gradient) {
  constexpr char kName[] = "recurrent cell gradient";
  DML_RETURN_IF_ERROR(CheckCell(kName, cell));
  DML_RETURN_IF_ERROR(CheckTensor(gates, "recurrent cell gradient: gates"));
  const bool lstm = cell == DML_CELL_LSTM, gru = cell == DML_CELL_GRU;
  const CellSizes sizes(*gates, cell);
  const PartSizes all = sizes.Gates(), one = sizes.State();
  const RecurrentPart parts[] = {
      {"gates", gates, all, Access::kRead, true},
      {"recurrent", recurrent, all, Access::kRead, gru},
      {"hidden_before", hidden_before, one, Access::kRead, gru},
      {"cell_before", cell_before, one, Access::kRead, lstm},
      {"cell_after", cell_after, one, Access::kRead, lstm},
      {"output_gradient", output_gradient, one, Access::kRead, true},
      {"hidden_gradient", hidden_gradient, one, Access::kReadWrite, true},
      {"cell_gradient", cell_gradient, one, Access::kReadWrite, lstm},
      {"gates_gradient", gates_gradient, all, Access::kWrite, true},
      {"recurrent_gradient", recurrent_gradient, all, Access::kWrite, gru},
  };
  DML_RETURN_IF_ERROR(CheckParts(kName, parts, lengths, sizes.batch));
  if (IsEmpty(*hidden_gradient)) return Status::Ok();
  return LaunchCell<RecurrentCellGradientParameters>(
      context, "recurrent_cell_gradient", cell, parts, lengths, time);
}

}  // namespace dml
