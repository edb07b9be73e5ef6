// Elementary and special functions in float64: GLSL has none of its own. The
// counterpart of math.glsl, with its names, conventions and special values.
//
// They use only +, -, *, /, sqrt, conversions and integers, and test NaN and
// infinity by their bits. Each is within 2.5 ulp of the true value, most within
// 1.5, where those are rounded correctly, except that
//   - results and arguments below 2^-1022 may be flushed to zero;
//   - dml_erfc is within 4 in its tail;
//   - dml_lgamma and dml_digamma are off by about 1e-15 times the larger of 1
//     and their magnitude, so that close to their zeros relative errors grow.
// Sources: exponentials and logarithms Cody and Waite, "Software Manual for the
// Elementary Functions", 1980; trigonometry Payne and Hanek, "Radian reduction
// for trigonometric functions", 1983; erfc Shepherd and Laframboise, "Chebyshev
// approximation of (1 + 2x) exp(x^2) erfc x", 1981; exact products and sums
// Dekker, "A floating-point technique for extending the available precision",
// 1971. Polynomials are Chebyshev fits, made with 60
// digits, of the remainder that the comment names.
//
// `precise` marks what must be neither contracted nor reassociated.
// The file keeps to what is GLSL and C++ alike (but for the suffix of numbers).
#ifndef DML_MATH_DOUBLE_GLSL_
#define DML_MATH_DOUBLE_GLSL_

const double DML_LN2 = 0.6931471805599453lf;
const double DML_LN2_HIGH = 0.6931471803691238lf;  // 32 bits
const double DML_LN2_LOW = 1.9082149292705877e-10lf;
const double DML_LOG2_E = 1.4426950408889634lf;
const double DML_PI = 3.141592653589793lf;
const double DML_HALF_PI = 1.5707963267948966lf;
const double DML_HALF_PI_LOW = 6.123233995736766e-17lf;
const double DML_SELU_SCALE = 1.0507009873554805lf;
const double DML_SELU_SCALE_ALPHA = 1.7580993408473768lf;

double dml_from_high_word(uint high) { return packDouble2x32(uvec2(0u, high)); }
double dml_inf() { return dml_from_high_word(0x7ff00000u); }
double dml_nan() { return dml_from_high_word(0x7ff80000u); }
double dml_power_of_two(int n) {
  return dml_from_high_word(uint(n + 1023) << 20);
}

// High word of |x|.
uint dml_high_word(double x) { return unpackDouble2x32(x).y & 0x7fffffffu; }
bool dml_is_nan(double x) {
  uvec2 words = unpackDouble2x32(x);
  uint high = words.y & 0x7fffffffu;
  return high > 0x7ff00000u || (high == 0x7ff00000u && words.x != 0u);
}
bool dml_is_inf(double x) {
  uvec2 words = unpackDouble2x32(x);
  return (words.y & 0x7fffffffu) == 0x7ff00000u && words.x == 0u;
}
bool dml_is_finite(double x) { return dml_high_word(x) < 0x7ff00000u; }
bool dml_is_zero(double x) {
  uvec2 words = unpackDouble2x32(x);
  return ((words.y & 0x7fffffffu) | words.x) == 0u;
}
bool dml_sign_bit(double x) { return (unpackDouble2x32(x).y >> 31) != 0u; }
double dml_magnitude(double x) {
  uvec2 words = unpackDouble2x32(x);
  return packDouble2x32(uvec2(words.x, words.y & 0x7fffffffu));
}
// |x| with the sign of y.
double dml_copysign(double x, double y) {
  uvec2 words = unpackDouble2x32(x);
  uint sign = unpackDouble2x32(y).y & 0x80000000u;
  return packDouble2x32(uvec2(words.x, (words.y & 0x7fffffffu) | sign));
}

// To the nearest whole number, ties to the even one. Not by roundEven(), with
// which some drivers round ties of float64 up and lose the sign of zero: adding
// 2^52 leaves no bit for a fraction, and rounds as additions do.
double dml_round_even(double x) {
  const double big = 4503599627370496.0lf;
  double magnitude = dml_magnitude(x);
  if (!(magnitude < big)) return x;
  precise double sum = magnitude + big;
  precise double whole = sum - big;
  return dml_copysign(whole, x);
}

// x * 2^n for n in [-2044, 2046]: in two factors, since one might not be
// finite.
double dml_scale(double x, int n) {
  int half_n = n >> 1;
  precise double y = x * dml_power_of_two(half_n);
  precise double z = y * dml_power_of_two(n - half_n);
  return z;
}

// x with the lower half of its bits cleared.
double dml_upper_half(double x) {
  uvec2 words = unpackDouble2x32(x);
  return packDouble2x32(uvec2(words.x & 0xf8000000u, words.y));
}

