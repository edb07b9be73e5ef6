// dml_apply() of comparisons, classifications, selections and ternary
// operations.
#if T_IS_FLOAT
#include "math_t.glsl"
#define IS_NAN(x) dml_is_nan(x)
#elif T_IS_COMPLEX
#define IS_NAN(x) complex_is_nan(x)
#else
#define IS_NAN(x) false
#endif

#if defined(DML_CLASSIFY)
bool dml_apply(DML_OPERATION T_compute x) {
  switch (OP) {
    case DML_IS_NAN: return dml_is_nan(x);
    case DML_IS_INF: return dml_is_inf(x);
  }
  return dml_is_finite(x);
}

#elif defined(DML_COUNT)
uint dml_apply(DML_OPERATION T_compute x) {
#if T_SIZE == 8
  return uint(bitCount(uint(x)) + bitCount(uint(x >> 32)));
#elif T_SIZE == 4
  return uint(bitCount(x));
#else
  return uint(bitCount(uint(x) & ((1u << (8 * T_SIZE)) - 1u)));
#endif
}

#elif defined(DML_COMPARE)
bool dml_apply(DML_OPERATION T_compute x, T_compute y) {
  // Drivers may compare as if there were no NaN.
  if (IS_NAN(x) || IS_NAN(y)) return OP == DML_NOT_EQUAL;
  switch (OP) {
    case DML_EQUAL: return x == y;
    case DML_NOT_EQUAL: return x != y;
#if !T_IS_COMPLEX
    case DML_LESS: return x < y;
    case DML_LESS_EQUAL: return x <= y;
    case DML_GREATER: return x > y;
    case DML_GREATER_EQUAL: return x >= y;
#endif
  }
#if T_IS_COMPLEX
  return false;
#else
  const T_compute distance = x < y ? y - x : x - y;
  if (IS_NAN(distance)) return false;  // of equal infinities
#ifdef T_f64
  return distance <= double(DML_PARAMETER);
#else
  return float(distance) <= DML_PARAMETER;
#endif
#endif
}

#elif defined(DML_CHOOSE)
T_compute dml_apply(DML_OPERATION int x, T_compute y, T_compute z) {
  return x != 0 ? y : z;
}

#else
T_compute dml_apply(DML_OPERATION T_compute x, T_compute y, T_compute z) {
#if T_IS_FLOAT
  if (OP == DML_MULTIPLY_ADD) return x * y + z;
  if (OP == DML_INTERPOLATE) return x + y * (z - x);
#endif
  if (IS_NAN(x)) return x;
  return min(max(x, y), z);
}
#endif
