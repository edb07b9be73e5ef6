// Trigonometric functions and their inverses, see math.glsl.
#ifndef DML_MATH_TRIGONOMETRY_GLSL_
#define DML_MATH_TRIGONOMETRY_GLSL_

#include "math_basic.glsl"

// Two zero words, then 2 / pi in binary.
const uint DML_TWO_OVER_PI[8] = {0u,          0u,          0xa2f9836eu,
                                 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u,
                                 0xdb629599u, 0x3c439041u};

// 32 bits of DML_TWO_OVER_PI from bit 32 * word + shift on.
uint dml_two_over_pi(int word, int shift) {
  return (DML_TWO_OVER_PI[word] << shift) |
         ((DML_TWO_OVER_PI[word + 1] >> 1) >> (31 - shift));
}

// sin(x) and cos(x), |x| <= pi / 4.
vec2 dml_sin_cos_near(float x) {
  float z = x * x;
  float s = ((2.71793897e-6f * z - 1.98392954e-4f) * z + 8.33332911e-3f) * z -
            1.66666672e-1f;
  float c = ((-2.72067808e-7f * z + 2.47994794e-5f) * z - 1.38888834e-3f) * z +
            4.16666679e-2f;
  return vec2(x + x * z * s, 1.0f + (z * z * c - 0.5f * z));
}

// sin(x) and cos(x) for all x, by Payne and Hanek: x / (2 pi) modulo 1 needs
// but 96 of the bits of 2 / pi, and integer products keep them all.
vec2 dml_sin_cos(float x) {
  if (!dml_is_finite(x)) return vec2(dml_nan(), dml_nan());
  float ax = dml_magnitude(x);
  if (ax <= 0.785398f) return dml_sin_cos_near(x);

  uint bits = floatBitsToUint(ax);
  uint mantissa = (bits << 8) | 0x80000000u;
  int shift = int(bits >> 23) - 96;  // exponent + 31
  int word = shift >> 5;
  shift &= 31;
  uint high, low, high2, low2, carry;
  umulExtended(mantissa, dml_two_over_pi(word + 1, shift), high, low);
  umulExtended(mantissa, dml_two_over_pi(word + 2, shift), high2, low2);
  low += high2;
  carry = low < high2 ? 1u : 0u;
  high += mantissa * dml_two_over_pi(word, shift) + carry;

  // (high, low) is the part of a turn: a multiple of a quarter, and the rest.
  uint quarter = (high + 0x20000000u) >> 30;
  high -= quarter << 30;
  bool negative = (high >> 31) != 0u;
  if (negative) {
    low = ~low + 1u;
    high = ~high + (low == 0u ? 1u : 0u);
  }
  int zeros = 0;
  if (high == 0u) {
    high = low;
    low = 0u;
    zeros = 32;
  }
  int lead = 31 - findMSB(high);
  zeros += lead;
  high = (high << lead) | ((low >> 1) >> (31 - lead));
  umulExtended(high, 0xc90fdaa2u, high2, low2);  // times pi / 4
  float r = dml_scale(float(high2), -29 - zeros);

  vec2 sc = dml_sin_cos_near(negative ? -r : r);
  float s = (quarter & 1u) != 0u ? sc.y : sc.x;
  float c = (quarter & 1u) != 0u ? sc.x : sc.y;
  if ((quarter & 2u) != 0u) s = -s;
  if (((quarter + 1u) & 2u) != 0u) c = -c;
  return vec2(dml_sign_bit(x) ? -s : s, c);
}

float dml_sin(float x) { return dml_sin_cos(x).x; }
float dml_cos(float x) { return dml_sin_cos(x).y; }
float dml_tan(float x) {
  vec2 sc = dml_sin_cos(x);
  return sc.x / sc.y;
}

// asin(x) - x for |x| <= 1/2, z = x^2.
float dml_asin_rest(float x, float z) {
  float q = 3.75781804e-2f;  // (asin(x) / x - 1) / x^2
  q = q * z + 1.43937888e-2f;
  q = q * z + 3.18198241e-2f;
  q = q * z + 4.45154719e-2f;
  q = q * z + 7.50051215e-2f;
  q = q * z + 1.66666597e-1f;
  return x * z * q;
}

float dml_asin(float x) {
  float ax = dml_magnitude(x);
  if (ax <= 0.5f) return x + dml_asin_rest(x, x * x);
  if (!(ax <= 1.0f)) return dml_nan();
  float z = 0.5f * (1.0f - ax);
  float s = sqrt(z);
  float y = DML_HALF_PI - (2.0f * (s + dml_asin_rest(s, z)) - DML_HALF_PI_LOW);
  return dml_copysign(y, x);
}

float dml_acos(float x) {
  float ax = dml_magnitude(x);
  if (ax <= 0.5f) {
    precise float y = x + (dml_asin_rest(x, x * x) - DML_HALF_PI_LOW);
    return DML_HALF_PI - y;
  }
  if (!(ax <= 1.0f)) return dml_nan();
  float z = 0.5f * (1.0f - ax);
  float s = sqrt(z);
  float y = 2.0f * (s + dml_asin_rest(s, z));
  return x < 0.0f ? DML_PI - (y - 2.0f * DML_HALF_PI_LOW) : y;
}

// atan(x), 0 <= x <= 1.
float dml_atan_near(float x) {
  float z = x * x;
  float q = 1.13489514e-3f;  // (atan(x) / x - 1) / x^2
  q = q * z - 7.42272101e-3f;
  q = q * z + 2.2760516e-2f;
  q = q * z - 4.49466519e-2f;
  q = q * z + 6.75958619e-2f;
  q = q * z - 8.81885439e-2f;
  q = q * z + 1.10602461e-1f;
  q = q * z - 1.42801315e-1f;
  q = q * z + 1.99996933e-1f;
  q = q * z - 3.33333284e-1f;
  return x + x * z * q;
}

float dml_atan(float x) {
  if (dml_is_nan(x)) return x;
  float ax = dml_magnitude(x);
  float y = ax;
  if (ax > 1.0f) {
    // Division may flush what is beyond 2^126, where pi / 2 is all there is.
    float inverse = ax < 1e20f ? 1.0f / ax : 0.0f;
    y = DML_HALF_PI - (dml_atan_near(inverse) - DML_HALF_PI_LOW);
  } else {
    y = dml_atan_near(ax);
  }
  return dml_copysign(y, x);
}

float dml_atan2(float y, float x) {
  if (dml_is_nan(x)) return x;
  if (dml_is_nan(y)) return y;
  float ax = dml_magnitude(x);
  float ay = dml_magnitude(y);
  float small = ax < ay ? ax : ay;
  float large = ax < ay ? ay : ax;
  // Scale into the range in which division is accurate.
  if (large > 1e30f) {
    small *= 1e-20f;
    large *= 1e-20f;
  } else if (large < 1e-18f) {
    small *= 1.8446744e19f;
    large *= 1.8446744e19f;
  }
  float a = 0.0f;
  if (large == 0.0f) {
    a = 0.0f;
  } else if (dml_is_inf(large)) {
    a = dml_is_inf(small) ? 0.785398163f : 0.0f;
  } else {
    a = dml_atan_near(small / large);
  }
  if (ay > ax) a = DML_HALF_PI - (a - DML_HALF_PI_LOW);
  if (dml_sign_bit(x)) a = DML_PI - (a - 2.0f * DML_HALF_PI_LOW);
  return dml_copysign(a, y);
}

#endif  // DML_MATH_TRIGONOMETRY_GLSL_
