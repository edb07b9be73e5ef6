// dml_apply(x) for floating-point types; see elementwise_ops.glsl.
#include "math_t.glsl"

T_compute dml_apply(DML_OPERATION T_compute x) {
  const T_compute zero = T_compute(0);
  const T_compute one = T_compute(1);
  const T_compute six = T_compute(6);
  switch (OP) {
    case DML_ABS: return dml_magnitude(x);
    case DML_NEGATE: return -x;
    case DML_SIGN: return T_compute(x > zero) - T_compute(x < zero);
    case DML_SQUARE: return x * x;
    case DML_RECIPROCAL: return one / x;
    case DML_SQRT: return sqrt(x);
    case DML_RSQRT: return dml_rsqrt(x);
    case DML_EXP: return dml_exp(x);
    case DML_EXPM1: return dml_expm1(x);
    case DML_LOG: return dml_log(x);
    case DML_LOG1P: return dml_log1p(x);
#ifndef DML_COMMON_OPERATIONS
    case DML_SIN: return dml_sin(x);
    case DML_COS: return dml_cos(x);
    case DML_TAN: return dml_tan(x);
    case DML_ASIN: return dml_asin(x);
    case DML_ACOS: return dml_acos(x);
    case DML_ATAN: return dml_atan(x);
    case DML_SINH: return dml_sinh(x);
    case DML_COSH: return dml_cosh(x);
#endif
    case DML_TANH: return dml_tanh(x);
#ifndef DML_COMMON_OPERATIONS
    case DML_ASINH: return dml_asinh(x);
    case DML_ACOSH: return dml_acosh(x);
    case DML_ATANH: return dml_atanh(x);
#endif
    case DML_ERF: return dml_erf(x);
#ifndef DML_COMMON_OPERATIONS
    case DML_ERFC: return dml_erfc(x);
    case DML_LGAMMA: return dml_lgamma(x);
    case DML_DIGAMMA: return dml_digamma(x);
#endif
    case DML_SIGMOID: return dml_sigmoid(x);
    case DML_FLOOR: return floor(x);
    case DML_CEIL: return ceil(x);
    case DML_ROUND_EVEN: return dml_round_even(x);
    // NaN of NaN, of which max() and min() promise nothing.
    case DML_RELU: return dml_is_nan(x) ? x : max(x, zero);
    case DML_RELU6: return dml_is_nan(x) ? x : clamp(x, zero, six);
    case DML_LEAKY_RELU: return x > zero ? x : x * T_compute(DML_PARAMETER);
    case DML_ELU: return x < zero ? dml_expm1(x) : x;
    case DML_SELU:
      return x < zero ? DML_SELU_SCALE_ALPHA * dml_expm1(x)
                      : DML_SELU_SCALE * x;
    case DML_SOFTPLUS: return dml_softplus(x);
    case DML_SOFTSIGN: return dml_divide(x, one + dml_magnitude(x));
  }
  return x;
}
