// Products, quotients and magnitudes of T, real or complex.
#ifndef DML_FIELD_GLSL_
#define DML_FIELD_GLSL_

#if T_IS_COMPLEX
#include "complex.glsl"

T_compute field_multiply(T_compute a, T_compute b) {
  return complex_multiply(a, b);
}
T_compute field_divide(T_compute a, T_compute b) {
  return complex_divide(a, b);
}
T_part field_abs(T_compute x) { return complex_abs(x); }

#else

T_compute field_multiply(T_compute a, T_compute b) { return a * b; }
T_compute field_divide(T_compute a, T_compute b) { return a / b; }
T_compute field_abs(T_compute x) { return abs(x); }

#endif

#endif  // DML_FIELD_GLSL_
