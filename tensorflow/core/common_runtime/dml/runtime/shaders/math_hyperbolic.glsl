// Hyperbolic functions and their inverses, see math.glsl.
#ifndef DML_MATH_HYPERBOLIC_GLSL_
#define DML_MATH_HYPERBOLIC_GLSL_

#include "math_exponential.glsl"

float dml_sinh(float x) {
  if (dml_is_nan(x)) return x;
  float ax = dml_magnitude(x);
  if (ax < 1.0f) {
    float z = x * x;
    float q = ((2.81743951e-6f * z + 1.98360663e-4f) * z + 8.33335053e-3f) * z +
              1.66666672e-1f;  // (sinh(x) / x - 1) / x^2
    return x + x * z * q;
  }
  float half_exp = dml_exp_extended(ax, 0.0f, -1);
  return dml_copysign(half_exp - 0.25f / half_exp, x);
}

float dml_cosh(float x) {
  float half_exp = dml_exp_extended(dml_magnitude(x), 0.0f, -1);
  return half_exp + 0.25f / half_exp;
}

float dml_tanh(float x) {
  if (dml_is_nan(x)) return x;
  float ax = dml_magnitude(x);
  if (ax < 0.5625f) {
    float z = x * x;
    float q = 2.35698908e-3f;  // (tanh(x) / x - 1) / x^2
    q = q * z - 8.38175975e-3f;
    q = q * z + 2.17729937e-2f;
    q = q * z - 5.39583042e-2f;
    q = q * z + 1.33332863e-1f;
    q = q * z - 3.33333313e-1f;
    return x + x * z * q;
  }
  float y = ax > 9.1f ? 1.0f : 1.0f - 2.0f / (dml_exp(2.0f * ax) + 1.0f);
  return dml_copysign(y, x);
}

float dml_asinh(float x) {
  if (!dml_is_finite(x)) return x;
  float ax = dml_magnitude(x);
  float y = 0.0f;
  if (ax > 1e9f) {
    y = dml_log(ax) + DML_LN2;
  } else {
    float z = ax * ax;
    y = dml_log1p(ax + z / (1.0f + sqrt(1.0f + z)));
  }
  return dml_copysign(y, x);
}

float dml_acosh(float x) {
  if (dml_is_nan(x)) return x;
  if (x < 1.0f) return dml_nan();
  if (x > 1e9f) return dml_log(x) + DML_LN2;
  float t = x - 1.0f;
  return dml_log1p(t + sqrt(2.0f * t + t * t));
}

float dml_atanh(float x) {
  float ax = dml_magnitude(x);
  if (!(ax <= 1.0f)) return dml_nan();
  if (ax == 1.0f) return dml_copysign(dml_inf(), x);
  return dml_copysign(0.5f * dml_log1p(2.0f * ax / (1.0f - ax)), x);
}

#endif  // DML_MATH_HYPERBOLIC_GLSL_
