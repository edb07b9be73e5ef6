// Bands and diagonals of matrices. See matrix_band.comp.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/linear_algebra_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// The length of the longest of diagonals `lower` to `upper`.
int64_t LongestDiagonal(int64_t rows, int64_t columns, int64_t lower,
                        int64_t upper) {
  return std::min(rows + std::min<int64_t>(upper, 0),
                  columns - std::max<int64_t>(lower, 0));
}

Status CheckArguments(dml_band_mode mode, const dml_tensor& x,
                      const dml_tensor& z, int64_t lower, int64_t upper,
                      const dml_tensor& y) {
  if (mode < DML_BAND_KEEP || mode > DML_BAND_PACK) {
    return InvalidArgument("matrix band: there is no mode ",
                           static_cast<int>(mode));
  }
  if (x.rank != 3 || y.rank != 3 || !SameSizes(z, y) || x.type != y.type ||
      z.type != y.type || x.sizes[0] != y.sizes[0]) {
    return InvalidArgument("matrix band: ", Describe(x), ", ", Describe(z),
                           " and ", Describe(y),
                           " must be batches of matrices of one type, the "
                           "latter two of one size");
  }
  // The shader adds and negates them.
  constexpr int64_t kLimit = int64_t{1} << 30;
  if (lower > upper || lower < -kLimit || upper > kLimit) {
    return InvalidArgument("matrix band: there are no diagonals from ", lower,
                           " to ", upper);
  }
  if (mode == DML_BAND_KEEP) {
    if (SameSizes(x, y)) return Status::Ok();
    return InvalidArgument("matrix band: ", Describe(x), " and ", Describe(y),
                           " must have the same sizes");
  }
  const dml_tensor& matrix = mode == DML_BAND_PACK ? x : y;
  const dml_tensor& packed = mode == DML_BAND_PACK ? y : x;
  const int64_t length =
      LongestDiagonal(matrix.sizes[1], matrix.sizes[2], lower, upper);
  if (packed.sizes[1] != upper - lower + 1 ||
      packed.sizes[2] != std::max<int64_t>(length, 0)) {
    return InvalidArgument("matrix band: ", Describe(packed),
                           " does not hold diagonals ", lower, " to ", upper,
                           " of ", Describe(matrix));
  }
  return Status::Ok();
}

}  // namespace

Status MatrixBand(OperatorContext& context, dml_band_mode mode,
                  const dml_tensor* x, const dml_tensor* z, int64_t lower,
                  int64_t upper, const dml_tensor* y) {
  DML_RETURN_IF_ERROR(CheckTensor(x, "matrix band: x"));
  DML_RETURN_IF_ERROR(CheckTensor(z, "matrix band: z"));
  DML_RETURN_IF_ERROR(CheckTensor(y, "matrix band: y"));
  DML_RETURN_IF_ERROR(CheckArguments(mode, *x, *z, lower, upper, *y));
  if (IsEmpty(*y)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckAliasing("matrix band", *z, *y));
  DML_RETURN_IF_ERROR(mode == DML_BAND_KEEP
                          ? CheckAliasing("matrix band", *x, *y)
                          : CheckDisjoint("matrix band", *x, *y));

  MatrixBandParameters constants = {
      static_cast<uint32_t>(ElementCount(*y)),
      static_cast<uint32_t>(y->sizes[1]),
      static_cast<uint32_t>(y->sizes[2]),
      DivideBy(static_cast<uint32_t>(y->sizes[1])),
      DivideBy(static_cast<uint32_t>(y->sizes[2])),
      static_cast<int32_t>(lower),
      static_cast<int32_t>(upper),
      static_cast<int32_t>(x->sizes[1]),
      static_cast<int32_t>(x->sizes[2]),
      {},
      {},
      {},
      DataOffset(*x),
      DataOffset(*z),
      DataOffset(*y)};
  for (int d = 0; d < 3; ++d) {
    constants.x_strides[d] = static_cast<int32_t>(x->strides[d]);
    constants.z_strides[d] = static_cast<int32_t>(z->strides[d]);
    constants.y_strides[d] = static_cast<int32_t>(y->strides[d]);
  }
  return LaunchProgram(
      context, ShaderName("matrix_band", BitsType(y->type)),
      {kGroupSize, static_cast<uint32_t>(mode)},
      LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
      {Argument(*x, Access::kRead), Argument(*z, Access::kRead),
       Argument(*y, Access::kWrite)},
      constants);
}

}  // namespace dml
