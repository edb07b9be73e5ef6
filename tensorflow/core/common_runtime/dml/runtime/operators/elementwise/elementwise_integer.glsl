// dml_apply() for integers, unary and binary, and for bool (0 or 1). Types of
// less than 32 bits compute in 32 and wrap when stored.
#if defined(T_i8) || defined(T_i16) || defined(T_i32) || defined(T_i64)
#define T_SIGNED 1
#else
#define T_SIGNED 0
#endif
const T_compute ZERO = T_compute(0);
const T_compute ONE = T_compute(1);

// Toward zero; all bits set where y is 0. The lowest number by -1 wraps.
T_compute divide(T_compute x, T_compute y) {
  if (y == ZERO) return ~ZERO;
#if T_SIGNED
  if (y == T_compute(-1)) return ZERO - x;
#endif
  return x / y;
}
T_compute truncate_mod(T_compute x, T_compute y) {
  return x - divide(x, y) * y;
}

#ifdef DML_UNARY
T_compute dml_apply(T_compute x) {
  switch (OP) {
#if T_SIGNED
    case DML_ABS: return x < ZERO ? ZERO - x : x;
    case DML_SIGN: return T_compute(int(x > ZERO) - int(x < ZERO));
    case DML_RELU: return max(x, ZERO);
    case DML_RELU6: return clamp(x, ZERO, T_compute(6));
#else
    case DML_SIGN: return x == ZERO ? ZERO : ONE;
    case DML_RELU6: return min(x, T_compute(6));
#endif
    case DML_NEGATE: return ZERO - x;
    case DML_SQUARE: return x * x;
    case DML_RECIPROCAL: return divide(ONE, x);
    case DML_BITWISE_NOT: return ~x;
    case DML_LOGICAL_NOT: return ONE - x;
  }
  return x;
}
#else

// A negative power y: 1 / x^-y, truncated.
T_compute power(T_compute x, T_compute y) {
#if T_SIGNED
  if (y < ZERO) {
    if (x == T_compute(-1)) return (y & ONE) != ZERO ? x : ONE;
    return x == ONE ? ONE : ZERO;
  }
#endif
  T_compute result = ONE;
  while (y != ZERO) {
    if ((y & ONE) != ZERO) result *= x;
    x *= x;
    y = y >> 1;
  }
  return result;
}

int shift_count(T_compute y) {
  return int(clamp(y, ZERO, T_compute(8 * T_SIZE - 1)));
}

T_compute dml_apply(T_compute x, T_compute y) {
  switch (OP) {
    case DML_ADD: return x + y;
    case DML_SUBTRACT: return x - y;
    case DML_MULTIPLY:
    case DML_MULTIPLY_NO_NAN: return x * y;
    case DML_DIVIDE: return divide(x, y);
    case DML_DIVIDE_NO_NAN: return y == ZERO ? ZERO : divide(x, y);
    case DML_XDIVY: return x == ZERO ? ZERO : divide(x, y);
#if T_SIGNED
    case DML_FLOOR_DIVIDE: {
      T_compute q = divide(x, y);
      return (x < ZERO) != (y < ZERO) && q * y != x && y != ZERO ? q - ONE : q;
    }
    case DML_FLOOR_MOD: {
      T_compute rest = truncate_mod(x, y);
      return rest != ZERO && (rest < ZERO) != (y < ZERO) ? rest + y : rest;
    }
#else
    case DML_FLOOR_DIVIDE: return divide(x, y);
    case DML_FLOOR_MOD:
#endif
    case DML_TRUNCATE_MOD: return truncate_mod(x, y);
    case DML_MAXIMUM: return max(x, y);
    case DML_MINIMUM: return min(x, y);
    case DML_POW: return power(x, y);
    case DML_SQUARED_DIFFERENCE: return (x - y) * (x - y);
    case DML_BITWISE_AND:
    case DML_LOGICAL_AND: return x & y;
    case DML_BITWISE_OR:
    case DML_LOGICAL_OR: return x | y;
    case DML_BITWISE_XOR: return x ^ y;
    case DML_SHIFT_LEFT: return x << shift_count(y);
    case DML_SHIFT_RIGHT: return x >> shift_count(y);
    case DML_RELU_GRADIENT: return y > ZERO ? x : ZERO;
    case DML_RELU6_GRADIENT:
      return y > ZERO && y < T_compute(6) ? x : ZERO;
  }
  return x;
}
#endif
