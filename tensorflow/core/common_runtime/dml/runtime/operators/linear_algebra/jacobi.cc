#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/jacobi.h"

#include <cmath>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/linear_algebra_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/linear_algebra/matrices.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// What jacobi_small.comp holds.
constexpr int64_t kMaxSmallLength = 64;
int64_t MaxSmallVectors(uint32_t type) {
  return TypeBytes(type) == 16 ? 16 : 32;
}

// Where elements of a vector are few, small groups wait less.
uint32_t GroupSize(int64_t length) { return length <= 512 ? 64 : kGroupSize; }

// A sum of `terms` products is known no better, for its size.
float Tolerance(uint32_t type, int64_t terms) {
  const bool wide = type == DML_FLOAT64 || type == DML_COMPLEX128;
  const double epsilon = wide ? std::ldexp(1.0, -52) : std::ldexp(1.0, -23);
  return static_cast<float>(epsilon * std::sqrt(static_cast<double>(terms)));
}

Status RotateFew(OperatorContext& context, const dml_tensor& x,
                 int64_t measured) {
  JacobiSmallParameters constants = {};
  constants.batch = static_cast<uint32_t>(x.sizes[0]);
  constants.n = static_cast<uint32_t>(x.sizes[1]);
  constants.extent = static_cast<uint32_t>(x.sizes[2]);
  constants.measured = static_cast<uint32_t>(measured);
  constants.sweeps = kJacobiSweeps;
  constants.tolerance = Tolerance(x.type, measured);
  return LaunchProgram(context, ShaderName("jacobi_small", x.type),
                       {kGroupSize}, LinearGrid(context, constants.batch),
                       {Argument(x, Access::kReadWrite)}, constants);
}

}  // namespace

Status FindNorms(OperatorContext& context, MatrixNorm norm, const dml_tensor& x,
                 const dml_tensor& norms) {
  MatrixNormParameters constants = {};
  constants.batch = static_cast<uint32_t>(x.sizes[0]);
  constants.rows = static_cast<uint32_t>(x.sizes[1]);
  constants.columns = static_cast<uint32_t>(x.sizes[2]);
  return LaunchProgram(
      context, ShaderName("matrix_norm", x.type),
      {kGroupSize, static_cast<uint32_t>(norm)},
      LinearGrid(context, constants.batch),
      {Argument(x, Access::kRead), Argument(norms, Access::kWrite)}, constants);
}

Status RotateVectors(OperatorContext& context, const dml_tensor& x,
                     int64_t measured) {
  const int64_t batch = x.sizes[0], n = x.sizes[1], length = x.sizes[2];
  if (n < 2) return Status::Ok();
  if (n <= MaxSmallVectors(x.type) && length <= kMaxSmallLength) {
    return RotateFew(context, x, measured);
  }
  Scratch moved(context);
  DML_RETURN_IF_ERROR(
      moved.Allocate((kJacobiSweeps + 1) * batch * sizeof(int32_t)));
  const dml_tensor flags =
      MakeTensor(moved.address(), DML_INT32, {kJacobiSweeps + 1, batch});
  dml_tensor first = flags;
  first.sizes[0] = 1;
  const int32_t no = 0, yes = 1;
  DML_RETURN_IF_ERROR(Fill(context, &flags, &no));
  DML_RETURN_IF_ERROR(Fill(context, &first, &yes));
  JacobiRoundParameters constants = {};
  constants.batch = static_cast<uint32_t>(batch);
  constants.n = static_cast<uint32_t>(n);
  constants.extent = static_cast<uint32_t>(length);
  constants.measured = static_cast<uint32_t>(measured);
  constants.tolerance = Tolerance(x.type, measured);
  const uint64_t pairs = CeilDivide(n, int64_t{2});
  const Grid grid = LinearGrid(context, batch * pairs);
  for (uint32_t sweep = 1; sweep <= kJacobiSweeps; ++sweep) {
    constants.sweep = sweep;
    for (uint32_t turn = 0; turn + 1 < 2 * pairs; ++turn) {
      constants.turn = turn;
      DML_RETURN_IF_ERROR(LaunchProgram(
          context, ShaderName("jacobi_round", x.type), {GroupSize(length)},
          grid,
          {Argument(x, Access::kReadWrite), moved.Argument(Access::kReadWrite)},
          constants));
    }
  }
  return Status::Ok();
}

Status FindValues(OperatorContext& context, const dml_tensor& x,
                  int64_t measured, const dml_tensor* products,
                  const dml_tensor& scales, const dml_tensor& values) {
  JacobiValuesParameters constants = {};
  constants.batch = static_cast<uint32_t>(x.sizes[0]);
  constants.n = static_cast<uint32_t>(x.sizes[1]);
  constants.extent = static_cast<uint32_t>(x.sizes[2]);
  constants.measured = static_cast<uint32_t>(measured);
  return LaunchProgram(
      context, ShaderName("jacobi_values", x.type),
      {GroupSize(measured), products != nullptr ? 1u : 0u},
      LinearGrid(context, uint64_t{constants.batch} * constants.n),
      {Argument(x, Access::kRead),
       Argument(products != nullptr ? *products : x, Access::kRead),
       Argument(scales, Access::kRead), Argument(values, Access::kWrite)},
      constants);
}

Status SortVectors(OperatorContext& context, bool ascending, bool normalize,
                   const dml_tensor& values, const dml_tensor& x, int64_t begin,
                   const dml_tensor& sorted_values, const dml_tensor& y) {
  SortVectorsParameters constants = {};
  constants.batch = static_cast<uint32_t>(x.sizes[0]);
  constants.n = static_cast<uint32_t>(x.sizes[1]);
  constants.pitch = static_cast<uint32_t>(x.sizes[2]);
  constants.begin = static_cast<uint32_t>(begin);
  constants.extent = static_cast<uint32_t>(y.sizes[2]);
  CopyStrides(sorted_values, constants.value_strides);
  CopyStrides(y, constants.y_strides);
  constants.offsets[0] = DataOffset(sorted_values);
  constants.offsets[1] = DataOffset(y);
  // Where y is empty, the values stand in: an address must be one.
  const dml_tensor& vectors = IsEmpty(y) ? sorted_values : y;
  return LaunchProgram(
      context, ShaderName("sort_vectors", x.type),
      {GroupSize(y.sizes[2]), ascending ? 1u : 0u, normalize ? 1u : 0u},
      LinearGrid(context, uint64_t{constants.batch} * constants.n),
      {Argument(values, Access::kRead), Argument(x, Access::kRead),
       Argument(sorted_values, Access::kWrite),
       Argument(vectors, Access::kWrite)},
      constants);
}

}  // namespace dml
