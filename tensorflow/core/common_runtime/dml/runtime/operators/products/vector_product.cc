#include "tensorflow/core/common_runtime/dml/runtime/operators/products/vector_product.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/operators/products/product.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// Tiles reuse what they load: that pays for so many unused elements.
constexpr int64_t kUnusedElements = 32;

}  // namespace

bool IsVectorProduct(const TileConfig& tile, int64_t m, int64_t n) {
  return m == 1 && int64_t{tile.m} * tile.n >= kUnusedElements * n;
}

Status VectorProduct(OperatorContext& context, const GemmParameters& gemm,
                     const dml_tensor& a, const dml_tensor& b,
                     const dml_tensor& c) {
  VectorProductParameters constants = {};
  constants.outputs = gemm.batches * gemm.n;
  constants.n = gemm.n;
  constants.k = gemm.k;
  const ReductionShape shape = ShapeReduction(
      context, constants.outputs, gemm.k,
      ChooseNeighbours(gemm.b_depth, gemm.n == 1 ? 0 : gemm.b_column),
      /*may_split=*/true);
  constants.splits = shape.splits;
  constants.chunk = shape.chunk;
  constants.lanes = shape.lanes;
  constants.lane_stride = shape.lane_stride;
  constants.a_offset = gemm.a_offset;
  constants.b_offset = gemm.b_offset;
  constants.c_offset = gemm.c_offset;
  constants.a_depth = gemm.a_depth;
  constants.b_depth = gemm.b_depth;
  constants.b_column = gemm.b_column;
  constants.c_column = gemm.c_column;
  constants.batch_rank = gemm.batch_rank;
  constants.batch = IndexOf(gemm.batch_sizes, gemm.batch_rank);
  std::copy_n(gemm.a_batch, DML_MAX_RANK, constants.a_batch);
  std::copy_n(gemm.b_batch, DML_MAX_RANK, constants.b_batch);
  std::copy_n(gemm.c_batch, DML_MAX_RANK, constants.c_batch);

  // As the parts of a tiled product are, but of all batches side by side.
  Split split;
  split.outer = 1;
  split.inner = constants.outputs;
  split.parts = shape.splits;
  Scratch partial(context);
  DML_RETURN_IF_ERROR(AllocatePartial(split, c.type, &partial));
  const BufferArgument read = Argument(a, Access::kRead);
  // Buffers that a launch leaves alone are a.
  DML_RETURN_IF_ERROR(
      LaunchProgram(context, ShaderName("vector_product", c.type), {kGroupSize},
                    LinearGrid(context, shape.groups),
                    {read, Argument(b, Access::kRead),
                     split.parts > 1 ? read : Argument(c, Access::kWrite),
                     split.parts > 1 ? partial.Argument(Access::kWrite) : read},
                    constants));
  if (split.parts == 1) return Status::Ok();
  return ReduceParts(context, split, partial, c, 1.0, 0.0, nullptr,
                     DML_ACTIVATION_NONE);
}

}  // namespace dml
