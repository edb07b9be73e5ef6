// Matrix products, transforms and solvers; see run_operator.h.

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/run_operator.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"

using dml::OperatorContext;

dml_code dml_gemm(dml_device* device, const dml_tensor* a, const dml_tensor* b,
                  const dml_tensor* c, double alpha, double beta,
                  const dml_tensor* bias, dml_activation activation) {
  return dml::RunOperator("gemm", device, {{"a", a}, {"b", b}, {"c", c}},
                          [&](OperatorContext& context) {
                            return dml::Gemm(context, a, b, c, alpha, beta,
                                             bias, activation);
                          });
}

dml_code dml_complex_gemm(dml_device* device, const dml_tensor* a,
                          int32_t conjugate_a, const dml_tensor* b,
                          int32_t conjugate_b, const dml_tensor* c) {
  return dml::RunOperator(
      "complex_gemm", device, {{"a", a}, {"b", b}, {"c", c}},
      [&](OperatorContext& context) {
        return dml::ComplexGemm(context, a, conjugate_a, b, conjugate_b, c);
      });
}

dml_code dml_sparse_matmul(dml_device* device, const dml_tensor* rows,
                           const dml_tensor* inner, const dml_tensor* values,
                           const dml_tensor* b, const dml_tensor* output) {
  return dml::RunOperator("sparse_matmul", device,
                          {{"rows", rows},
                           {"inner", inner},
                           {"values", values},
                           {"b", b},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::SparseMatmul(context, rows, inner,
                                                     values, b, output);
                          });
}

dml_code dml_fft(dml_device* device, int32_t inverse, const dml_tensor* input,
                 const dml_tensor* output) {
  return dml::RunOperator("fft", device, {{"input", input}, {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::Fft(context, inverse, input, output);
                          });
}

dml_code dml_tridiagonal_matmul(dml_device* device, const dml_tensor* upper,
                                const dml_tensor* middle,
                                const dml_tensor* lower, const dml_tensor* x,
                                const dml_tensor* output) {
  return dml::RunOperator("tridiagonal_matmul", device,
                          {{"upper", upper},
                           {"middle", middle},
                           {"lower", lower},
                           {"x", x},
                           {"output", output}},
                          [&](OperatorContext& context) {
                            return dml::TridiagonalMatmul(
                                context, upper, middle, lower, x, output);
                          });
}

dml_code dml_tridiagonal_solve(dml_device* device, int32_t pivoting,
                               const dml_tensor* diagonals, const dml_tensor* b,
                               const dml_tensor* output,
                               const dml_tensor* singular) {
  return dml::RunOperator("tridiagonal_solve", device,
                          {{"diagonals", diagonals},
                           {"b", b},
                           {"output", output},
                           {"singular", singular}},
                          [&](OperatorContext& context) {
                            return dml::TridiagonalSolve(context, pivoting,
                                                         diagonals, b, output,
                                                         singular);
                          });
}
