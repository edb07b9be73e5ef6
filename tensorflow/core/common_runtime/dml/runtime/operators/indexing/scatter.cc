// Updates of rows by index, or by vectors of indices: in order, by
// scatter.comp, or, of many that add up, row by row, by scatter_sorted.comp.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/index_vectors.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/indexing_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/row_walk.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/sorted_rows.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// Sums of complex numbers are the sums of their parts.
bool SumsParts(dml_scatter_op op, uint32_t type) {
  return (op == DML_SCATTER_ADD || op == DML_SCATTER_SUBTRACT) &&
         IsComplex(type);
}

// `vectors`: of indices [count, depth].
Status CheckArguments(dml_scatter_op op, bool vectors,
                      const dml_tensor& indices, const dml_tensor& updates,
                      const dml_tensor& output) {
  if (op < DML_SCATTER_ASSIGN || op > DML_SCATTER_MAXIMUM) {
    return InvalidArgument("scatter: there is no operation ",
                           static_cast<int>(op));
  }
  if (indices.rank != (vectors ? 2 : 1) || updates.rank != 2 ||
      output.rank != 2 || updates.type != output.type ||
      updates.sizes[0] != indices.sizes[0] ||
      updates.sizes[1] != output.sizes[1]) {
    return InvalidArgument(
        "scatter: indices ", vectors ? "[count, depth] " : "[count] ",
        Describe(indices), ", updates [count, inner] ", Describe(updates),
        " and output [rows, inner] ", Describe(output), " do not fit");
  }
  if (indices.type != DML_INT32 && indices.type != DML_INT64) {
    return InvalidArgument("scatter: indices must be int32 or int64, not ",
                           Describe(indices));
  }
  if (SumsParts(op, output.type)) {
    if (HasPartsSideBySide(updates) && HasPartsSideBySide(output)) {
      return Status::Ok();
    }
    return Unimplemented(
        "scatter: sums of complex rows need the elements of each row side by "
        "side in memory");
  }
  if (op != DML_SCATTER_ASSIGN && output.type != DML_INT32 &&
      output.type != DML_INT64 && !IsFloat(output.type)) {
    return Unimplemented("scatter: only assignment takes ", Describe(output));
  }
  return Status::Ok();
}

// Sums of tensors that programs take whole.
Status UpdateSorted(OperatorContext& context, bool subtract,
                    const int64_t* sizes, const dml_tensor& indices,
                    const dml_tensor& updates, const dml_tensor& output) {
  SortedRows sorted(context);
  DML_RETURN_IF_ERROR(sorted.Sort(indices, sizes, output.sizes[0]));
  ScatterSortedParameters constants = {};
  CopyStrides(updates, constants.update_strides);
  CopyStrides(output, constants.y_strides);
  constants.update_offset = DataOffset(updates);
  constants.y_offset = DataOffset(output);
  return sorted.SumUp(
      output.sizes[1], output.type,
      [&](const SortedWalk& walk, uint32_t step, uint64_t groups,
          const BufferArgument& partial) {
        constants.walk = walk;
        return LaunchProgram(
            context, ShaderName("scatter_sorted", output.type),
            {kGroupSize, step, subtract ? 1u : 0u},
            LinearGrid(context, groups, uint64_t{walk.count} * walk.columns),
            {sorted.rows(), sorted.positions(), partial,
             Argument(updates, Access::kRead),
             Argument(output, Access::kReadWrite)},
            constants);
      });
}

