// dml_apply() for float64, unary and binary: arithmetic only, since GPUs have
// no more. operators/elementwise.cc lists the same operations.
#ifdef DML_UNARY
double dml_apply(double x) {
  switch (OP) {
    case DML_ABS: return abs(x);
    case DML_NEGATE: return -x;
    case DML_SIGN:
      return x > 0.0lf ? 1.0lf : (x < 0.0lf ? -1.0lf : 0.0lf);
    case DML_SQUARE: return x * x;
    case DML_RECIPROCAL: return 1.0lf / x;
    case DML_SQRT: return sqrt(x);
    case DML_RSQRT: return 1.0lf / sqrt(x);
    case DML_FLOOR: return floor(x);
    case DML_CEIL: return ceil(x);
    case DML_ROUND_EVEN: return roundEven(x);
    case DML_RELU: return x < 0.0lf ? 0.0lf : x;
    case DML_RELU6: return x < 0.0lf ? 0.0lf : (x > 6.0lf ? 6.0lf : x);
  }
  return x;
}
#else
double dml_apply(double x, double y) {
  switch (OP) {
    case DML_ADD: return x + y;
    case DML_SUBTRACT: return x - y;
    case DML_MULTIPLY: return x * y;
    case DML_DIVIDE: return x / y;
    case DML_DIVIDE_NO_NAN: return y == 0.0lf ? 0.0lf : x / y;
    case DML_MAXIMUM: return x < y ? y : x;
    case DML_MINIMUM: return y < x ? y : x;
    case DML_SQUARED_DIFFERENCE: return (x - y) * (x - y);
    case DML_MULTIPLY_NO_NAN: return y == 0.0lf ? 0.0lf : x * y;
    case DML_XDIVY: return x == 0.0lf ? 0.0lf : x / y;
    case DML_RELU_GRADIENT: return y > 0.0lf ? x : 0.0lf;
    case DML_RELU6_GRADIENT: return y > 0.0lf && y < 6.0lf ? x : 0.0lf;
  }
  return x;
}
#endif