// High and low part of a * b, exactly; splitting by masks cannot overflow.
dvec2 dml_two_product(double a, double b) {
  double ah = dml_upper_half(a);
  double bh = dml_upper_half(b);
  precise double al = a - ah;
  precise double bl = b - bh;
  precise double high = a * b;
  precise double low = ((ah * bh - high) + ah * bl + al * bh) + al * bl;
  return dvec2(high, low);
}

// High and low part of a + b, exactly.
dvec2 dml_two_sum(double a, double b) {
  precise double sum = a + b;
  precise double b_part = sum - a;
  precise double low = (a - (sum - b_part)) + (b - b_part);
  return dvec2(sum, low);
}

double dml_rsqrt(double x) { return 1.0lf / sqrt(x); }
// What math_basic.glsl has for float.
double dml_divide(double x, double y) { return x / y; }
double dml_divide_rounded(double x, double y) { return x / y; }

// ---- Exponentials ----------------------------------------------------------

// (expm1(r) - r) / r^2, |r| <= ln(2) / 2.
double dml_expm1_remainder(double r) {
  double q = 2.091467937596335e-09lf;
  q = q * r + 2.510520637395701e-08lf;
  q = q * r + 2.7557273661350686e-07lf;
  q = q * r + 2.7557255425746435e-06lf;
  q = q * r + 2.480158732553336e-05lf;
  q = q * r + 0.00019841269874800493lf;
  q = q * r + 0.0013888888888883752lf;
  q = q * r + 0.008333333333326141lf;
  q = q * r + 0.04166666666666667lf;
  q = q * r + 0.1666666666666667lf;
  q = q * r + 0.5lf;
  return q;
}

// expm1 of what is left of high + low (|low| much below |high|) without n
// times ln(2).
double dml_expm1_reduced(double high, double low, double n) {
  precise double exact = high - n * DML_LN2_HIGH;
  precise double rest = n * DML_LN2_LOW - low;
  precise double r = exact - rest;
  precise double lost = (exact - r) - rest;
  return r + (r * r * dml_expm1_remainder(r) + lost);
}

// 2^k * exp(high + low), |low| much below |high|, k in [-2, 2].
double dml_exp_extended(double high, double low, int k) {
  if (dml_is_nan(high)) return high;
  if (high > 711.5lf) return dml_inf();
  if (high < -747.0lf) return 0.0lf;
  double n = dml_round_even(high * DML_LOG2_E);
  return dml_scale(1.0lf + dml_expm1_reduced(high, low, n), int(n) + k);
}

double dml_exp(double x) { return dml_exp_extended(x, 0.0lf, 0); }

double dml_expm1(double x) {
  if (dml_is_nan(x)) return x;
  if (x > 710.0lf) return dml_inf();
  if (x < -38.0lf) return -1.0lf;
  double n = dml_round_even(x * DML_LOG2_E);
  double y = dml_expm1_reduced(x, 0.0lf, n);
  if (n == 0.0lf) return dml_is_zero(x) ? x : y;
  if (n > 1022.0lf) return dml_scale(1.0lf + y, int(n));
  double power = dml_power_of_two(int(n));
  return power * y + (power - 1.0lf);
}

// ---- Logarithms ------------------------------------------------------------

// log(1 + f), f in [sqrt(1/2) - 1, sqrt(2) - 1], plus `extra`, which is small.
// With s = f / (2 + f): log(1 + f) = 2 atanh(s) = f - f^2 / 2 +
// s (f^2 / 2 + R), where s R = 2 atanh(s) - 2 s.
double dml_log1p_near(double f, double extra) {
  double s = f / (2.0lf + f);
  double z = s * s;
  double q = 0.1461703754879165lf;  // R / z
  q = q * z + 0.1533167403016786lf;
  q = q * z + 0.18182890556695602lf;
  q = q * z + 0.2222221111514416lf;
  q = q * z + 0.2857142862609589lf;
  q = q * z + 0.3999999999989924lf;
  q = q * z + 0.666666666666667lf;
  double half_square = 0.5lf * f * f;
  return f - (half_square - (s * (half_square + z * q) + extra));
}

// x = m * 2^e for x > 0 and finite: m - 1 and e, m in [sqrt(1/2), sqrt(2)).
dvec2 dml_split_exponent(double x) {
  uvec2 words = unpackDouble2x32(x);
  int e = 0;
  if (words.y < 0x100000u) {  // subnormal: normalize as an integer
    words =
        unpackDouble2x32(double(words.y) * 4294967296.0lf + double(words.x));
    e = -1074;
  }
  // 0x3fe6a09e starts sqrt(1/2): biases the exponent so that m starts there.
  uint biased = words.y - 0x3fe6a09eu;
  e += int(biased) >> 20;
  double m =
      packDouble2x32(uvec2(words.x, (biased & 0xfffffu) + 0x3fe6a09eu));
  return dvec2(m - 1.0lf, double(e));
}

