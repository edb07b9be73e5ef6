// Rows by index: gather, also by vectors of indices, and one-hot.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/indexing_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {

namespace {

// Whether programs may take rows of x that reach farther than 32 bits count.
bool MayBeFar(const dml_tensor& x) {
  const bool forward =
      x.strides[0] >= 0 && x.strides[1] >= 0 && x.strides[2] >= 0;
  return forward && x.sizes[1] <= kMaxElements && x.strides[1] <= kMaxElements;
}

Status CheckIndices(const char* name, const dml_tensor& indices) {
  if (indices.type == DML_INT32 || indices.type == DML_INT64) {
    return Status::Ok();
  }
  return InvalidArgument(name, ": indices must be int32 or int64, not ",
                         Describe(indices));
}

// Of an output and indices [count] or [batch, count] that programs take whole,
// and params of which they take the columns so.
Status LaunchGather(OperatorContext& context, const dml_tensor& x,
                    const dml_tensor& indices, const dml_tensor& y) {
  const bool far = !FitsPrograms(context, x) && MayBeFar(x);
  const bool batched = indices.rank == 2;
  GatherParameters constants = {};
  constants.total = static_cast<uint32_t>(ElementCount(y));
  constants.rows = static_cast<uint32_t>(x.sizes[1]);
  constants.index = InnerIndexOf(y);
  CopyStrides(x, constants.x_strides);
  CopyStrides(y, constants.y_strides);
  constants.index_stride =
      static_cast<int32_t>(indices.strides[indices.rank - 1]);
  if (batched) {
    constants.batch_stride = static_cast<int32_t>(indices.strides[0]);
    constants.by_batch =
        DivideBy(static_cast<uint32_t>(y.sizes[0] / indices.sizes[0]));
  }
  constants.x_offset = DataOffset(x);
  constants.y_offset = DataOffset(y);
  constants.index_offset = DataOffset(indices);
  return LaunchProgram(
      context, ShaderName("gather", y.type, indices.type),
      {kGroupSize, far, batched},
      LinearGrid(context, CeilDivide(constants.total, 4 * kGroupSize)),
      {Argument(x, Access::kRead), Argument(indices, Access::kRead),
       Argument(y, Access::kWrite)},
      constants);
}

// Batch by batch: what programs do not take whole.
Status GatherEach(OperatorContext& context, const dml_tensor& params,
                  const dml_tensor& indices, const dml_tensor& output) {
  const int64_t batches = indices.sizes[0];
  const Cut cut = {0, params.sizes[0] / batches, batches};
  for (int64_t b = 0; b < batches; ++b) {
    const dml_tensor x = PieceOf(params, cut, b);
    const dml_tensor i = SelectDimensions(PieceOf(indices, {0, 1, batches}, b),
                                          /*mask=*/1u << 1);
    const dml_tensor y = PieceOf(output, cut, b);
    DML_RETURN_IF_ERROR(Gather(context, &x, &i, &y));
  }
  return Status::Ok();
}

Status CheckGather(const dml_tensor* params, const dml_tensor* indices,
                   const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckWideTensor(params, "gather: params"));
  DML_RETURN_IF_ERROR(CheckWideTensor(indices, "gather: indices"));
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "gather: output"));
  bool fits = params->rank == 3 && output->rank == 3 &&
              (indices->rank == 1 || indices->rank == 2) &&
              params->type == output->type &&
              params->sizes[0] == output->sizes[0] &&
              indices->sizes[indices->rank - 1] == output->sizes[1] &&
              params->sizes[2] == output->sizes[2];
  if (fits && indices->rank == 2) {
    const int64_t batches = indices->sizes[0];
    fits =
        batches == 0 ? output->sizes[0] == 0 : output->sizes[0] % batches == 0;
  }
  if (!fits) {
    return InvalidArgument(
        "gather: params [outer, rows, inner] ", Describe(*params),
        ", indices [count] or [batch, count] ", Describe(*indices),
        " and output [outer, count, inner] ", Describe(*output), " do not fit");
  }
  return CheckIndices("gather", *indices);
}

}  // namespace

