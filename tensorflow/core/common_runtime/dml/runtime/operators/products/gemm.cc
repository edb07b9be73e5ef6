// Matrix products: gemm.comp.
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/gemm.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/product.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/products_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_chooser.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/vector_product.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

// The operands as matrices: rows in dimension rank - 2, columns in rank - 1.
int64_t& Rows(dml_tensor& t) { return t.sizes[t.rank - 2]; }
int64_t& Columns(dml_tensor& t) { return t.sizes[t.rank - 1]; }
int64_t& RowStride(dml_tensor& t) { return t.strides[t.rank - 2]; }
int64_t& ColumnStride(dml_tensor& t) { return t.strides[t.rank - 1]; }

void TransposeMatrix(dml_tensor& t) {
  std::swap(Rows(t), Columns(t));
  std::swap(RowStride(t), ColumnStride(t));
}

struct Operands {
  dml_tensor a, b, c, bias;  // bias: c again when there is none
};

// c^T = b^T x a^T.
void TransposeAll(Operands* o) {
  std::swap(o->a, o->b);
  TransposeMatrix(o->a);
  TransposeMatrix(o->b);
  TransposeMatrix(o->c);
  TransposeMatrix(o->bias);
}

// A batch of rows against one b is one tall product, when memory allows: the
// usual [batch, time, k] x [k, n].
void FoldBatchIntoRows(Operands* o) {
  while (o->c.rank > 2) {
    const uint32_t last = o->c.rank - 3;
    const int64_t rows = Rows(o->c);
    const bool one = o->c.sizes[last] == 1;
    if (!one && o->b.strides[last] != 0) return;
    for (dml_tensor* t : {&o->a, &o->c, &o->bias}) {
      if (one) continue;
      // One row has no stride that matters: images of one position are rows.
      if (rows == 1) RowStride(*t) = t->strides[last];
      if (t->strides[last] != rows * RowStride(*t)) return;
    }
    for (dml_tensor* t : {&o->a, &o->b, &o->c, &o->bias}) {
      const int64_t repeats = t == &o->b ? 1 : t->sizes[last];
      Rows(*t) *= repeats;
      t->sizes[last] = Rows(*t);
      t->sizes[last + 1] = Columns(*t);
      t->strides[last] = RowStride(*t);
      t->strides[last + 1] = ColumnStride(*t);
      --t->rank;
    }
  }
}

// The leading dimensions alone.
dml_tensor BatchOf(dml_tensor t) {
  t.rank -= 2;
  return t;
}

// Whether four elements along a dimension of `extent` with stride 1 lie in one
// aligned piece of memory, wherever the other dimensions stand.
bool WideLoads(const dml_tensor& t, int64_t extent, int64_t stride,
               int64_t other_stride) {
  if (stride != 1 || extent % 4 != 0 || other_stride % 4 != 0) return false;
  if (t.data % (4 * TypeBytes(t.type)) != 0 || DataOffset(t) % 4 != 0) {
    return false;
  }
  for (uint32_t d = 0; d + 2 < t.rank; ++d) {
    if (t.strides[d] % 4 != 0) return false;
  }
  return true;
}

bool IsIntegerProduct(uint32_t type) {
  return type == DML_INT32 || type == DML_INT64;
}

Status CheckIntegerScalars(double alpha, double beta,
                           dml_activation activation) {
  if (activation != DML_ACTIVATION_NONE) {
    return Unimplemented(
        "gemm: integers have no activation; apply it as an element-wise "
        "operator.");
  }
  constexpr double kLimit = 2147483648.0;  // 2^31
  for (const double scalar : {alpha, beta}) {
    if (std::fabs(scalar) < kLimit && scalar == std::trunc(scalar)) continue;
    return InvalidArgument(
        "gemm: of integers, alpha and beta are whole numbers below 2^31, not ",
        scalar, ".");
  }
  return Status::Ok();
}

// Integers are tiled like floats of their size.
uint32_t TypeOfTile(uint32_t type) {
  if (type == DML_INT32) return DML_FLOAT32;
  if (type == DML_INT64) return DML_FLOAT64;
  return type;
}

// Along which dimension neighbours are nearer in memory: 0 for `depth`.
uint32_t LoadOrder(int64_t depth_size, int64_t depth_stride, int64_t size,
                   int64_t stride) {
  if (depth_size == 1) return 1;
  if (size == 1) return 0;
  return std::llabs(depth_stride) <= std::llabs(stride) ? 0 : 1;
}

}  // namespace

