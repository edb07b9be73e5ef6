#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/lu.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/linear_algebra_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/matrices.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// Those whose rows are few wait less for each other in small groups.
uint32_t PanelGroupSize(int64_t rows) { return rows <= 64 ? 64 : kGroupSize; }

}  // namespace

Status Elimination::Allocate(const char* name, uint32_t type, int64_t batch,
                             int64_t n, int64_t columns) {
  if (n > kMaxRows ||
      columns > kMaxElements / std::max<int64_t>(n * batch, 1)) {
    return Unimplemented(name, ": ", batch, " matrices of ", n, " x ", columns,
                         " elements are too large; take fewer at a time, of at "
                         "most ",
                         kMaxRows, " rows");
  }
  DML_RETURN_IF_ERROR(
      AllocateMatrices(&memory_, type, batch, n, columns, &matrices_));
  DML_RETURN_IF_ERROR(
      columns_.Allocate(batch * n * kBlock * uint64_t{TypeBytes(type)}));
  return pivots_.Allocate(batch * (kBlock + 1) * sizeof(int32_t));
}

Status Elimination::Run(const dml_tensor& singular) {
  const int64_t n = matrices_.sizes[1], pitch = matrices_.sizes[2];
  for (int64_t first = 0; first < n; first += kBlock) {
    const int64_t width = std::min<int64_t>(kBlock, n - first);
    const int64_t below = n - first - width, right = pitch - first - width;
    DML_RETURN_IF_ERROR(Panel(first, singular));
    if (right == 0) continue;
    DML_RETURN_IF_ERROR(Rows(first, right));
    if (below == 0) continue;
    const int64_t next = first + width;
    DML_RETURN_IF_ERROR(
        SubtractProduct(context_, {Part(matrices_, next, below, first, width)},
                        {Part(matrices_, first, width, next, right)},
                        Part(matrices_, next, below, next, right)));
  }
  return Status::Ok();
}

Status Elimination::Panel(int64_t first, const dml_tensor& singular) {
  LuPanelParameters constants = {};
  constants.batch = static_cast<uint32_t>(matrices_.sizes[0]);
  constants.n = static_cast<uint32_t>(matrices_.sizes[1]);
  constants.pitch = static_cast<uint32_t>(matrices_.sizes[2]);
  constants.first = static_cast<uint32_t>(first);
  CopyStrides(singular, &constants.singular_stride);
  constants.singular_offset = DataOffset(singular);
  return LaunchProgram(context_, ShaderName("lu_panel", matrices_.type),
                       {PanelGroupSize(matrices_.sizes[1])},
                       LinearGrid(context_, constants.batch),
                       {memory_.Argument(Access::kReadWrite),
                        columns_.Argument(Access::kReadWrite),
                        pivots_.Argument(Access::kReadWrite),
                        Argument(singular, Access::kReadWrite)},
                       constants);
}

Status Elimination::Rows(int64_t first, int64_t columns) {
  const uint32_t lanes = LanesOf(matrices_.type);
  LuRowsParameters constants = {};
  constants.batch = static_cast<uint32_t>(matrices_.sizes[0]);
  constants.n = static_cast<uint32_t>(matrices_.sizes[1]);
  constants.pitch = static_cast<uint32_t>(matrices_.sizes[2]);
  constants.first = static_cast<uint32_t>(first);
  constants.tiles = static_cast<uint32_t>(CeilDivide(columns, int64_t{lanes}));
  return LaunchProgram(
      context_, ShaderName("lu_rows", matrices_.type), {lanes},
      LinearGrid(context_, uint64_t{constants.batch} * constants.tiles),
      {memory_.Argument(Access::kReadWrite), pivots_.Argument(Access::kRead)},
      constants);
}

}  // namespace dml