// log(x) + extra.
double dml_log_extended(double x, double extra) {
  if (dml_is_nan(x)) return x;
  if (dml_is_zero(x)) return -dml_inf();
  if (dml_sign_bit(x)) return dml_nan();
  if (dml_is_inf(x)) return x;
  dvec2 split = dml_split_exponent(x);
  double y = dml_log1p_near(split.x, split.y * DML_LN2_LOW + extra);
  return split.y * DML_LN2_HIGH + y;
}

double dml_log(double x) { return dml_log_extended(x, 0.0lf); }

double dml_log1p(double x) {
  if (dml_is_zero(x)) return x;
  if (x > -0.29lf && x < 0.41lf) return dml_log1p_near(x, 0.0lf);
  precise double u = 1.0lf + x;
  if (!(u > 0.0lf) || dml_is_inf(u)) return dml_log(u);
  // What rounding 1 + x lost; the larger addend is taken off first.
  precise double lost = x > 1.0lf ? 1.0lf - (u - x) : x - (u - 1.0lf);
  return dml_log_extended(u, lost / u);
}

// log(x) as high and low part, to about 2^-65; x > 0, finite.
dvec2 dml_log_pair(double x) {
  dvec2 split = dml_split_exponent(x);
  double f = split.x;
  // s = f / (2 + f) and z = s^2, to twice the precision.
  precise double d = 2.0lf + f;
  precise double d_low = f - (d - 2.0lf);
  precise double s = f / d;
  dvec2 sd = dml_two_product(s, d);
  precise double s_low = ((f - sd.x) - sd.y - s * d_low) / d;
  dvec2 zz = dml_two_product(s, s);
  double z = zz.x;
  precise double z_low = zz.y + 2.0lf * s * s_low;
  double q = 0.11723603622905411lf;  // (2 atanh(s) - 2 s - 2/3 s^3) / s^5
  q = q * z + 0.11706195689881364lf;
  q = q * z + 0.13334806212100603lf;
  q = q * z + 0.15384594934597917lf;
  q = q * z + 0.1818181833565416lf;
  q = q * z + 0.22222222221654733lf;
  q = q * z + 0.2857142857142937lf;
  q = q * z + 0.4lf;
  // c = 2/3 + z q, t = z c, then 2 atanh(s) = 2 s + s t.
  const double two_thirds = 0.6666666666666666lf;
  const double two_thirds_low = 3.700743415417188e-17lf;
  dvec2 c = dml_two_sum(two_thirds, z * q);
  precise double c_low = c.y + two_thirds_low;
  dvec2 t = dml_two_product(z, c.x);
  precise double t_low = t.y + (z * c_low + z_low * c.x);
  dvec2 st = dml_two_product(s, t.x);
  precise double st_low = st.y + (s * t_low + s_low * t.x);
  dvec2 near = dml_two_sum(2.0lf * s, st.x);
  precise double near_low = near.y + (st_low + 2.0lf * s_low);
  // LN2_HIGH has few enough bits, LN2_LOW is good for 2^-86.
  precise double far = split.y * DML_LN2_HIGH;
  dvec2 far_low = dml_two_product(split.y, DML_LN2_LOW);
  dvec2 sum = dml_two_sum(far, near.x);
  dvec2 lows = dml_two_sum(far_low.x, sum.y);
  precise double low = lows.x + (lows.y + (near_low + far_low.y));
  precise double high = sum.x + low;
  precise double rest = low - (high - sum.x);
  return dvec2(high, rest);
}

// |x|^y, x of any sign.
double dml_pow_magnitude(double x, double y) {
  double ax = dml_magnitude(x);
  if (dml_is_zero(ax)) return y < 0.0lf ? dml_inf() : 0.0lf;
  if (dml_is_inf(ax)) return y < 0.0lf ? 0.0lf : dml_inf();
  if (dml_is_inf(y)) {
    if (ax == 1.0lf) return 1.0lf;
    return (ax > 1.0lf) == (y > 0.0lf) ? dml_inf() : 0.0lf;
  }
  dvec2 log_x = dml_log_pair(ax);
  double estimate = y * log_x.x;
  if (estimate > 710.0lf) return dml_inf();
  if (estimate < -746.0lf) return 0.0lf;
  dvec2 t = dml_two_product(y, log_x.x);
  return dml_exp_extended(t.x, t.y + y * log_x.y, 0);
}

