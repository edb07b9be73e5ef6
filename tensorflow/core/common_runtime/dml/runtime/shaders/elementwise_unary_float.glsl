// dml_apply(x) for float16 and float32, which compute in float32.
#include "math.glsl"

const float SELU_SCALE = 1.05070099f;
const float SELU_SCALE_ALPHA = 1.75809934f;

float dml_apply(float x) {
  switch (OP) {
    case DML_ABS: return dml_magnitude(x);
    case DML_NEGATE: return -x;
    case DML_SIGN: return float(x > 0.0) - float(x < 0.0);
    case DML_SQUARE: return x * x;
    case DML_RECIPROCAL: return 1.0 / x;
    case DML_SQRT: return sqrt(x);
    case DML_RSQRT: return inversesqrt(x);
    case DML_EXP: return dml_exp(x);
    case DML_EXPM1: return dml_expm1(x);
    case DML_LOG: return dml_log(x);
    case DML_LOG1P: return dml_log1p(x);
    case DML_SIN: return dml_sin(x);
    case DML_COS: return dml_cos(x);
    case DML_TAN: return dml_tan(x);
    case DML_ASIN: return dml_asin(x);
    case DML_ACOS: return dml_acos(x);
    case DML_ATAN: return dml_atan(x);
    case DML_SINH: return dml_sinh(x);
    case DML_COSH: return dml_cosh(x);
    case DML_TANH: return dml_tanh(x);
    case DML_ASINH: return dml_asinh(x);
    case DML_ACOSH: return dml_acosh(x);
    case DML_ATANH: return dml_atanh(x);
    case DML_ERF: return dml_erf(x);
    case DML_ERFC: return dml_erfc(x);
    case DML_LGAMMA: return dml_lgamma(x);
    case DML_DIGAMMA: return dml_digamma(x);
    case DML_SIGMOID: return dml_sigmoid(x);
    case DML_FLOOR: return floor(x);
    case DML_CEIL: return ceil(x);
    case DML_ROUND_EVEN: return roundEven(x);
    // Of NaN, NaN: max() and min() promise nothing.
    case DML_RELU: return dml_is_nan(x) ? x : max(x, 0.0);
    case DML_RELU6: return dml_is_nan(x) ? x : clamp(x, 0.0, 6.0);
    case DML_LEAKY_RELU: return x > 0.0 ? x : x * p.parameter;
    case DML_ELU: return x < 0.0 ? dml_expm1(x) : x;
    case DML_SELU:
      return x < 0.0 ? SELU_SCALE_ALPHA * dml_expm1(x) : SELU_SCALE * x;
    case DML_SOFTPLUS: return dml_softplus(x);
    case DML_SOFTSIGN: return x / (1.0 + dml_magnitude(x));
  }
  return x;
}