// Scatter(), or ScatterNd() of vectors that are places in `sizes`.
Status Update(OperatorContext& context, dml_scatter_op op, const int64_t* sizes,
              const dml_tensor& indices, const dml_tensor& updates,
              const dml_tensor& output) {
  const bool vectors = sizes != nullptr;
  DML_RETURN_IF_ERROR(CheckWideTensor(&indices, "scatter: indices"));
  DML_RETURN_IF_ERROR(CheckWideTensor(&updates, "scatter: updates"));
  DML_RETURN_IF_ERROR(CheckWideTensor(&output, "scatter: output"));
  DML_RETURN_IF_ERROR(CheckArguments(op, vectors, indices, updates, output));
  if (vectors) {
    DML_RETURN_IF_ERROR(
        CheckIndexVectors("scatter_nd", sizes, indices, output.sizes[0]));
  }
  if (IsEmpty(updates) || IsEmpty(output)) return Status::Ok();
  if (SumsParts(op, output.type)) {
    return Update(context, op, sizes, indices, PartsSideBySide(updates),
                  PartsSideBySide(output));
  }
  DML_RETURN_IF_ERROR(CheckDisjoint("scatter", indices, output));
  DML_RETURN_IF_ERROR(CheckDisjoint("scatter", updates, output));

  const bool adds_up = op == DML_SCATTER_ADD || op == DML_SCATTER_SUBTRACT;
  if (adds_up &&
      SortingPays(context.adapter, indices.sizes[0], output.sizes[0],
                  output.sizes[1]) &&
      FitsPrograms(context, indices) && FitsPrograms(context, updates) &&
      FitsPrograms(context, output)) {
    const Status status = UpdateSorted(context, op == DML_SCATTER_SUBTRACT,
                                       sizes, indices, updates, output);
    if (status.code() != Code::kOutOfMemory) return status;
  }
  const ShaderName program =
      op == DML_SCATTER_ASSIGN
          ? ShaderName("scatter_move", BitsType(output.type), indices.type)
          : ShaderName("scatter", output.type, indices.type);
  if (output.sizes[0] > kMaxWalkedRows) {
    return TooManyElements("scatter: output", output);
  }
  ScatterParameters constants = {};
  CopyStrides(indices, constants.index_strides);
  CopyStrides(updates, constants.update_strides);
  CopyStrides(output, constants.y_strides);
  uint32_t depth = 1;
  if (vectors) {
    depth = static_cast<uint32_t>(indices.sizes[1]);
    CopySizes(sizes, indices, constants.sizes);
  }
  const int64_t per_launch = UpdatesPerLaunch(context, updates);
  int64_t first_row = 0;
  return ForEachPiece(
      context, "scatter: output", {&output}, 1u << 0,
      [&](const dml_tensor* const* pieces) {
        const dml_tensor& y = *pieces[0];
        DML_RETURN_IF_ERROR(LaunchUpdates(
            indices.sizes[0], per_launch, [&](int64_t first, int64_t count) {
              const dml_tensor i = SliceRows(indices, first, count);
              const dml_tensor u = SliceRows(updates, first, count);
              constants.walk = WalkRows(context.adapter, count, y.sizes[0],
                                        y.sizes[1], first_row);
              constants.index_offset = DataOffset(i);
              constants.update_offset = DataOffset(u);
              constants.y_offset = DataOffset(y);
              return LaunchProgram(
                  context, program,
                  {kGroupSize, static_cast<uint32_t>(op), depth},
                  LinearGrid(context, constants.walk.groups),
                  {Argument(i, Access::kRead), Argument(u, Access::kRead),
                   Argument(y, Access::kReadWrite)},
                  constants);
            }));
        first_row += y.sizes[0];
        return Status::Ok();
      });
}

}  // namespace

Status Scatter(OperatorContext& context, dml_scatter_op op,
               const dml_tensor* indices, const dml_tensor* updates,
               const dml_tensor* output) {
  return Update(context, op, /*sizes=*/nullptr, *indices, *updates, *output);
}

Status ScatterNd(OperatorContext& context, dml_scatter_op op,
                 const int64_t* sizes, const dml_tensor* indices,
                 const dml_tensor* updates, const dml_tensor* output) {
  return Update(context, op, sizes, *indices, *updates, *output);
}

}  // namespace dml