Status Gather(OperatorContext& context, const dml_tensor* params,
              const dml_tensor* indices, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckGather(params, indices, output));
  if (IsEmpty(*output)) return Status::Ok();
  if (IsEmpty(*params)) {  // every index is out of range
    const uint64_t zero[2] = {};
    return Fill(context, output, zero);
  }
  DML_RETURN_IF_ERROR(CheckDisjoint("gather", *params, *output));
  DML_RETURN_IF_ERROR(CheckDisjoint("gather", *indices, *output));
  const uint32_t bytes = WidestBytes({params, output});
  const dml_tensor x = Widen(*params, bytes);
  const dml_tensor y = Widen(*output, bytes);
  if (!CouldFitPrograms(x) && !MayBeFar(x)) {
    return TooManyElements("gather: params", x);
  }
  if (indices->rank == 2) {
    const bool fits = FitsPrograms(context, x) && FitsPrograms(context, y) &&
                      FitsPrograms(context, *indices);
    return fits ? LaunchGather(context, x, *indices, y)
                : GatherEach(context, *params, *indices, *output);
  }
  // Params without their rows and the indices, seen as tensors like the output.
  dml_tensor columns = x;
  columns.sizes[1] = y.sizes[1];
  columns.strides[1] = 0;
  dml_tensor numbers = y;
  numbers.data = indices->data;
  numbers.type = indices->type;
  std::fill_n(numbers.strides, 3, 0);
  numbers.strides[1] = indices->strides[0];
  return ForEachPiece(context, "gather", {&columns, &numbers, &y},
                      kAllDimensions, [&](const dml_tensor* const* pieces) {
                        dml_tensor x_piece = *pieces[0];
                        x_piece.sizes[1] = x.sizes[1];
                        x_piece.strides[1] = x.strides[1];
                        dml_tensor i_piece = *indices;
                        i_piece.data = pieces[1]->data;
                        i_piece.sizes[0] = pieces[1]->sizes[1];
                        return LaunchGather(context, x_piece, i_piece,
                                            *pieces[2]);
                      });
}

Status OneHot(OperatorContext& context, const dml_tensor* indices,
              const dml_tensor* on_value, const dml_tensor* off_value,
              const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckWideTensor(indices, "one_hot: indices"));
  DML_RETURN_IF_ERROR(CheckWideTensor(on_value, "one_hot: on_value"));
  DML_RETURN_IF_ERROR(CheckWideTensor(off_value, "one_hot: off_value"));
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "one_hot: output"));
  if (indices->rank != 2 || output->rank != 3 || on_value->rank != 0 ||
      off_value->rank != 0 || on_value->type != output->type ||
      off_value->type != output->type ||
      indices->sizes[0] != output->sizes[0] ||
      indices->sizes[1] != output->sizes[2]) {
    return InvalidArgument(
        "one_hot: indices [outer, inner] ", Describe(*indices), ", on_value ",
        Describe(*on_value), ", off_value ", Describe(*off_value),
        " and output [outer, depth, inner] ", Describe(*output), " do not fit");
  }
  if (indices->type != DML_UINT8 && indices->type != DML_INT32 &&
      indices->type != DML_INT64) {
    return InvalidArgument(
        "one_hot: indices must be uint8, int32 or int64, not ",
        Describe(*indices));
  }
  if (IsEmpty(*output)) return Status::Ok();
  for (const dml_tensor* input : {indices, on_value, off_value}) {
    DML_RETURN_IF_ERROR(CheckDisjoint("one_hot", *input, *output));
  }
  // The indices, seen as a tensor like the output.
  dml_tensor numbers = *output;
  numbers.data = indices->data;
  numbers.type = indices->type;
  numbers.strides[0] = indices->strides[0];
  numbers.strides[1] = 0;
  numbers.strides[2] = indices->strides[1];
  return ForEachPiece(
      context, "one_hot", {&numbers, output}, 1u << 0 | 1u << 2,
      [&](const dml_tensor* const* pieces) {
        dml_tensor x = *indices;
        const dml_tensor& y = *pieces[1];
        x.data = pieces[0]->data;
        x.sizes[0] = y.sizes[0];
        x.sizes[1] = y.sizes[2];
        OneHotParameters constants = {};
        constants.total = static_cast<uint32_t>(ElementCount(y));
        constants.index = InnerIndexOf(y);
        CopyStrides(x, constants.index_strides);
        CopyStrides(y, constants.y_strides);
        constants.index_offset = DataOffset(x);
        constants.y_offset = DataOffset(y);
        return LaunchProgram(
            context, ShaderName("one_hot", BitsType(y.type), x.type),
            {kGroupSize},
            LinearGrid(context, CeilDivide(constants.total, 4 * kGroupSize)),
            {Argument(x, Access::kRead), Argument(*on_value, Access::kRead),
             Argument(*off_value, Access::kRead), Argument(y, Access::kWrite)},
            constants);
      });
}

}  // namespace dml
