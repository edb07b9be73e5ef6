// Concatenations and splits along one dimension: copies of all parts by one
// launch where they are rows without gaps, else one by one.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/copies/copies_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

constexpr uint32_t kMaxParts = JoinParameters::kMaxParts;
static_assert(kMaxParts + 1 == Launch::kMaxBuffers, "all buffers are in use");
constexpr uint32_t kElementsOfGroup = 4 * kGroupSize;

struct Join {
  const char* name;
  bool split;
  const dml_tensor& whole;
  Span<const dml_tensor* const> parts;
  uint32_t axis;
};

Status Check(const Join& join) {
  const dml_tensor& whole = join.whole;
  DML_RETURN_IF_ERROR(CheckWideTensor(&whole, join.name));
  if (join.axis >= whole.rank) {
    return InvalidArgument(join.name, ": ", Describe(whole),
                           " has no dimension ", join.axis);
  }
  int64_t size = 0;
  for (const dml_tensor* part : join.parts) {
    DML_RETURN_IF_ERROR(CheckWideTensor(part, join.name));
    bool fits = part->type == whole.type && part->rank == whole.rank;
    for (uint32_t d = 0; fits && d < whole.rank; ++d) {
      fits = d == join.axis || part->sizes[d] == whole.sizes[d];
    }
    if (!fits) {
      return InvalidArgument(join.name, ": the part ", Describe(*part),
                             " must have type and sizes of the whole ",
                             Describe(whole), ", but in dimension ", join.axis);
    }
    size += part->sizes[join.axis];
  }
  if (size == whole.sizes[join.axis]) return Status::Ok();
  return InvalidArgument(join.name, ": the parts have ", size,
                         " elements in dimension ", join.axis,
                         ", but the whole is ", Describe(whole));
}

// Where a part that begins at `begin` lies in the whole.
dml_tensor PlaceOf(const Join& join, const dml_tensor& part, int64_t begin) {
  dml_tensor place = join.whole;
  place.sizes[join.axis] = part.sizes[join.axis];
  place.data += static_cast<uint64_t>(begin * place.strides[join.axis]) *
                TypeBytes(place.type);
  return place;
}

Status CopyEach(OperatorContext& context, const Join& join) {
  int64_t begin = 0;
  for (const dml_tensor* part : join.parts) {
    if (IsEmpty(*part)) continue;
    const dml_tensor place = PlaceOf(join, *part, begin);
    DML_RETURN_IF_ERROR(join.split ? CopyTensor(context, &place, part)
                                   : CopyTensor(context, part, &place));
    begin += part->sizes[join.axis];
  }
  return Status::Ok();
}

// The tensors as rows: what lies together in a row of a part.
struct RowsOfTensors {
  uint64_t rows = 1;
  uint64_t position_bytes = 1;  // of one position along the axis
  uint32_t unit = 16;           // bytes that may be copied at once

  void Fit(uint64_t bytes) {
    while (bytes % unit != 0) unit /= 2;
  }
};

// False where a tensor has gaps, or is larger than a launch takes.
bool FindRows(const OperatorContext& context, const Join& join,
              RowsOfTensors* found) {
  const dml_tensor& whole = join.whole;
  for (uint32_t d = 0; d < join.axis; ++d) found->rows *= whole.sizes[d];
  found->position_bytes = TypeBytes(whole.type);
  for (uint32_t d = join.axis + 1; d < whole.rank; ++d) {
    found->position_bytes *= whole.sizes[d];
  }
  if (!IsContiguous(whole) || !FitsPrograms(context, whole)) return false;
  found->Fit(whole.data);
  for (const dml_tensor* part : join.parts) {
    if (IsEmpty(*part)) continue;
    if (!IsContiguous(*part)) return false;
    found->Fit(part->data);
    found->Fit(part->sizes[join.axis] * found->position_bytes);
  }
  // Units may be smaller than elements.
  return ElementCount(whole) * TypeBytes(whole.type) / found->unit <=
         kMaxElements;
}

// Parts that are not empty, kMaxParts at most, from `begin` on.
Status LaunchRows(OperatorContext& context, const Join& join,
                  const RowsOfTensors& tensors,
                  Span<const dml_tensor* const> parts, int64_t begin) {
  JoinParameters constants = {};
  constants.part_count = static_cast<uint32_t>(parts.size());
  constants.pitch = static_cast<uint32_t>(
      join.whole.sizes[join.axis] * tensors.position_bytes / tensors.unit);
  BufferArgument buffers[kMaxParts + 1];
  buffers[0] =
      Argument(join.whole, join.split ? Access::kRead : Access::kWrite);
  uint64_t groups = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const uint64_t size = parts[i]->sizes[join.axis];
    JoinParameters::RowsOfPart& rows = constants.rows[i];
    rows.width =
        static_cast<uint32_t>(size * tensors.position_bytes / tensors.unit);
    rows.by_width = DivideBy(rows.width);
    rows.count = static_cast<uint32_t>(rows.width * tensors.rows);
    rows.begin =
        static_cast<uint32_t>(begin * tensors.position_bytes / tensors.unit);
    rows.first_group = static_cast<uint32_t>(groups);
    groups += CeilDivide(rows.count, kElementsOfGroup);
    buffers[1 + i] =
        Argument(*parts[i], join.split ? Access::kWrite : Access::kRead);
    begin += size;
  }
  const uint32_t type = BitsOf(tensors.unit);
  return LaunchProgram(context, ShaderName("join", type),
                       {kGroupSize, join.split}, LinearGrid(context, groups),
                       buffers, constants);
}

Status Run(OperatorContext& context, const Join& join) {
  DML_RETURN_IF_ERROR(Check(join));
  if (IsEmpty(join.whole)) return Status::Ok();
  RowsOfTensors tensors;
  if (!FindRows(context, join, &tensors)) return CopyEach(context, join);

  const dml_tensor* taken[kMaxParts];
  size_t count = 0;
  int64_t begin = 0, end = 0;  // of those in `taken`
  for (const dml_tensor* part : join.parts) {
    if (IsEmpty(*part)) continue;
    DML_RETURN_IF_ERROR(join.split
                            ? CheckDisjoint(join.name, join.whole, *part)
                            : CheckDisjoint(join.name, *part, join.whole));
    taken[count++] = part;
    end += part->sizes[join.axis];
    if (count < kMaxParts && end < join.whole.sizes[join.axis]) continue;
    DML_RETURN_IF_ERROR(
        LaunchRows(context, join, tensors, {taken, count}, begin));
    begin = end;
    count = 0;
  }
  return Status::Ok();
}

}  // namespace

Status JoinParts(OperatorContext& context, const dml_tensor* const* parts,
                 uint32_t part_count, uint32_t axis, const dml_tensor* whole) {
  return Run(context, {"join_parts", false, *whole, {parts, part_count}, axis});
}

Status SplitParts(OperatorContext& context, const dml_tensor* whole,
                  uint32_t axis, const dml_tensor* const* parts,
                  uint32_t part_count) {
  return Run(context, {"split_parts", true, *whole, {parts, part_count}, axis});
}

}  // namespace dml