Status CheckProduct(const char* name, const dml_tensor* a, const dml_tensor* b,
                    const dml_tensor* c, const dml_tensor* bias) {
  const auto mismatch = [&](const char* what) {
    return InvalidArgument(
        name, ": ", what, ": a ", Describe(*a), ", b ", Describe(*b), ", c ",
        Describe(*c), bias != nullptr ? ", bias " + Describe(*bias) : "", ".");
  };
  if (a->type != c->type || b->type != c->type ||
      (bias != nullptr && bias->type != c->type)) {
    return mismatch("all types must be equal");
  }
  const uint32_t rank = c->rank;
  if (rank < 2 || a->rank != rank || b->rank != rank) {
    return mismatch("ranks must be equal and at least 2");
  }
  for (uint32_t d = 0; d + 2 < rank; ++d) {
    if (a->sizes[d] != c->sizes[d] || b->sizes[d] != c->sizes[d]) {
      return mismatch("leading sizes must equal c's (broadcast by stride 0)");
    }
  }
  if (a->sizes[rank - 2] != c->sizes[rank - 2] ||
      b->sizes[rank - 1] != c->sizes[rank - 1] ||
      a->sizes[rank - 1] != b->sizes[rank - 2]) {
    return mismatch("sizes must be [m, k], [k, n] and [m, n]");
  }
  if (bias != nullptr && !SameSizes(*bias, *c)) {
    return mismatch("bias must have c's sizes (broadcast by stride 0)");
  }
  return Status::Ok();
}

