// What the operators built on tile_product.glsl share.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_PRODUCT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_PRODUCT_H_

#include <cstdint>
#include <string_view>

#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/products_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_table.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {

// A scalar parameter of a program that computes in `type` (epilogue.glsl).
void PackScalar(uint32_t type, double value, uint32_t (&words)[2]);

// What becomes of a sum, see tile_config.glsl.
enum class TileEnd : uint32_t {
  kStore = kEndStore,
  kFull = kEndFull,
  kPartial = kEndPartial
};

// The constants of tile_config.glsl beside those of the tile itself.
struct TileLayout {
  uint32_t a_order = 0, a_width = 1;
  uint32_t b_order = 1, b_width = 1;
  uint32_t c_order = 0;
  TileEnd end = TileEnd::kFull;
  uint32_t direction = 0;  // of convolution programs
};
struct TileSpecialization {
  TileSpecialization(const TileConfig& tile, const TileLayout& layout);
  operator Span<const uint32_t>() const { return {values, count}; }  // NOLINT

  uint32_t values[16];
  uint32_t count;  // the last four are for cooperative matrices
};

// The program that computes with `tile`: a variant of `stem`, by
// tile_config.glsl's form.
ShaderName TiledProgram(const hal::AdapterInfo& adapter, std::string_view stem,
                        const TileConfig& tile, uint32_t type);

// Compiles what a problem of the same kind takes when it is split and this one
// is not, or the reverse: the split depends on the batch size, and a new batch
// size compiles nothing. `plain`: no epilogue. Failures show when the program
// is used.
void PrepareOtherEnd(OperatorContext& context, std::string_view shader,
                     uint32_t type, const TileConfig& tile, TileLayout layout,
                     bool plain);

// A float type with that activation exists. `what`: for the message.
Status CheckActivation(const char* what, uint32_t type,
                       dml_activation activation);

// A depth cut into parts, and the partial sums of [outer, part, inner].
struct Split {
  uint32_t outer = 1;  // products
  uint32_t inner = 0;  // elements of each
  uint32_t parts = 1;
  uint32_t depth_a_part = 0;  // a multiple of the tile's
};
Split ChooseSplit(const hal::AdapterInfo& adapter, const TileConfig& tile,
                  int64_t products, int64_t m, int64_t n, int64_t k);
// Room for the partial sums; nothing for one part.
Status AllocatePartial(const Split& split, uint32_t type, Scratch* scratch);

// c = activation(alpha * sum of parts + beta * c + bias). c's sizes, row-major,
// enumerate the outer * inner elements; `bias` (may be null) has them too.
Status ReduceParts(OperatorContext& context, const Split& split,
                   const Scratch& partial, const dml_tensor& c, double alpha,
                   double beta, const dml_tensor* bias,
                   dml_activation activation);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_PRODUCT_H_
