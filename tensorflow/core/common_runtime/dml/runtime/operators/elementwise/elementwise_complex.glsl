// dml_apply() for complex numbers. As in TensorFlow, the gradients of powers
// conjugate the outputs that they are given; who asks for those of tanh and
// sigmoid has done so.
//
// Most elementary functions are of complex64 alone: all of complex128's in one
// program take drivers minutes to compile.
#include "complex_math.glsl"

#if defined(DML_UNARY)
T_compute dml_apply(T_compute x) {
  const T_compute one = complex_of(T_part(1));
  switch (OP) {
    case DML_NEGATE: return -x;
    case DML_SIGN:
      return x == T_compute(0) ? T_compute(0) : x / complex_abs(x);
    case DML_SQUARE: return complex_multiply(x, x);
    case DML_RECIPROCAL: return complex_divide(one, x);
    case DML_SQRT: return complex_sqrt(x);
    case DML_RSQRT: return complex_divide(one, complex_sqrt(x));
    case DML_CONJUGATE: return complex_conjugate(x);
    case DML_EXP: return complex_exp(x);
#ifndef T_c128
    case DML_EXPM1: return complex_expm1(x);
    case DML_LOG: return complex_log(x);
    case DML_LOG1P: return complex_log1p(x);
    case DML_SIN: return complex_sin(x);
    case DML_COS: return complex_cos(x);
    case DML_TAN: return complex_tan(x);
    case DML_SINH: return complex_sinh(x);
    case DML_COSH: return complex_cosh(x);
    case DML_TANH: return complex_tanh(x);
    case DML_ASINH: return complex_asinh(x);
    case DML_ACOSH: return complex_acosh(x);
    case DML_ATANH: return complex_atanh(x);
    case DML_SIGMOID: return complex_sigmoid(x);
#endif
  }
  return x;
}

#elif defined(DML_PART)
T_part dml_apply(T_compute x) {
  if (OP == DML_ANGLE) return complex_angle(x);
  return complex_abs(x);
}

#elif defined(DML_COMPOSE)
T_compute dml_apply(T_part x, T_part y) { return T_compute(x, y); }

#else
T_compute dml_apply(T_compute x, T_compute y) {
  const T_compute zero = T_compute(0);
  switch (OP) {
    case DML_ADD: return x + y;
    case DML_SUBTRACT: return x - y;
    case DML_MULTIPLY: return complex_multiply(x, y);
    case DML_DIVIDE: return complex_divide(x, y);
    case DML_DIVIDE_NO_NAN: return y == zero ? zero : complex_divide(x, y);
    case DML_MULTIPLY_NO_NAN: return y == zero ? zero : complex_multiply(x, y);
    case DML_XDIVY: return x == zero ? zero : complex_divide(x, y);
    case DML_SQUARED_DIFFERENCE:
      return complex_multiply(x - y, complex_conjugate(x - y));
    case DML_XLOGY:
      return x == zero ? zero : complex_multiply(x, complex_log(y));
#ifndef T_c128
    case DML_POW: return complex_pow(x, y);
#endif
  }
  const T_compute one = complex_of(T_part(1));
  const T_compute c = complex_conjugate(x);
  T_compute slope = c;
  switch (OP) {
    case DML_SIGMOID_GRADIENT: slope = complex_multiply(x, one - x); break;
    case DML_TANH_GRADIENT: slope = one - complex_multiply(x, x); break;
    case DML_SQRT_GRADIENT: slope = complex_divide(T_part(0.5) * one, c); break;
    case DML_RSQRT_GRADIENT:
      slope = T_part(-0.5) * complex_multiply(c, complex_multiply(c, c));
      break;
    case DML_RECIPROCAL_GRADIENT: slope = -complex_multiply(c, c); break;
  }
  // What gets no gradient passes none on, also where the slope is infinite.
  if (y == zero && OP != DML_SIGMOID_GRADIENT && OP != DML_TANH_GRADIENT) {
    return zero;
  }
  return complex_multiply(y, slope);
}
#endif
