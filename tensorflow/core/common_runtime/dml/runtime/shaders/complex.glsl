// Arithmetic of the complex type T: a vector of its real and imaginary part.
//
// Literals are float and exact in either type of parts. Absolute values,
// quotients and roots neither overflow nor underflow on the way to a result that
// the type holds.
#ifndef DML_COMPLEX_GLSL_
#define DML_COMPLEX_GLSL_

#include "math_t.glsl"

bool complex_is_nan(T_compute z) { return dml_is_nan(z.x) || dml_is_nan(z.y); }

T_compute complex_of(T_part x) { return T_compute(x, T_part(0)); }
T_compute complex_conjugate(T_compute z) { return T_compute(z.x, -z.y); }
T_compute complex_times_i(T_compute z) { return T_compute(-z.y, z.x); }

T_compute complex_multiply(T_compute a, T_compute b) {
  return T_compute(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

T_compute complex_by_real(T_compute z, T_part x) {
  return T_compute(dml_divide(z.x, x), dml_divide(z.y, x));
}

// Divides by the larger part of b first (Smith, 1962). A quotient by 0 has the
// parts of a, each divided by 0.
T_compute complex_divide(T_compute a, T_compute b) {
  if (dml_magnitude(b.x) >= dml_magnitude(b.y)) {
    if (b.x == T_part(0)) return a / dml_magnitude(b.x);
    T_part r = dml_divide(b.y, b.x);
    return complex_by_real(T_compute(a.x + a.y * r, a.y - a.x * r),
                           b.x + b.y * r);
  }
  T_part r = dml_divide(b.x, b.y);
  return complex_by_real(T_compute(a.x * r + a.y, a.y * r - a.x),
                         b.x * r + b.y);
}

T_part complex_abs(T_compute z) {
  T_part x = dml_magnitude(z.x);
  T_part y = dml_magnitude(z.y);
  if (dml_is_inf(x)) return x;
  if (dml_is_inf(y)) return y;
  if (complex_is_nan(z)) return x + y;
  T_part large = x < y ? y : x;
  if (large == T_part(0)) return large;
  T_part r = dml_divide(x < y ? x : y, large);
  return large * sqrt(T_part(1) + r * r);
}

// The root with a real part of at least 0.
T_compute complex_sqrt(T_compute z) {
  T_part x = dml_magnitude(z.x);
  T_part y = dml_magnitude(z.y);
  if (dml_is_inf(y)) return T_compute(y, z.y);
  if (x == T_part(0) && y == T_part(0)) return T_compute(T_part(0), z.y);
  T_part t;
  if (dml_is_inf(x)) {
    t = x;
  } else if (x < y) {
    T_part r = dml_divide(x, y);
    t = sqrt(y) * sqrt(T_part(0.5) * (r + sqrt(T_part(1) + r * r)));
  } else {
    T_part r = dml_divide(y, x);
    t = sqrt(x) * sqrt(T_part(0.5) * (T_part(1) + sqrt(T_part(1) + r * r)));
  }
  T_part other = T_part(0.5) * y / t;
  return z.x < T_part(0) ? T_compute(other, dml_copysign(t, z.y))
                         : T_compute(t, dml_copysign(other, z.y));
}

#endif  // DML_COMPLEX_GLSL_
