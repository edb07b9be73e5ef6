// The error function and what belongs to the gamma function, see math.glsl.
#ifndef DML_MATH_SPECIAL_GLSL_
#define DML_MATH_SPECIAL_GLSL_

#include "math_exponential.glsl"
#include "math_trigonometry.glsl"

// ---- Error function --------------------------------------------------------

// erf(x), |x| <= 1.
float dml_erf_near(float x) {
  // A product, not a sum with a part that may be flushed.
  if (dml_magnitude(x) < 1e-18f) return x * 1.12837917f;
  float z = x * x;
  float q = -9.68013683e-6f;  // (erf(x) / x - 2 / sqrt(pi)) / x^2
  q = q * z + 1.12705449e-4f;
  q = q * z - 8.48471129e-4f;
  q = q * z + 5.22107491e-3f;
  q = q * z - 2.68654451e-2f;
  q = q * z + 1.12837829e-1f;
  q = q * z - 3.76126379e-1f;
  return x + x * (q * z + 0.128379167f);
}

// erfc(x), 0.45 <= x <= 10.1: exp(-x^2) / (1 + 2 x) times a function of
// (x - 2) / (x + 2) that is smooth up to infinity.
float dml_erfc_tail(float x) {
  float t = (x - 2.0f) / (x + 2.0f);
  float q = 2.15334803e-4f;
  q = q * t - 3.09520168e-4f;
  q = q * t - 1.46976113e-3f;
  q = q * t + 1.2144763e-3f;
  q = q * t + 8.7275533e-3f;
  q = q * t - 8.02389346e-3f;
  q = q * t - 5.4220695e-2f;
  q = q * t + 1.64050534e-1f;
  q = q * t - 1.66030362e-1f;
  q = q * t - 9.27638113e-2f;
  q = q * t + 1.27697837f;
  vec2 square = dml_two_product(x, x);
  return dml_exp_extended(-square.x, -square.y, 0) * (q / (1.0f + 2.0f * x));
}

float dml_erf(float x) {
  if (dml_is_nan(x)) return x;
  float ax = dml_magnitude(x);
  if (ax < 0.9f) return dml_erf_near(x);
  return dml_copysign(ax > 4.0f ? 1.0f : 1.0f - dml_erfc_tail(ax), x);
}

float dml_erfc(float x) {
  if (dml_is_nan(x)) return x;
  float ax = dml_magnitude(x);
  if (ax < 0.46f) return 1.0f - dml_erf_near(x);
  float y = ax > 10.1f ? 0.0f : dml_erfc_tail(ax);
  return x < 0.0f ? 2.0f - y : y;
}

// ---- Gamma function --------------------------------------------------------

// sin(pi * x) and cos(pi * x), x finite.
vec2 dml_sin_cos_pi(float x) {
  float n = roundEven(2.0f * x);
  precise float rest = x - 0.5f * n;
  vec2 sc = dml_sin_cos_near(rest * DML_PI);
  int quarter = int(n - 4.0f * floor(0.25f * n));
  float s = (quarter & 1) != 0 ? sc.y : sc.x;
  float c = (quarter & 1) != 0 ? sc.x : sc.y;
  if ((quarter & 2) != 0) s = -s;
  if (((quarter + 1) & 2) != 0) c = -c;
  return vec2(s, c);
}

// log(gamma(x)), x > 0.
float dml_lgamma_positive(float x) {
  if (x >= 8.0f) {
    if (x > 4.1e36f) return dml_inf();
    float log_x = dml_log(x);
    if (x > 1e10f) return x * (log_x - 1.0f);
    float w = 1.0f / x;
    float z = w * w;
    float series = w * ((7.93650794e-4f * z - 2.77777778e-3f) * z +
                        8.33333333e-2f);
    return (x - 0.5f) * (log_x - 1.0f) + (series + 0.418938533f);
  }
  // Into [1, 3] by gamma(x + 1) = x gamma(x), then a polynomial that has the
  // zeros at 1 and 2 as factors.
  float product = 1.0f;
  float shift = 0.0f;
  if (x < 1.0f) {
    if (x < 1e-7f) return -dml_log(x);
    shift = -dml_log(x);
  } else {
    while (x > 3.0f) {
      x -= 1.0f;
      product *= x;
    }
    if (product != 1.0f) shift = dml_log(product);
  }
  precise float u = x < 1.0f ? x - 1.0f : x - 2.0f;
  float q = 1.93198102e-5f;
  q = q * u - 3.87439104e-5f;
  q = q * u + 2.02172287e-5f;
  q = q * u - 5.23928647e-5f;
  q = q * u + 1.95834233e-4f;
  q = q * u - 4.25597827e-4f;
  q = q * u + 9.1048918e-4f;
  q = q * u - 2.10205e-3f;
  q = q * u + 4.9994844e-3f;
  q = q * u - 1.23849772e-2f;
  q = q * u + 3.29649448e-2f;
  q = q * u - 1.0031727e-1f;
  q = q * u + 4.22784328e-1f;
  return u * (1.0f + u) * q + shift;
}

float dml_lgamma(float x) {
  if (dml_is_nan(x)) return x;
  if (dml_is_inf(x)) return dml_inf();
  if (x > 0.0f) return dml_lgamma_positive(x);
  if (floor(x) == x) return dml_inf();
  float ax = dml_magnitude(x);
  if (ax < 1e-7f) return -dml_log(ax);
  // gamma(x) gamma(-x) = -pi / (x sin(pi x))
  float s = dml_magnitude(dml_sin_cos_pi(ax).x);
  return dml_log(DML_PI / (ax * s)) - dml_lgamma_positive(ax);
}

float dml_digamma(float x) {
  if (dml_is_nan(x)) return x;
  if (dml_is_inf(x)) return x > 0.0f ? x : dml_nan();
  float reflected = 0.0f;
  if (x <= 0.0f) {
    if (floor(x) == x) return dml_inf();
    // digamma(1 - x) - digamma(x) = pi / tan(pi x)
    vec2 sc = dml_sin_cos_pi(x);
    reflected = DML_PI * sc.y / sc.x;
    x = 1.0f - x;
  }
  float sum = 0.0f;
  while (x < 6.0f) {
    sum += 1.0f / x;
    x += 1.0f;
  }
  float w = x < 1e10f ? 1.0f / x : 0.0f;
  float z = w * w;
  float series = z * (((4.16666667e-3f * z - 3.96825397e-3f) * z +
                       8.33333333e-3f) * -z + 8.33333333e-2f);
  return dml_log(x) - 0.5f * w - series - sum - reflected;
}

#endif  // DML_MATH_SPECIAL_GLSL_
