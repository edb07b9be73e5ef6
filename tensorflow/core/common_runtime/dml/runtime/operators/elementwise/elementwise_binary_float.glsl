// dml_apply(x, y) for floating-point types; see elementwise_ops.glsl.
#include "math_t.glsl"

#ifndef DML_COMMON_OPERATIONS
#ifdef T_f64
#define Bits uint64_t
const int kLeastExponent = -1074;  // of the lowest bit of a number

// The exponent, at least 1, of a finite x != 0, and its 53 bits as an integer.
Bits split_number(double x, out int exponent) {
  uvec2 words = unpackDouble2x32(dml_magnitude(x));
  exponent = int(words.y >> 20);
  uint high = words.y & 0xfffffu;
  if (exponent == 0) {  // subnormal
    exponent = 1;
  } else {
    high |= 0x100000u;
  }
  return Bits(high) << 32 | Bits(words.x);
}
#else
#define Bits uint
const int kLeastExponent = -149;

Bits split_number(float x, out int exponent) {
  uint bits = floatBitsToUint(x) & 0x7fffffffu;
  exponent = int(bits >> 23);
  if (exponent == 0) {  // subnormal
    exponent = 1;
    return bits;
  }
  return (bits & 0x7fffffu) | 0x800000u;
}
#endif

// The remainder of x / y, exactly, by long division of integers: with the sign
// of x, or, if `floored`, with that of y.
T_compute remainder(T_compute x, T_compute y, bool floored) {
  if (!dml_is_finite(x) || dml_is_nan(y)) return dml_nan();
  const bool opposite = floored && (x < T_compute(0)) != (y < T_compute(0));
  if (dml_is_inf(y)) return opposite ? dml_nan() : x;
  int ex, ey;
  Bits mx = split_number(x, ex);
  Bits my = split_number(y, ey);
  if (my == Bits(0)) return dml_nan();
  int steps = ex - ey;
  if (steps < 0) {
    if (!opposite) return x;
    const T_compute sum = x + y;
    return sum == y ? dml_copysign(T_compute(0), y) : sum;
  }
  Bits rest = mx % my;
  while (steps > 0 && rest != Bits(0)) {
    int bits = min(steps, 8);
    rest = (rest << bits) % my;
    steps -= bits;
  }
  // As integers, since a small rest may be no normal number.
  if (opposite && rest != Bits(0)) rest = my - rest;
  return dml_copysign(dml_scale(T_compute(rest), ey - 1 + kLeastExponent),
                      opposite ? y : x);
}

T_compute truncate_mod(T_compute x, T_compute y) {
  return remainder(x, y, false);
}
T_compute floor_mod(T_compute x, T_compute y) { return remainder(x, y, true); }

// Division may be off by a rounding: what divides exactly must do so.
T_compute floor_divide(T_compute x, T_compute y) {
  T_compute q = dml_divide_rounded(x, y);
  T_compute n = dml_round_even(q);
  precise T_compute product = n * y;
  return product == x ? n : floor(q);
}

#ifdef T_f64
#define TO_BITS(x) packUint2x32(unpackDouble2x32(x))
#define FROM_BITS(bits) packDouble2x32(unpackUint2x32(bits))
#else
#define TO_BITS(x) floatBitsToUint(x)
#define FROM_BITS(bits) uintBitsToFloat(bits)
#endif

// On bits, as arithmetic may take subnormal numbers for 0.
T_compute next_after(T_compute x, T_compute y) {
  if (dml_is_nan(x) || dml_is_nan(y)) return dml_nan();
  const Bits one = Bits(1);
  const Bits sign = one << (8 * T_SIZE - 1);
  const Bits bx = TO_BITS(x), by = TO_BITS(y);
  const Bits magnitude_x = bx & ~sign, magnitude_y = by & ~sign;
  if (bx == by || (magnitude_x | magnitude_y) == Bits(0)) return y;
  if (magnitude_x == Bits(0)) return FROM_BITS((by & sign) | one);
  const bool outward = (bx & sign) == (by & sign) && magnitude_x < magnitude_y;
  return FROM_BITS(outward ? bx + one : bx - one);
}
#endif

T_compute dml_apply(DML_OPERATION T_compute x, T_compute y) {
  const T_compute zero = T_compute(0);
  const T_compute one = T_compute(1);
  const T_compute half_one = T_compute(0.5);
  switch (OP) {
    case DML_ADD: return x + y;
    case DML_SUBTRACT: return x - y;
    case DML_MULTIPLY: return x * y;
    case DML_DIVIDE: return dml_divide(x, y);
#ifndef DML_COMMON_OPERATIONS
    case DML_FLOOR_DIVIDE: return floor_divide(x, y);
    case DML_FLOOR_MOD: return floor_mod(x, y);
    case DML_TRUNCATE_MOD: return truncate_mod(x, y);
#endif
    case DML_DIVIDE_NO_NAN: return y == zero ? zero : dml_divide(x, y);
    case DML_MAXIMUM:
      return dml_is_nan(x) || dml_is_nan(y) ? x : (x < y ? y : x);
    case DML_MINIMUM:
      return dml_is_nan(x) || dml_is_nan(y) ? x : (y < x ? y : x);
    case DML_POW: return dml_pow(x, y);
    case DML_SQUARED_DIFFERENCE: return (x - y) * (x - y);
#ifndef DML_COMMON_OPERATIONS
    case DML_ATAN2: return dml_atan2(x, y);
#endif
    case DML_MULTIPLY_NO_NAN: return y == zero ? zero : x * y;
    case DML_XLOGY: return x == zero ? zero : x * dml_log(y);
    case DML_XDIVY: return x == zero ? zero : dml_divide(x, y);
#if !defined(T_f16) && !defined(DML_COMMON_OPERATIONS)
    case DML_NEXT_AFTER: return next_after(x, y);
#endif
    case DML_RELU_GRADIENT: return y > zero ? x : zero;
    case DML_RELU6_GRADIENT: return y > zero && y < T_compute(6) ? x : zero;
    case DML_LEAKY_RELU_GRADIENT: return y > zero ? x : x * T_compute(DML_PARAMETER);
    case DML_ELU_GRADIENT: return y < zero ? x * (y + one) : x;
    case DML_SELU_GRADIENT:
      return y < zero ? x * (y + DML_SELU_SCALE_ALPHA) : x * DML_SELU_SCALE;
    case DML_SOFTPLUS_GRADIENT: return x * dml_sigmoid(y);
    case DML_SOFTSIGN_GRADIENT: {
      T_compute d = one + dml_magnitude(y);
      return dml_divide(x, d * d);
    }
    case DML_SIGMOID_GRADIENT: return y * x * (one - x);
    case DML_TANH_GRADIENT: return y * (one - x * x);
    // What gets no gradient passes none on, also where the slope is infinite.
    case DML_SQRT_GRADIENT: return y == zero ? zero : y * half_one / x;
    case DML_RSQRT_GRADIENT:
      return y == zero ? zero : y * (-half_one * x) * (x * x);
    case DML_RECIPROCAL_GRADIENT: return y == zero ? zero : -y * x * x;
  }
  return x;
}
