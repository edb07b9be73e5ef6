#include "tensorflow/core/common_runtime/dml/runtime/operators/products/product.h"

#include <cstring>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/products_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

constexpr uint32_t kReduceThreads = 64;

}  // namespace

void PackScalar(uint32_t type, double value, uint32_t (&words)[2]) {
  words[0] = words[1] = 0;
  if (type == DML_FLOAT64) {
    std::memcpy(words, &value, sizeof(value));
  } else if (IsInteger(type)) {
    const int64_t whole = static_cast<int64_t>(value);
    std::memcpy(words, &whole, sizeof(whole));
  } else {
    const float narrow = static_cast<float>(value);
    std::memcpy(words, &narrow, sizeof(narrow));
  }
}

TileSpecialization::TileSpecialization(const TileConfig& tile,
                                       const TileLayout& layout)
    : values{tile.threads(), tile.m,         tile.n,         tile.k,
             tile.thread_m,  tile.thread_n,  layout.a_order, layout.a_width,
             layout.b_order, layout.b_width, layout.c_order, layout.direction,
             tile.lanes,     tile.matrix.m,  tile.matrix.n,  tile.matrix.k},
      count(tile.cooperative() ? 16 : 12) {
  const uint32_t lanes = tile.lanes != 0 && !tile.cooperative();
  values[10] |= lanes << 1 | static_cast<uint32_t>(layout.end) << 2;
}

ShaderName TiledProgram(const hal::AdapterInfo& adapter, std::string_view stem,
                        const TileConfig& tile, uint32_t type) {
  std::string_view form;
  if (tile.cooperative()) form = "_matrix";
  if (tile.packed != 0) {
    const bool dot = adapter.float16_products == hal::Float16Products::kDot;
    form = dot ? "_dot" : "_packed";
  }
  return ShaderName(stem, form, type);
}

void PrepareOtherEnd(OperatorContext& context, std::string_view shader,
                     uint32_t type, const TileConfig& tile, TileLayout layout,
                     bool plain) {
  if (layout.end != TileEnd::kPartial) {
    layout.end = TileEnd::kPartial;
  } else {
    layout.end = plain ? TileEnd::kStore : TileEnd::kFull;
  }
  const hal::Program* unused;
  const uint32_t reduce[] = {kReduceThreads};
  (void)context.programs.Get(shader, TileSpecialization(tile, layout), &unused)
      .ok();
  (void)context.programs.Get(ShaderName("split_reduce", type), reduce, &unused)
      .ok();
}

Status CheckActivation(const char* what, uint32_t type,
                       dml_activation activation) {
  if (!IsFloat(type)) {
    return Unimplemented(what, " takes float types only; cast the inputs.");
  }
  if (activation < DML_ACTIVATION_NONE || activation > DML_ACTIVATION_ELU) {
    return InvalidArgument(what, ": unknown activation ",
                           static_cast<int>(activation), ".");
  }
  if (type == DML_FLOAT64 && activation == DML_ACTIVATION_ELU) {
    return Unimplemented(what,
                         ": ELU is not fused in float64; apply it as an "
                         "element-wise operator.");
  }
  return Status::Ok();
}

Split ChooseSplit(const hal::AdapterInfo& adapter, const TileConfig& tile,
                  int64_t products, int64_t m, int64_t n, int64_t k) {
  Split split;
  split.outer = static_cast<uint32_t>(products);
  split.inner = static_cast<uint32_t>(m * n);
  const int64_t tiles =
      products * CeilDivide(m, tile.m) * CeilDivide(n, tile.n);
  const uint32_t wanted =
      ChooseParts(adapter, tile, tiles, k, products * m * n);
  split.depth_a_part = static_cast<uint32_t>(
      CeilDivide(CeilDivide(k, wanted), tile.k) * int64_t{tile.k});
  // Rounded up to whole slices, fewer parts may do.
  split.parts =
      k == 0 ? 1 : static_cast<uint32_t>(CeilDivide(k, split.depth_a_part));
  return split;
}

Status AllocatePartial(const Split& split, uint32_t type, Scratch* scratch) {
  if (split.parts == 1) return Status::Ok();
  const uint64_t element = TypeBytes(type) == 8 ? 8 : 4;
  return scratch->Allocate(element * split.outer * split.inner * split.parts);
}

Status ReduceParts(OperatorContext& context, const Split& split,
                   const Scratch& partial, const dml_tensor& c, double alpha,
                   double beta, const dml_tensor* bias,
                   dml_activation activation) {
  const dml_tensor& bias_or_c = bias != nullptr ? *bias : c;
  const dml_tensor* const tensors[] = {&c, &bias_or_c};
  const Coalesced shape = Coalesce(tensors);
  SplitReduceParameters constants = {};
  constants.outer = split.outer;
  constants.inner = split.inner;
  constants.parts = split.parts;
  constants.rank = shape.rank;
  for (uint32_t d = 0; d < shape.rank; ++d) {
    constants.sizes[d] = shape.sizes[d];
    constants.c_strides[d] = shape.strides[0][d];
    constants.bias_strides[d] = shape.strides[1][d];
  }
  constants.c_offset = DataOffset(c);
  constants.bias_offset = DataOffset(bias_or_c);
  constants.has_bias = bias != nullptr;
  constants.activation = activation;
  PackScalar(c.type, alpha, constants.alpha);
  PackScalar(c.type, beta, constants.beta);
  const BufferArgument buffers[] = {
      partial.Argument(Access::kRead),
      Argument(c, beta == 0 ? Access::kWrite : Access::kReadWrite),
      Argument(bias_or_c, Access::kRead)};
  const uint64_t elements = uint64_t{split.outer} * split.inner;
  const uint32_t specialization[] = {kReduceThreads};
  return LaunchProgram(
      context, ShaderName("split_reduce", c.type), specialization,
      LinearGrid(context,
                 CeilDivide(elements, kReduceThreads * constants.kElements)),
      buffers, constants);
}

}  // namespace dml
