// Exponentials, logarithms and powers, see math.glsl.
#ifndef DML_MATH_EXPONENTIAL_GLSL_
#define DML_MATH_EXPONENTIAL_GLSL_

#include "math_basic.glsl"

// ---- Exponentials ----------------------------------------------------------

// (expm1(r) - r) / r^2, |r| <= ln(2) / 2.
float dml_expm1_remainder(float r) {
  return ((((1.99155853e-4f * r + 1.39420468e-3f) * r + 8.33327044e-3f) * r +
           4.16663438e-2f) * r + 1.66666672e-1f) * r + 0.5f;
}

// 2^k * exp(high + low), |low| much below |high|, k in [-2, 2].
float dml_exp_extended(float high, float low, int k) {
  if (dml_is_nan(high)) return high;
  if (high > 90.5f) return dml_inf();
  if (high < -106.0f) return 0.0f;
  float n = roundEven(high * DML_LOG2_E);
  precise float exact = high - n * DML_LN2_HIGH;
  precise float r = exact - (n * DML_LN2_LOW - low);
  float y = 1.0f + (r + r * r * dml_expm1_remainder(r));
  return dml_scale(y, int(n) + k);
}

float dml_exp(float x) { return dml_exp_extended(x, 0.0f, 0); }

float dml_expm1(float x) {
  if (dml_is_nan(x)) return x;
  if (x > 89.0f) return dml_inf();
  if (x < -18.0f) return -1.0f;
  float n = roundEven(x * DML_LOG2_E);
  precise float exact = x - n * DML_LN2_HIGH;
  precise float r = exact - n * DML_LN2_LOW;
  float y = r + r * r * dml_expm1_remainder(r);
  if (n == 0.0f) return y;
  if (n > 126.0f) return dml_scale(1.0f + y, int(n));
  float power = uintBitsToFloat(uint(int(n) + 127) << 23);
  return power * y + (power - 1.0f);
}

// ---- Logarithms ------------------------------------------------------------

// log(1 + f), f in [sqrt(1/2) - 1, sqrt(2) - 1], plus `extra`, which is small.
float dml_log1p_near(float f, float extra) {
  float q = 6.916067e-2f;  // (log1p(f) - f + f^2 / 2) / f^3
  q = q * f - 1.17914602e-1f;
  q = q * f + 1.18735649e-1f;
  q = q * f - 1.23841323e-1f;
  q = q * f + 1.42185554e-1f;
  q = q * f - 1.66692585e-1f;
  q = q * f + 2.0002231e-1f;
  q = q * f - 2.49999866e-1f;
  q = q * f + 3.33333105e-1f;
  float f2 = f * f;
  return f + (f * f2 * q - 0.5f * f2 + extra);
}

// x = m * 2^e for x > 0 and finite: m - 1 and e, m in [sqrt(1/2), sqrt(2)).
vec2 dml_split_exponent(float x) {
  uint bits = floatBitsToUint(x);
  int e = 0;
  if (bits < 0x800000u) {  // subnormal: normalize as an integer
    bits = floatBitsToUint(float(bits));
    e = -149;
  }
  // 0x3f3504f3 is sqrt(1/2): biases the exponent so that m starts there.
  uint biased = bits - 0x3f3504f3u;
  e += int(biased) >> 23;
  float m = uintBitsToFloat((biased & 0x7fffffu) + 0x3f3504f3u);
  return vec2(m - 1.0f, float(e));
}

// log(x) + extra.
float dml_log_extended(float x, float extra) {
  if (dml_is_nan(x)) return x;
  if ((floatBitsToUint(x) & 0x7fffffffu) == 0u) return -dml_inf();
  if (dml_sign_bit(x)) return dml_nan();
  if (dml_is_inf(x)) return x;
  vec2 s = dml_split_exponent(x);
  float y = dml_log1p_near(s.x, s.y * DML_LN2_LOW + extra);
  return s.y * DML_LN2_HIGH + y;
}

float dml_log(float x) { return dml_log_extended(x, 0.0f); }

float dml_log1p(float x) {
  if (x > -0.29f && x < 0.41f) return dml_log1p_near(x, 0.0f);
  precise float u = 1.0f + x;
  if (!(u > 0.0f) || dml_is_inf(u)) return dml_log(u);
  // What rounding 1 + x lost; the larger addend is taken off first.
  precise float lost = x > 1.0f ? 1.0f - (u - x) : x - (u - 1.0f);
  return dml_log_extended(u, lost / u);
}

// log(x) as high and low part, to about 2^-31; x > 0, finite.
vec2 dml_log_pair(float x) {
  vec2 split = dml_split_exponent(x);
  float f = split.x;
  // log(1 + f) = 2 atanh(s), s = f / (2 + f), to twice the precision.
  precise float d = 2.0f + f;
  precise float d_low = f - (d - 2.0f);
  precise float s = f / d;
  vec2 product = dml_two_product(s, d);
  precise float s_low = ((f - product.x) - product.y - s * d_low) / d;
  float z = s * s;
  float q = (((0.195872024f * z + 0.2217599f) * z + 0.285721123f) * z +
             0.399999946f) * z + 0.666666687f;  // (2 atanh(s) - 2 s) / s^3
  precise float a = split.y * DML_LN2_HIGH;
  precise float b = 2.0f * s;
  precise float sum = a + b;
  precise float b_part = sum - a;
  precise float lost = (a - (sum - b_part)) + (b - b_part);
  precise float low =
      lost + (2.0f * s_low + (s * z * q + split.y * DML_LN2_LOW));
  precise float high = sum + low;
  precise float rest = low - (high - sum);
  return vec2(high, rest);
}

// |x|^y, x of any sign.
float dml_pow_magnitude(float x, float y) {
  float ax = dml_magnitude(x);
  if (floatBitsToUint(ax) == 0u) return y < 0.0f ? dml_inf() : 0.0f;
  if (dml_is_inf(ax)) return y < 0.0f ? 0.0f : dml_inf();
  if (dml_is_inf(y)) {
    if (ax == 1.0f) return 1.0f;
    return (ax > 1.0f) == (y > 0.0f) ? dml_inf() : 0.0f;
  }
  vec2 log_x = dml_log_pair(ax);
  float estimate = y * log_x.x;
  if (estimate > 89.0f) return dml_inf();
  if (estimate < -104.5f) return 0.0f;
  vec2 t = dml_two_product(y, log_x.x);
  return dml_exp_extended(t.x, t.y + y * log_x.y, 0);
}

float dml_pow(float x, float y) {
  if (y == 0.0f || x == 1.0f) return 1.0f;
  if (dml_is_nan(x)) return x;
  if (dml_is_nan(y)) return y;
  float r = dml_pow_magnitude(x, y);
  if (!dml_sign_bit(x)) return r;
  bool integral = dml_magnitude(y) >= 8388608.0f || floor(y) == y;
  if (!integral) {  // zero and infinity have no sign then, and others no power
    bool powerless =
        dml_is_finite(x) && (floatBitsToUint(x) & 0x7fffffffu) != 0u;
    return powerless ? dml_nan() : r;
  }
  bool odd = dml_magnitude(y) < 16777216.0f && (int(y) & 1) != 0;
  return odd ? -r : r;
}

#endif  // DML_MATH_EXPONENTIAL_GLSL_
