// Activation functions of neural networks, see math.glsl.
#ifndef DML_MATH_ACTIVATION_GLSL_
#define DML_MATH_ACTIVATION_GLSL_

#include "math_exponential.glsl"

float dml_sigmoid(float x) {
  float e = dml_exp(-dml_magnitude(x));
  float y = 1.0f / (1.0f + e);
  return x < 0.0f ? e * y : y;
}

float dml_softplus(float x) {
  if (dml_is_nan(x)) return x;
  return (x > 0.0f ? x : 0.0f) + dml_log1p(dml_exp(-dml_magnitude(x)));
}

#endif  // DML_MATH_ACTIVATION_GLSL_
