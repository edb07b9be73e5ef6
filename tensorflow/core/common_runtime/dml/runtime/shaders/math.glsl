// Elementary and special functions in float32 that are accurate on any driver.
//
// Vulkan lets exp, log, pow and the trigonometric functions be off by far more
// than a rounding, and lets comparisons assume that there is no NaN. These use
// only +, -, *, /, sqrt, conversions and integers, whose accuracy Vulkan does
// fix, and test NaN and infinity by their bits. Each is within 4 ulp of the
// true value, most within 2, over all of float32, except that
//   - results and arguments below 2^-126 may be flushed to zero;
//   - near the zeros of dml_lgamma at negative arguments and of dml_digamma
//     (also near 1.4616), the error is about 1e-6 absolutely, not relatively.
// Special values are those of C's <math.h>.
//
// `precise` marks what must be neither contracted nor reassociated: exact
// differences and compensated products. Polynomials may be contracted. Their
// coefficients are minimax fits of the remainder that the comment names.
//
// The file keeps to what is GLSL and C++ alike, so that a host program can
// include it to sweep all of float32.
#ifndef DML_MATH_GLSL_
#define DML_MATH_GLSL_

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

float dml_rsqrt(float x) { return inversesqrt(x); }

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

// ---- Trigonometry ----------------------------------------------------------

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

// ---- Hyperbolic functions --------------------------------------------------

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

// ---- Error function --------------------------------------------------------

// erf(x), |x| <= 1.
float dml_erf_near(float x) {
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

// ---- Activations -----------------------------------------------------------

float dml_sigmoid(float x) {
  float e = dml_exp(-dml_magnitude(x));
  float y = 1.0f / (1.0f + e);
  return x < 0.0f ? e * y : y;
}

float dml_softplus(float x) {
  if (dml_is_nan(x)) return x;
  return (x > 0.0f ? x : 0.0f) + dml_log1p(dml_exp(-dml_magnitude(x)));
}

#endif  // DML_MATH_GLSL_