double dml_pow(double x, double y) {
  if (dml_is_zero(y) || x == 1.0lf) return 1.0lf;
  if (dml_is_nan(x)) return x;
  if (dml_is_nan(y)) return y;
  double r = dml_pow_magnitude(x, y);
  if (!dml_sign_bit(x)) return r;
  if (floor(y) != y && !dml_is_inf(y)) {
    // Zero and infinity have no sign then, and others no power.
    return dml_is_finite(x) && !dml_is_zero(x) ? dml_nan() : r;
  }
  // Beyond 2^53 every number is even.
  double half_y = 0.5lf * y;
  bool odd = dml_magnitude(y) < 9007199254740992.0lf && floor(half_y) != half_y;
  return odd ? -r : r;
}

#include "math_double_trigonometry.glsl"

// ---- Hyperbolic functions --------------------------------------------------

double dml_sinh(double x) {
  if (dml_is_nan(x) || dml_is_zero(x)) return x;
  double ax = dml_magnitude(x);
  if (ax < 1.0lf) {
    double z = x * x;
    double q = 2.8445264169895285e-15lf;  // (sinh(x) / x - 1) / x^2
    q = q * z + 7.646625361656657e-13lf;
    q = q * z + 1.6059048396350562e-10lf;
    q = q * z + 2.505210836405804e-08lf;
    q = q * z + 2.755731922404034e-06lf;
    q = q * z + 0.00019841269841269773lf;
    q = q * z + 0.008333333333333333lf;
    q = q * z + 0.16666666666666666lf;
    return x + x * z * q;
  }
  double half_exp = dml_exp_extended(ax, 0.0lf, -1);
  return dml_copysign(half_exp - 0.25lf / half_exp, x);
}

double dml_cosh(double x) {
  double half_exp = dml_exp_extended(dml_magnitude(x), 0.0lf, -1);
  return half_exp + 0.25lf / half_exp;
}

double dml_tanh(double x) {
  if (dml_is_nan(x) || dml_is_zero(x)) return x;
  double ax = dml_magnitude(x);
  if (ax < 0.5625lf) {
    double z = x * x;
    double q = -2.0026587235304936e-05lf;  // (tanh(x) / x - 1) / x^2
    q = q * z + 8.426499195080636e-05lf;
    q = q * z - 0.00023410542254598133lf;
    q = q * z + 0.0005887536594643867lf;
    q = q * z - 0.0014556239664451705lf;
    q = q * z + 0.0035921055306968163lf;
    q = q * z - 0.008863234021415596lf;
    q = q * z + 0.021869488476957393lf;
    q = q * z - 0.05396825396705928lf;
    q = q * z + 0.1333333333333239lf;
    q = q * z - 0.3333333333333333lf;
    return x + x * z * q;
  }
  double y = ax > 20.0lf ? 1.0lf
                         : 1.0lf - 2.0lf / (dml_exp(2.0lf * ax) + 1.0lf);
  return dml_copysign(y, x);
}

double dml_asinh(double x) {
  if (!dml_is_finite(x) || dml_is_zero(x)) return x;
  double ax = dml_magnitude(x);
  double y = 0.0lf;
  if (ax > 1e10lf) {
    y = dml_log(ax) + DML_LN2;
  } else {
    double z = ax * ax;
    y = dml_log1p(ax + z / (1.0lf + sqrt(1.0lf + z)));
  }
  return dml_copysign(y, x);
}

double dml_acosh(double x) {
  if (dml_is_nan(x)) return x;
  if (x < 1.0lf) return dml_nan();
  if (x > 1e10lf) return dml_log(x) + DML_LN2;
  double t = x - 1.0lf;
  return dml_log1p(t + sqrt(2.0lf * t + t * t));
}

double dml_atanh(double x) {
  double ax = dml_magnitude(x);
  if (!(ax <= 1.0lf)) return dml_nan();
  if (ax == 1.0lf) return dml_copysign(dml_inf(), x);
  if (dml_is_zero(x)) return x;
  return dml_copysign(0.5lf * dml_log1p(2.0lf * ax / (1.0lf - ax)), x);
}

#include "math_double_special.glsl"

// ---- Activations -----------------------------------------------------------

double dml_sigmoid(double x) {
  double e = dml_exp(-dml_magnitude(x));
  return (x < 0.0lf ? e : 1.0lf) / (1.0lf + e);
}

double dml_softplus(double x) {
  if (dml_is_nan(x)) return x;
  return (x > 0.0lf ? x : 0.0lf) + dml_log1p(dml_exp(-dml_magnitude(x)));
}

#endif  // DML_MATH_DOUBLE_GLSL_
