// Functions of double that HLSL has for float only, where it would round what it
// is given: programs with doubles call these by the names of GLSL's.
#ifndef DML_DOUBLES_GLSL_
#define DML_DOUBLES_GLSL_

#if defined(T_f64) || defined(T_c128) || defined(U_f64) || defined(U_c128)
#include "functions.glsl"

double dml_truncate(const double x) {
  uvec2 words = unpackDouble2x32(x);
  const int exponent = int((words.y >> 20) & 0x7ffu) - 1023;
  if (exponent >= 52) return x;
  if (exponent < 0) return packDouble2x32(uvec2(0u, words.y & 0x80000000u));
  if (exponent <= 20) {
    words = uvec2(0u, words.y & ~(0xfffffu >> exponent));
  } else {
    words.x &= ~(0xffffffffu >> (exponent - 20));
  }
  return packDouble2x32(words);
}

double dml_floor(const double x) {
  const double whole = dml_truncate(x);
  return whole > x ? whole - 1.0lf : whole;
}
double dml_ceil(const double x) {
  const double whole = dml_truncate(x);
  return whole < x ? whole + 1.0lf : whole;
}

// To the last bit but for rare cases: Newton's steps from what float gives.
double dml_square_root(double x) {
  if (x == 0.0lf) return x;
  uvec2 words = unpackDouble2x32(x);
  if (words.y >= 0x7ff00000u) {  // infinite, NaN, or below 0
    return words.y == 0x7ff00000u && words.x == 0u
               ? x
               : packDouble2x32(uvec2(0u, 0x7ff80000u));
  }
  uint more = 0u;
  if (words.y < 0x100000u) {  // subnormal
    words = unpackDouble2x32(x * 18014398509481984.0lf);  // 2^54
    more = 27u;
  }
  // x = m * 4^k, m in [1, 4)
  const uint k = uint((int(words.y >> 20) - 1023) >> 1);
  const double m = packDouble2x32(uvec2(words.x, words.y - (k << 21)));
  double inverse = double(inversesqrt(float(m)));
  inverse *= 1.5lf - 0.5lf * m * inverse * inverse;
  double root = m * inverse;
  // What is missing of m, exactly.
  const uvec2 of_root = unpackDouble2x32(root);
  const double high = packDouble2x32(uvec2(of_root.x & 0xf8000000u, of_root.y));
  const double low = root - high;
  precise double rest = ((m - high * high) - 2.0lf * high * low) - low * low;
  root += rest * (0.5lf * inverse);
  words = unpackDouble2x32(root);
  return packDouble2x32(uvec2(words.x, words.y + ((k - more) << 20)));
}

dvec2 dml_square_root(const dvec2 v) {
  return dvec2(dml_square_root(v.x), dml_square_root(v.y));
}

double dml_mix(const double a, const double b, const double t) {
  return a * (1.0lf - t) + b * t;
}
double dml_dot(const dvec2 a, const dvec2 b) { return a.x * b.x + a.y * b.y; }

float dml_floor(const float x) { return floor(x); }
float dml_ceil(const float x) { return ceil(x); }
float dml_square_root(const float x) { return sqrt(x); }
float dml_mix(const float a, const float b, const float t) { return mix(a, b, t); }

#define floor dml_floor
#define ceil dml_ceil
#define sqrt dml_square_root
#define mix dml_mix
#define dot dml_dot
#endif

#endif  // DML_DOUBLES_GLSL_
