// Rows by vectors of indices: see gather_nd.comp.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/index_vectors.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/indexing_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {

Status CheckIndexVectors(const char* name, const int64_t* sizes,
                         const dml_tensor& indices, int64_t rows) {
  if (indices.type != DML_INT32 && indices.type != DML_INT64) {
    return InvalidArgument(name, ": indices must be int32 or int64, not ",
                           Describe(indices));
  }
  if (indices.rank != 2 || indices.sizes[1] > DML_MAX_RANK) {
    return InvalidArgument(name, ": indices must be [count, depth up to ",
                           DML_MAX_RANK, "], not ", Describe(indices));
  }
  int64_t places = 1;
  for (int64_t d = 0; d < indices.sizes[1]; ++d) {
    if (sizes[d] < 0) {
      return InvalidArgument(name, ": the size ", sizes[d], " is negative");
    }
    // More than any memory holds stays more.
    places =
        sizes[d] == 0 ? 0 : std::min(places, INT64_MAX / sizes[d]) * sizes[d];
  }
  if (places == rows) return Status::Ok();
  return InvalidArgument(name, ": the sizes that indices are places in make ",
                         "another number of rows than ", rows);
}

void CopySizes(const int64_t* sizes, const dml_tensor& indices, uint32_t* to) {
  for (int64_t d = 0; d < indices.sizes[1]; ++d) {
    to[d] = static_cast<uint32_t>(sizes[d]);
  }
}

namespace {

// Whether programs may take rows that reach farther than 32 bits count.
bool MayBeFar(const dml_tensor& x) {
  return x.strides[0] >= 0 && x.strides[1] >= 0 && x.sizes[0] <= kMaxElements &&
         x.strides[0] <= kMaxElements;
}

// Of an output that programs take whole, and params of which they take the
// columns so.
Status LaunchPiece(OperatorContext& context, const dml_tensor& x,
                   const int64_t* sizes, const dml_tensor& indices,
                   const dml_tensor& y) {
  const bool far = !FitsPrograms(context, x) && MayBeFar(x);
  GatherNdParameters constants = {};
  constants.total = static_cast<uint32_t>(ElementCount(y));
  constants.inner = static_cast<uint32_t>(y.sizes[1]);
  constants.by_inner = DivideBy(constants.inner);
  CopyStrides(x, constants.x_strides);
  CopyStrides(y, constants.y_strides);
  CopyStrides(indices, constants.index_strides);
  constants.x_offset = DataOffset(x);
  constants.y_offset = DataOffset(y);
  constants.index_offset = DataOffset(indices);
  CopySizes(sizes, indices, constants.sizes);
  return LaunchProgram(
      context, ShaderName("gather_nd", y.type, indices.type),
      {kGroupSize, far, static_cast<uint32_t>(indices.sizes[1])},
      LinearGrid(context, CeilDivide(constants.total, 4 * kGroupSize)),
      {Argument(x, Access::kRead), Argument(indices, Access::kRead),
       Argument(y, Access::kWrite)},
      constants);
}

}  // namespace

Status GatherNd(OperatorContext& context, const dml_tensor* params,
                const int64_t* sizes, const dml_tensor* indices,
                const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckWideTensor(params, "gather_nd: params"));
  DML_RETURN_IF_ERROR(CheckWideTensor(indices, "gather_nd: indices"));
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "gather_nd: output"));
  if (params->rank != 2 || indices->rank != 2 || output->rank != 2 ||
      params->type != output->type || indices->sizes[0] != output->sizes[0] ||
      params->sizes[1] != output->sizes[1]) {
    return InvalidArgument("gather_nd: params [rows, inner] ",
                           Describe(*params), ", indices [count, depth] ",
                           Describe(*indices), " and output [count, inner] ",
                           Describe(*output), " do not fit");
  }
  DML_RETURN_IF_ERROR(
      CheckIndexVectors("gather_nd", sizes, *indices, params->sizes[0]));
  if (IsEmpty(*output)) return Status::Ok();
  if (IsEmpty(*params)) {  // every index is out of range
    const uint64_t zero[2] = {};
    return Fill(context, output, zero);
  }
  DML_RETURN_IF_ERROR(CheckDisjoint("gather_nd", *params, *output));
  DML_RETURN_IF_ERROR(CheckDisjoint("gather_nd", *indices, *output));
  const uint32_t bytes = WidestBytes({params, output});
  const dml_tensor x = Widen(*params, bytes);
  const dml_tensor y = Widen(*output, bytes);
  if (!CouldFitPrograms(x) && !MayBeFar(x)) {
    return TooManyElements("gather_nd: params", x);
  }
  // Columns of params, and the vectors, seen as tensors like the output.
  dml_tensor columns = x;
  columns.sizes[0] = y.sizes[0];
  columns.strides[0] = 0;
  dml_tensor vectors = y;
  vectors.data = indices->data;
  vectors.type = indices->type;
  vectors.strides[0] = indices->strides[0];
  vectors.strides[1] = 0;
  return ForEachPiece(context, "gather_nd", {&columns, &vectors, &y},
                      kAllDimensions, [&](const dml_tensor* const* pieces) {
                        dml_tensor x_piece = *pieces[0];
                        x_piece.sizes[0] = x.sizes[0];
                        x_piece.strides[0] = x.strides[0];
                        dml_tensor i_piece = *indices;
                        i_piece.data = pieces[1]->data;
                        i_piece.sizes[0] = pieces[1]->sizes[0];
                        return LaunchPiece(context, x_piece, sizes, i_piece,
                                           *pieces[2]);
                      });
}

}  // namespace dml
