// What the functions of math.glsl share: constants, NaN and infinity told by
// bits, signs, scaling by powers of two, exact products.
#ifndef DML_MATH_BASIC_GLSL_
#define DML_MATH_BASIC_GLSL_

const float DML_LN2 = 0.693147181f;
const float DML_LN2_HIGH = 0.693145752f;  // 16 bits: exact times an exponent
const float DML_LN2_LOW = 1.42860677e-6f;
const float DML_LOG2_E = 1.44269504f;
const float DML_PI = 3.14159265f;
const float DML_HALF_PI = 1.57079633f;
const float DML_HALF_PI_LOW = -4.37113883e-8f;  // pi / 2 - DML_HALF_PI
const float DML_SELU_SCALE = 1.05070099f;
const float DML_SELU_SCALE_ALPHA = 1.75809934f;

float dml_inf() { return uintBitsToFloat(0x7f800000u); }
float dml_nan() { return uintBitsToFloat(0x7fc00000u); }

bool dml_is_nan(float x) {
  return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u;
}
bool dml_is_inf(float x) {
  return (floatBitsToUint(x) & 0x7fffffffu) == 0x7f800000u;
}
bool dml_is_finite(float x) {
  return (floatBitsToUint(x) & 0x7fffffffu) < 0x7f800000u;
}
bool dml_sign_bit(float x) { return (floatBitsToUint(x) >> 31) != 0u; }
float dml_magnitude(float x) {
  return uintBitsToFloat(floatBitsToUint(x) & 0x7fffffffu);
}
// |x| with the sign of y.
float dml_copysign(float x, float y) {
  return uintBitsToFloat((floatBitsToUint(x) & 0x7fffffffu) |
                         (floatBitsToUint(y) & 0x80000000u));
}

// To the nearest whole number, ties to the even one. Not by roundEven(), with
// which some drivers round ties up: adding 2^23 leaves no bit for a fraction, and
// rounds as additions do.
float dml_round_even(float x) {
  const float big = 8388608.0f;
  float magnitude = dml_magnitude(x);
  if (!(magnitude < big)) return x;
  precise float sum = magnitude + big;
  precise float whole = sum - big;
  return dml_copysign(whole, x);
}

// x * 2^n for n in [-252, 254]: in two factors, since one might not be finite.
float dml_scale(float x, int n) {
  int half_n = n >> 1;
  precise float y = x * uintBitsToFloat(uint(half_n + 127) << 23);
  precise float z = y * uintBitsToFloat(uint(n - half_n + 127) << 23);
  return z;
}

// High and low part of a * b, exactly. Splitting by masks cannot overflow.
vec2 dml_two_product(float a, float b) {
  float ah = uintBitsToFloat(floatBitsToUint(a) & 0xfffff000u);
  float bh = uintBitsToFloat(floatBitsToUint(b) & 0xfffff000u);
  precise float al = a - ah;
  precise float bl = b - bh;
  precise float high = a * b;
  precise float low = ((ah * bh - high) + ah * bl + al * bh) + al * bl;
  return vec2(high, low);
}

// x / y. Of a divisor beyond 2^126 Vulkan promises nothing: a driver may multiply by its
// reciprocal, and take that for 0.
float dml_divide(float x, float y) {
  float scale = dml_magnitude(y) > 8.5e37f ? 0.25f : 1.0f;
  precise float dividend = x * scale;
  precise float divisor = y * scale;
  return dividend / divisor;
}

// x / y, whose rounding is as good as always the nearest one; the language's own may be off
// by some units.
float dml_divide_rounded(float x, float y) {
  precise float quotient = dml_divide(x, y);
  vec2 product = dml_two_product(quotient, y);
  precise float rest = (x - product.x) - product.y;
  precise float rounded = quotient + dml_divide(rest, y);
  // A quotient that is not finite has no remainder.
  return dml_is_finite(rounded) ? rounded : quotient;
}

float dml_rsqrt(float x) { return inversesqrt(x); }

#endif  // DML_MATH_BASIC_GLSL_
