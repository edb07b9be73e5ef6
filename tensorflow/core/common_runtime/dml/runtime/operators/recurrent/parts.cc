#include "tensorflow/core/common_runtime/dml/runtime/operators/recurrent/parts.h"

#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

std::string Say(const PartSizes& sizes) {
  std::string text = "[";
  for (uint32_t d = 0; d < sizes.rank; ++d) {
    text += (d == 0 ? "" : ", ") + std::to_string(sizes.sizes[d]);
  }
  return text + "]";
}

Status CheckPart(const char* name, const RecurrentPart& part,
                 const dml_tensor& first) {
  if (part.tensor == nullptr) {
    return InvalidArgument(name, ": ", part.name, " is null");
  }
  const dml_tensor& tensor = *part.tensor;
  DML_RETURN_IF_ERROR(CheckTensor(&tensor, part.name));
  bool fits = tensor.rank == part.sizes.rank && tensor.type == first.type;
  for (uint32_t d = 0; fits && d < tensor.rank; ++d) {
    fits = tensor.sizes[d] == part.sizes.sizes[d];
  }
  if (!fits) {
    return InvalidArgument(name, ": ", part.name, " is ", Describe(tensor),
                           ", not ", Say(part.sizes), " for gates ",
                           Describe(first));
  }
  if (part.contiguous && !IsContiguous(tensor)) {
    return InvalidArgument(name, ": ", part.name, ", ", Describe(tensor),
                           ", must be contiguous");
  }
  return Status::Ok();
}

}  // namespace

int64_t GateCount(dml_cell cell) {
  return cell == DML_CELL_LSTM ? 4 : (cell == DML_CELL_GRU ? 3 : 1);
}

Status CheckCell(const char* name, dml_cell cell) {
  if (cell >= DML_CELL_RELU && cell <= DML_CELL_GRU) return Status::Ok();
  return InvalidArgument(name, ": there is no cell ", static_cast<int>(cell));
}

Status CheckParts(const char* name, Span<const RecurrentPart> parts,
                  const dml_tensor* lengths, int64_t batch) {
  const dml_tensor& first = *parts[0].tensor;
  if (!IsFloat(first.type)) {
    return Unimplemented(name, ": takes floats, not ", Describe(first));
  }
  for (const RecurrentPart& part : parts) {
    if (part.used) DML_RETURN_IF_ERROR(CheckPart(name, part, first));
  }
  for (const RecurrentPart& written : parts) {
    if (!written.used || written.access == Access::kRead) continue;
    for (const RecurrentPart& other : parts) {
      if (!other.used || &other == &written) continue;
      DML_RETURN_IF_ERROR(CheckDisjoint(name, *other.tensor, *written.tensor));
    }
  }
  if (lengths == nullptr) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckTensor(lengths, "recurrent cell: lengths"));
  if (lengths->type == DML_INT32 && lengths->rank == 1 &&
      lengths->sizes[0] == batch) {
    return Status::Ok();
  }
  return InvalidArgument(name, ": lengths are int32 [", batch, "], not ",
                         Describe(*lengths));
}

}  // namespace dml
