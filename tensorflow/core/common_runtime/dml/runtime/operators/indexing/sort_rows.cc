// Brings updates into the order of their rows. See sort_rows.comp.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/index_vectors.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/indexing_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/sorted_rows.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

constexpr uint32_t kBits = 8;  // of a pass
static_assert(kGroupSize == 1u << kBits, "an invocation for each value");

Status NumberRows(OperatorContext& context, const dml_tensor& indices,
                  const int64_t* sizes, int64_t rows, const Scratch& numbers) {
  RowNumbersParameters constants = {};
  constants.count = static_cast<uint32_t>(indices.sizes[0]);
  constants.none = static_cast<uint32_t>(rows);
  constants.index_offset = DataOffset(indices);
  CopyStrides(indices, constants.index_strides);
  uint32_t depth = 1;
  if (sizes != nullptr) {
    depth = static_cast<uint32_t>(indices.sizes[1]);
    CopySizes(sizes, indices, constants.sizes);
  }
  return LaunchProgram(
      context, ShaderName("row_numbers", indices.type), {kGroupSize, depth},
      LinearGrid(context, CeilDivide(constants.count, kGroupSize)),
      {Argument(indices, Access::kRead), numbers.Argument(Access::kWrite)},
      constants);
}

}  // namespace

Status SortedRows::Sort(const dml_tensor& indices, const int64_t* sizes,
                        int64_t rows) {
  count_ = indices.sizes[0];
  row_count_ = rows;
  const uint64_t bytes = count_ * sizeof(uint32_t);
  for (Pair& pair : pairs_) {
    DML_RETURN_IF_ERROR(pair.rows.Allocate(bytes));
    DML_RETURN_IF_ERROR(pair.positions.Allocate(bytes));
  }
  DML_RETURN_IF_ERROR(
      NumberRows(context_, indices, sizes, rows, pairs_[0].rows));

  SortRowsParameters constants = {};
  constants.count = static_cast<uint32_t>(count_);
  constants.groups = static_cast<uint32_t>(
      CeilDivide(count_, SortRowsParameters::kNumbersOfGroup));
  Scratch counts(context_);
  const int64_t count_size = int64_t{kGroupSize} * constants.groups;
  DML_RETURN_IF_ERROR(counts.Allocate(count_size * sizeof(uint32_t)));
  dml_tensor places = {};
  places.data = counts.address();
  places.type = DML_INT32;
  places.rank = 1;
  places.sizes[0] = count_size;
  places.strides[0] = 1;

  constants.is_first = 1;
  // `rows` itself is a number, that of none.
  for (uint32_t shift = 0; shift == 0 || rows >> shift != 0; shift += kBits) {
    constants.shift = shift;
    const Pair& from = pairs_[last_];
    const Pair& to = pairs_[1 - last_];
    const auto launch = [&](uint32_t step, Access counts_access) {
      const bool place = step == SortRowsParameters::kPlace;
      const Access access = place ? Access::kWrite : Access::kRead;
      const BufferArgument read = from.rows.Argument(Access::kRead);
      // Buffers that a launch leaves alone are the rows.
      return LaunchProgram(context_, "sort_rows", {kGroupSize, step},
                           LinearGrid(context_, constants.groups),
                           {read,
                            place && constants.is_first == 0
                                ? from.positions.Argument(Access::kRead)
                                : read,
                            counts.Argument(counts_access),
                            place ? to.rows.Argument(access) : read,
                            place ? to.positions.Argument(access) : read},
                           constants);
    };
    DML_RETURN_IF_ERROR(launch(SortRowsParameters::kCount, Access::kWrite));
    DML_RETURN_IF_ERROR(Scan(context_, DML_SCAN_SUM, &places, 0,
                             /*exclusive=*/1, /*reverse=*/0, &places));
    DML_RETURN_IF_ERROR(launch(SortRowsParameters::kPlace, Access::kRead));
    last_ = 1 - last_;
    constants.is_first = 0;
  }
  return Status::Ok();
}

}  // namespace dml