Status Gemm(OperatorContext& context, const dml_tensor* a, const dml_tensor* b,
            const dml_tensor* c, double alpha, double beta,
            const dml_tensor* bias, dml_activation activation) {
  DML_RETURN_IF_ERROR(CheckTensor(a, "gemm: a"));
  DML_RETURN_IF_ERROR(CheckTensor(b, "gemm: b"));
  DML_RETURN_IF_ERROR(CheckTensor(c, "gemm: c"));
  if (bias != nullptr) DML_RETURN_IF_ERROR(CheckTensor(bias, "gemm: bias"));
  DML_RETURN_IF_ERROR(CheckProduct("gemm", a, b, c, bias));
  if (IsIntegerProduct(c->type)) {
    DML_RETURN_IF_ERROR(CheckIntegerScalars(alpha, beta, activation));
  } else {
    DML_RETURN_IF_ERROR(CheckActivation("gemm", c->type, activation));
  }
  if (IsEmpty(*c)) return Status::Ok();

  Operands o = {*a, *b, *c, bias != nullptr ? *bias : *c};
  FoldBatchIntoRows(&o);
  // The program stores along columns: let them be what neighbours in memory.
  const bool along_rows =
      Columns(o.c) == 1 || (Rows(o.c) > 1 && std::llabs(RowStride(o.c)) <
                                                 std::llabs(ColumnStride(o.c)));
  if (along_rows) {
    TransposeAll(&o);
    FoldBatchIntoRows(&o);
  }

  GemmParameters constants = {};
  const int64_t m = Rows(o.c), n = Columns(o.c), k = Columns(o.a);
  constants.m = static_cast<uint32_t>(m);
  constants.n = static_cast<uint32_t>(n);
  constants.k = static_cast<uint32_t>(k);
  const dml_tensor batches[] = {BatchOf(o.c), BatchOf(o.a), BatchOf(o.b),
                                BatchOf(o.bias)};
  const dml_tensor* const batch_tensors[] = {&batches[0], &batches[1],
                                             &batches[2], &batches[3]};
  const Coalesced batch = Coalesce(batch_tensors);
  constants.batches = static_cast<uint32_t>(ElementCount(batches[0]));
  constants.batch_rank = batch.rank;
  for (uint32_t d = 0; d < batch.rank; ++d) {
    constants.batch_sizes[d] = batch.sizes[d];
    constants.c_batch[d] = batch.strides[0][d];
    constants.a_batch[d] = batch.strides[1][d];
    constants.b_batch[d] = batch.strides[2][d];
    constants.bias_batch[d] = batch.strides[3][d];
  }
  constants.a_offset = DataOffset(o.a);
  constants.b_offset = DataOffset(o.b);
  constants.c_offset = DataOffset(o.c);
  constants.bias_offset = DataOffset(o.bias);
  constants.a_row = static_cast<int32_t>(RowStride(o.a));
  constants.a_depth = static_cast<int32_t>(ColumnStride(o.a));
  constants.b_depth = static_cast<int32_t>(RowStride(o.b));
  constants.b_column = static_cast<int32_t>(ColumnStride(o.b));
  constants.c_row = static_cast<int32_t>(RowStride(o.c));
  constants.c_column = static_cast<int32_t>(ColumnStride(o.c));
  constants.bias_row = static_cast<int32_t>(RowStride(o.bias));
  constants.bias_column = static_cast<int32_t>(ColumnStride(o.bias));
  constants.has_bias = bias != nullptr;
  constants.activation = activation;
  PackScalar(c->type, alpha, constants.alpha);
  PackScalar(c->type, beta, constants.beta);

  const TileConfig tile =
      context.tiles.Choose(TileFamily::kGemm, TypeOfTile(c->type), m, n);
  const bool plain = alpha == 1 && beta == 0 && bias == nullptr &&
                     activation == DML_ACTIVATION_NONE;
  if (plain && k > 0 && IsVectorProduct(tile, m, n)) {
    return VectorProduct(context, constants, o.a, o.b, o.c);
  }
  const Split split =
      ChooseSplit(context.adapter, tile, constants.batches, m, n, k);
  constants.parts = split.parts;
  constants.depth_a_part = split.depth_a_part;

  TileLayout layout;
  layout.end = split.parts > 1 ? TileEnd::kPartial
                               : (plain ? TileEnd::kStore : TileEnd::kFull);
  layout.a_order = LoadOrder(k, ColumnStride(o.a), m, RowStride(o.a));
  layout.b_order = LoadOrder(k, RowStride(o.b), n, ColumnStride(o.b));
  if (tile.load_width == 4) {
    const bool a_wide =
        tile.LoadsByFour(tile.m, layout.a_order) &&
        (layout.a_order == 0
             ? WideLoads(o.a, k, ColumnStride(o.a), RowStride(o.a))
             : WideLoads(o.a, m, RowStride(o.a), ColumnStride(o.a)));
    const bool b_wide =
        tile.LoadsByFour(tile.n, layout.b_order) &&
        (layout.b_order == 0
             ? WideLoads(o.b, k, RowStride(o.b), ColumnStride(o.b))
             : WideLoads(o.b, n, ColumnStride(o.b), RowStride(o.b)));
    layout.a_width = a_wide ? 4 : 1;
    layout.b_width = b_wide ? 4 : 1;
  }

  const ShaderName shader =
      TiledProgram(context.adapter, "gemm", tile, c->type);
  // The gradient of weights sums over the batch: the outermost dimension of
  // both.
  const bool sums_over_batch =
      std::llabs(ColumnStride(o.a)) >= std::llabs(RowStride(o.a)) &&
      std::llabs(RowStride(o.b)) >= std::llabs(ColumnStride(o.b));
  if (sums_over_batch || MaySplit(context.adapter, tile, k)) {
    PrepareOtherEnd(context, shader, c->type, tile, layout, plain);
  }

  Scratch partial(context);
  DML_RETURN_IF_ERROR(AllocatePartial(split, c->type, &partial));
  const BufferArgument c_read = Argument(o.c, Access::kRead);
  const BufferArgument c_write = Argument(
      o.c, split.parts > 1 ? Access::kRead
                           : (beta == 0 ? Access::kWrite : Access::kReadWrite));
  // Where a buffer is not used, c stands in: an address must be one.
  const BufferArgument buffers[] = {
      k == 0 ? c_read : Argument(o.a, Access::kRead),
      k == 0 ? c_read : Argument(o.b, Access::kRead), c_write,
      Argument(o.bias, Access::kRead),
      split.parts > 1 ? partial.Argument(Access::kWrite) : c_read};
  const uint64_t groups = uint64_t{constants.batches} * split.parts *
                          CeilDivide(m, tile.m) * CeilDivide(n, tile.n);
  // Tiles that reach beyond the product are computed whole.
  const uint64_t multiply_adds =
      groups / split.parts * tile.m * tile.n * static_cast<uint64_t>(k);
  DML_RETURN_IF_ERROR(LaunchProgram(
      context, shader, TileSpecialization(tile, layout),
      LinearGrid(context, groups, multiply_adds), buffers, constants));
  if (split.parts == 1) return Status::Ok();
  return ReduceParts(context, split, partial, o.c, alpha, beta,
                     bias != nullptr ? &o.bias : nullptr, activation);
}

}  // namespace dml
