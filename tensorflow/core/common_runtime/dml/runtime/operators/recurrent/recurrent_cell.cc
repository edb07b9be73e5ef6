// What follows the products of a recurrent layer's step, and its gradient.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/recurrent/recurrent_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// A tensor [batch, columns] of the step, in the order of the program's
// parameters.
struct Part {
  const char* name;
  const dml_tensor* tensor;
  int64_t columns;
  Access access;
  bool used;  // otherwise the tensor may be null and is not looked at
};

int64_t GateCount(dml_cell cell) {
  return cell == DML_CELL_LSTM ? 4 : (cell == DML_CELL_GRU ? 3 : 1);
}

Status CheckCell(const char* name, dml_cell cell) {
  if (cell >= DML_CELL_RELU && cell <= DML_CELL_GRU) return Status::Ok();
  return InvalidArgument(name, ": there is no cell ", static_cast<int>(cell));
}

Status CheckPart(const char* name, const Part& part, const dml_tensor& first) {
  if (part.tensor == nullptr) {
    return InvalidArgument(name, ": ", part.name, " is null");
  }
  DML_RETURN_IF_ERROR(CheckTensor(part.tensor, part.name));
  if (part.tensor->rank != 2 || part.tensor->sizes[0] != first.sizes[0] ||
      part.tensor->sizes[1] != part.columns ||
      part.tensor->type != first.type) {
    return InvalidArgument(name, ": ", part.name, " is ",
                           Describe(*part.tensor), ", not [", first.sizes[0],
                           ", ", part.columns, "] of gates ", Describe(first));
  }
  return Status::Ok();
}

// parts[0] are the gates. Written parts overlap no other part.
Status CheckParts(const char* name, Span<const Part> parts,
                  const dml_tensor* lengths) {
  const dml_tensor& first = *parts[0].tensor;
  if (!IsFloat(first.type)) {
    return Unimplemented(name, ": takes floats, not ", Describe(first));
  }
  for (const Part& part : parts) {
    if (part.used) DML_RETURN_IF_ERROR(CheckPart(name, part, first));
  }
  for (const Part& written : parts) {
    if (!written.used || written.access == Access::kRead) continue;
    for (const Part& other : parts) {
      if (!other.used || &other == &written) continue;
      DML_RETURN_IF_ERROR(CheckDisjoint(name, *other.tensor, *written.tensor));
    }
  }
  if (lengths == nullptr) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckTensor(lengths, "recurrent cell: lengths"));
  if (lengths->type == DML_INT32 && lengths->rank == 1 &&
      lengths->sizes[0] == first.sizes[0]) {
    return Status::Ok();
  }
  return InvalidArgument(name, ": lengths are int32 [", first.sizes[0],
                         "], not ", Describe(*lengths));
}

// Parameters: of the program, whose buffers are the parts' and the lengths'.
template <typename Parameters, int kParts>
Status LaunchCell(OperatorContext& context, const char* shader, dml_cell cell,
                  const Part (&parts)[kParts], const dml_tensor* lengths,
                  int32_t time) {
  const dml_tensor& first = *parts[0].tensor;
  Parameters constants = {};
  static_assert(sizeof(constants.offsets) == kParts * sizeof(int32_t));
  RecurrentStep& step = constants.step;
  step.units = static_cast<uint32_t>(first.sizes[1] / GateCount(cell));
  step.count = static_cast<uint32_t>(first.sizes[0]) * step.units;
  step.time = time;
  BufferArgument buffers[kParts + 1];
  // Where a tensor is not used, the gates stand in: an address must be one.
  const BufferArgument unused = Argument(first, Access::kRead);
  for (int i = 0; i < kParts; ++i) {
    buffers[i] = unused;
    if (!parts[i].used) continue;
    const dml_tensor& tensor = *parts[i].tensor;
    buffers[i] = Argument(tensor, parts[i].access);
    constants.offsets[i] = DataOffset(tensor);
    for (int d = 0; d < 2; ++d) {
      constants.strides[i][d] = static_cast<int32_t>(tensor.strides[d]);
    }
  }
  buffers[kParts] = unused;
  if (lengths != nullptr) {
    buffers[kParts] = Argument(*lengths, Access::kRead);
    step.has_lengths = 1;
    step.length_stride = static_cast<int32_t>(lengths->strides[0]);
    step.length_offset = DataOffset(*lengths);
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
  const int64_t columns = gates->rank == 2 ? gates->sizes[1] : 0;
  const int64_t units = columns / GateCount(cell);
  const Part parts[] = {
      {"gates", gates, units * GateCount(cell), Access::kReadWrite, true},
      {"recurrent", recurrent, columns, Access::kRead, gru},
      {"hidden_before", hidden_before, units, Access::kRead, true},
      {"cell_before", cell_before, units, Access::kRead, lstm},
      {"hidden", hidden, units, Access::kWrite, true},
      {"cell_after", cell_after, units, Access::kWrite, lstm},
      {"output", output, units, Access::kWrite, true},
  };
  DML_RETURN_IF_ERROR(CheckParts(kName, parts, lengths));
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
  const int64_t columns = gates->rank == 2 ? gates->sizes[1] : 0;
  const int64_t units = columns / GateCount(cell);
  const Part parts[] = {
      {"gates", gates, units * GateCount(cell), Access::kRead, true},
      {"recurrent", recurrent, columns, Access::kRead, gru},
      {"hidden_before", hidden_before, units, Access::kRead, gru},
      {"cell_before", cell_before, units, Access::kRead, lstm},
      {"cell_after", cell_after, units, Access::kRead, lstm},
      {"output_gradient", output_gradient, units, Access::kRead, true},
      {"hidden_gradient", hidden_gradient, units, Access::kReadWrite, true},
      {"cell_gradient", cell_gradient, units, Access::kReadWrite, lstm},
      {"gates_gradient", gates_gradient, columns, Access::kWrite, true},
      {"recurrent_gradient", recurrent_gradient, columns, Access::kWrite, gru},
  };
  DML_RETURN_IF_ERROR(CheckParts(kName, parts, lengths));
  if (IsEmpty(*hidden_gradient)) return Status::Ok();
  return LaunchCell<RecurrentCellGradientParameters>(
      context, "recurrent_cell_gradient", cell, parts, lengths, time);
}

}  // namespace dml
