// Products of complex matrices, as products of real ones: the parts of
// c = a x b, which lie side by side in memory, are
//
//   [cr ci] = [ar ai] x [ br bi]
//                       [-bi br]
//
// so that a and c are real matrices of twice the columns as they stand, and
// only b has to be written out (complex_expand.comp). The real product
// does no more multiplications than the complex one asks for.
#include <algorithm>
#include <cstdint>
#include <iterator>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/gemm.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/products_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// `t` without its repetitions.
dml_tensor Once(dml_tensor t) {
  for (uint32_t d = 0; d + 2 < t.rank; ++d) {
    if (t.strides[d] == 0) t.sizes[d] = 1;
  }
  return t;
}

// `once` repeated as `like` is.
dml_tensor Repeat(dml_tensor once, const dml_tensor& like) {
  for (uint32_t d = 0; d + 2 < once.rank; ++d) {
    if (once.sizes[d] == like.sizes[d]) continue;
    once.sizes[d] = like.sizes[d];
    once.strides[d] = 0;
  }
  return once;
}

Status AllocateRowMajor(const dml_tensor& like, Scratch* scratch,
                        dml_tensor* tensor) {
  DML_RETURN_IF_ERROR(
      scratch->Allocate(ElementCount(like) * TypeBytes(like.type)));
  *tensor = MakeTensor(scratch->address(), like.type, {like.sizes, like.rank});
  return Status::Ok();
}

// [.., k, n] as the real [.., 2 k, 2 n] of the formula above.
Status Expand(OperatorContext& context, const dml_tensor& b, bool conjugate,
              Scratch* scratch, dml_tensor* expanded) {
  const dml_tensor once = Once(b);
  dml_tensor wide = once;
  wide.type = PartType(b.type);
  wide.sizes[b.rank - 2] *= 2;
  wide.sizes[b.rank - 1] *= 2;
  DML_RETURN_IF_ERROR(AllocateRowMajor(wide, scratch, &wide));

  const StridedWalk walk = WalkTogether({&once});
  ComplexExpandParameters constants = {
      static_cast<uint32_t>(ElementCount(once)),
      static_cast<uint32_t>(once.sizes[b.rank - 1]),
      walk.index,
      walk.offsets[0],
      {}};
  std::copy(std::begin(walk.strides[0]), std::end(walk.strides[0]),
            constants.x_strides);
  DML_RETURN_IF_ERROR(LaunchProgram(
      context, ShaderName("complex_expand", b.type),
      {kGroupSize, walk.rank, conjugate ? 1u : 0u},
      LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
      {Argument(once, Access::kRead), scratch->Argument(Access::kWrite)},
      constants));
  dml_tensor like = b;
  like.sizes[b.rank - 2] *= 2;
  like.sizes[b.rank - 1] *= 2;
  *expanded = Repeat(wide, like);
  return Status::Ok();
}

}  // namespace

Status ComplexGemm(OperatorContext& context, const dml_tensor* a,
                   int32_t conjugate_a, const dml_tensor* b,
                   int32_t conjugate_b, const dml_tensor* c) {
  DML_RETURN_IF_ERROR(CheckTensor(a, "complex_gemm: a"));
  DML_RETURN_IF_ERROR(CheckTensor(b, "complex_gemm: b"));
  DML_RETURN_IF_ERROR(CheckTensor(c, "complex_gemm: c"));
  DML_RETURN_IF_ERROR(CheckProduct("complex_gemm", a, b, c, nullptr));
  if (!IsComplex(c->type)) {
    return InvalidArgument("complex_gemm: takes complex, not ", Describe(*c),
                           "; real matrices go to gemm");
  }
  if (IsEmpty(*c)) return Status::Ok();
  if (IsEmpty(*a)) {
    const double zero[2] = {};
    return Fill(context, c, zero);
  }
  for (const dml_tensor* operand : {a, b}) {
    DML_RETURN_IF_ERROR(CheckDisjoint("complex_gemm", *operand, *c));
  }

  Scratch row_scratch(context);
  dml_tensor rows = *a;
  if (conjugate_a != 0 || !HasPartsSideBySide(*a)) {
    const dml_tensor once = Once(*a);
    DML_RETURN_IF_ERROR(AllocateRowMajor(once, &row_scratch, &rows));
    const dml_tensor* const inputs[] = {&once};
    DML_RETURN_IF_ERROR(
        Elementwise(context, conjugate_a != 0 ? DML_CONJUGATE : DML_IDENTITY,
                    inputs, 1, &rows, nullptr));
    rows = Repeat(rows, *a);
  }
  Scratch expanded_scratch(context);
  dml_tensor expanded;
  DML_RETURN_IF_ERROR(
      Expand(context, *b, conjugate_b != 0, &expanded_scratch, &expanded));

  Scratch product_scratch(context);
  dml_tensor product = *c;
  const bool in_place = HasPartsSideBySide(*c);
  if (!in_place) {
    DML_RETURN_IF_ERROR(AllocateRowMajor(*c, &product_scratch, &product));
  }
  const dml_tensor real_a = PartsSideBySide(rows);
  const dml_tensor real_c = PartsSideBySide(product);
  DML_RETURN_IF_ERROR(Gemm(context, &real_a, &expanded, &real_c, 1, 0, nullptr,
                           DML_ACTIVATION_NONE));
  return in_place ? Status::Ok() : CopyTensor(context, &product, c);
}

}  // namespace dml
