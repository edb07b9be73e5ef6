// Elementary functions of the complex type T. Special values are those of
// NumPy where a formula gives them, not throughout those of C's Annex G.
#ifndef DML_COMPLEX_MATH_GLSL_
#define DML_COMPLEX_MATH_GLSL_

#include "complex.glsl"

#ifdef T_c128
const T_part COMPLEX_EXP_LIMIT = 700.0lf;   // exp() of less is finite
const T_part COMPLEX_TANH_LIMIT = 22.0lf;   // tanh() of more is 1
#else
const T_part COMPLEX_EXP_LIMIT = 88.0;
const T_part COMPLEX_TANH_LIMIT = 11.0;
#endif

T_part complex_angle(T_compute z) { return dml_atan2(z.y, z.x); }

T_compute complex_exp(T_compute z) {
  // A part may fit though exp(z.x) does not.
  const bool large = z.x > COMPLEX_EXP_LIMIT;
  const T_part size = dml_exp(large ? T_part(0.5) * z.x : z.x);
  if (z.y == T_part(0)) return T_compute(large ? size * size : size, z.y);
  if (size == T_part(0)) return T_compute(0);
  const T_compute turned = size * dml_sin_cos(z.y).yx;
  return large ? turned * size : turned;
}

T_compute complex_expm1(T_compute z) {
  T_part s = dml_sin(T_part(0.5) * z.y);
  return T_compute(dml_expm1(z.x) * dml_cos(z.y) - T_part(2) * s * s,
                   z.y == T_part(0) ? z.y : dml_exp(z.x) * dml_sin(z.y));
}

// log(|z|), without losing what |z| is off 1.
T_part complex_log_abs(T_compute z) {
  T_part x = dml_magnitude(z.x);
  T_part y = dml_magnitude(z.y);
  T_part large = x < y ? y : x;
  T_part small = x < y ? x : y;
  if (complex_is_nan(z) || dml_is_inf(large) || large == T_part(0)) {
    return dml_log(complex_abs(z));
  }
  if (large > T_part(0.5) && large < T_part(2)) {
    return T_part(0.5) * dml_log1p((large - T_part(1)) * (large + T_part(1)) +
                                   small * small);
  }
  T_part r = small / large;
  return dml_log(large) + T_part(0.5) * dml_log1p(r * r);
}

T_compute complex_log(T_compute z) {
  return T_compute(complex_log_abs(z), complex_angle(z));
}

T_compute complex_log1p(T_compute z) {
  T_compute next = T_compute(z.x + T_part(1), z.y);
  if (dml_magnitude(z.x) < T_part(0.5) && dml_magnitude(z.y) < T_part(0.5)) {
    return T_compute(T_part(0.5) * dml_log1p(z.x * (T_part(2) + z.x) +
                                             z.y * z.y),
                     complex_angle(next));
  }
  return complex_log(next);
}

// 0 to a power is 0 if the power's real part is positive, else undefined.
T_compute complex_pow(T_compute x, T_compute y) {
  if (y == T_compute(0)) return complex_of(T_part(1));
  if (x == T_compute(0)) {
    return y.x > T_part(0) ? x * T_part(0) : x / T_part(0);
  }
  return complex_exp(complex_multiply(y, complex_log(x)));
}

T_compute complex_sinh(T_compute z) {
  return T_compute(dml_sinh(z.x) * dml_cos(z.y), dml_cosh(z.x) * dml_sin(z.y));
}
T_compute complex_cosh(T_compute z) {
  return T_compute(dml_cosh(z.x) * dml_cos(z.y), dml_sinh(z.x) * dml_sin(z.y));
}
// Kahan, 1987: nothing cancels.
T_compute complex_tanh(T_compute z) {
  if (dml_magnitude(z.x) > COMPLEX_TANH_LIMIT) {
    T_part decay = dml_exp(-dml_magnitude(z.x));
    return T_compute(dml_copysign(T_part(1), z.x),
                     T_part(4) * dml_sin(z.y) * dml_cos(z.y) * decay * decay);
  }
  T_part t = dml_tan(z.y);
  T_part s = dml_sinh(z.x);
  T_part slope = T_part(1) + t * t;
  T_part scale = T_part(1) + slope * s * s;
  return T_compute(slope * s * sqrt(T_part(1) + s * s), t) / scale;
}

// f(z) = -i g(i z) for sin and sinh, tan and tanh, asinh and asin.
T_compute complex_over_i(T_compute z) { return T_compute(z.y, -z.x); }
T_compute complex_sin(T_compute z) {
  return complex_over_i(complex_sinh(complex_times_i(z)));
}
T_compute complex_cos(T_compute z) { return complex_cosh(complex_times_i(z)); }
T_compute complex_tan(T_compute z) {
  return complex_over_i(complex_tanh(complex_times_i(z)));
}

// By the roots of 1 + z and 1 - z, which fixes the branch cuts (Kahan). On a
// cut the sign of a zero tells the side, which a sum with 1 + 0i would lose.
T_compute complex_asin(T_compute z) {
  T_compute plus = complex_sqrt(T_compute(T_part(1) + z.x, z.y));
  T_compute minus = complex_sqrt(T_compute(T_part(1) - z.x, -z.y));
  return T_compute(
      dml_atan2(z.x, complex_multiply(minus, plus).x),
      dml_asinh(complex_multiply(complex_conjugate(minus), plus).y));
}
T_compute complex_acosh(T_compute z) {
  T_compute plus = complex_sqrt(T_compute(z.x + T_part(1), z.y));
  T_compute minus = complex_sqrt(T_compute(z.x - T_part(1), z.y));
  return T_compute(
      dml_asinh(complex_multiply(complex_conjugate(minus), plus).x),
      T_part(2) * dml_atan2(minus.y, plus.x));
}
T_compute complex_atanh(T_compute z) {
  T_part x = dml_magnitude(z.x);
  T_part rest = T_part(1) - x;
  T_part square = z.y * z.y;
  T_part real = T_part(0.25) * dml_log1p(T_part(4) * x / (rest * rest + square));
  return T_compute(dml_copysign(real, z.x),
                   T_part(0.5) * dml_atan2(T_part(2) * z.y,
                                           rest * (T_part(1) + x) - square));
}
T_compute complex_asinh(T_compute z) {
  return complex_over_i(complex_asin(complex_times_i(z)));
}
T_compute complex_sigmoid(T_compute z) {
  T_compute one = complex_of(T_part(1));
  if (z.x < T_part(0)) {
    T_compute e = complex_exp(z);
    return complex_divide(e, one + e);
  }
  return complex_divide(one, one + complex_exp(-z));
}

#endif  // DML_COMPLEX_MATH_GLSL_
