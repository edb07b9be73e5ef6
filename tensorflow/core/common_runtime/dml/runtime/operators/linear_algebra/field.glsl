// Arithmetic of T, real or complex. FIELD_part is the type of magnitudes and of
// real parts.
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
T_compute field_conjugate(T_compute x) { return complex_conjugate(x); }
T_part field_real(T_compute x) { return x.x; }
T_compute field_of(T_part x) { return complex_of(x); }
// |x|^2.
T_part field_norm(T_compute x) { return x.x * x.x + x.y * x.y; }
#define FIELD_part T_part

#else

T_compute field_multiply(T_compute a, T_compute b) { return a * b; }
T_compute field_divide(T_compute a, T_compute b) { return a / b; }
T_compute field_abs(T_compute x) { return abs(x); }
T_compute field_conjugate(T_compute x) { return x; }
T_compute field_real(T_compute x) { return x; }
T_compute field_of(T_compute x) { return x; }
T_compute field_norm(T_compute x) { return x * x; }
#define FIELD_part T_compute

#endif

#endif  // DML_FIELD_GLSL_
