// dml_apply(x, y) for float16 and float32, which compute in float32.
#include "math.glsl"

const float SELU_SCALE = 1.05070099f;
const float SELU_SCALE_ALPHA = 1.75809934f;

// The exponent of a finite x != 0, and its 24 bits as an integer.
uint split_float(float x, out int exponent) {
  uint bits = floatBitsToUint(x) & 0x7fffffffu;
  exponent = int(bits >> 23);
  if (exponent == 0) {  // subnormal
    exponent = 1;
    return bits;
  }
  return (bits & 0x7fffffu) | 0x800000u;
}

// The remainder of truncated division, exactly, by long division.
float truncate_mod(float x, float y) {
  if (dml_is_nan(x) || !dml_is_finite(x) || dml_is_nan(y)) return dml_nan();
  if ((floatBitsToUint(y) & 0x7fffffffu) == 0u) return dml_nan();
  if (dml_is_inf(y)) return x;
  int ex, ey;
  uint mx = split_float(x, ex);
  uint my = split_float(y, ey);
  int steps = ex - ey;
  if (steps < 0) return x;
  uint rest = mx % my;
  while (steps > 0 && rest != 0u) {
    int bits = min(steps, 8);
    rest = (rest << bits) % my;
    steps -= bits;
  }
  return dml_copysign(dml_scale(float(rest), ey - 150), x);
}

float floor_mod(float x, float y) {
  float rest = truncate_mod(x, y);
  return (x < 0.0) == (y < 0.0) ? rest : truncate_mod(rest + y, y);
}

// Division may be off by a rounding: what divides exactly must do so.
float floor_divide(float x, float y) {
  float q = x / y;
  float n = roundEven(q);
  precise float product = n * y;
  return product == x ? n : floor(q);
}

float dml_apply(float x, float y) {
  switch (OP) {
    case DML_ADD: return x + y;
    case DML_SUBTRACT: return x - y;
    case DML_MULTIPLY: return x * y;
    case DML_DIVIDE: return x / y;
    case DML_FLOOR_DIVIDE: return floor_divide(x, y);
    case DML_DIVIDE_NO_NAN: return y == 0.0 ? 0.0 : x / y;
    case DML_FLOOR_MOD: return floor_mod(x, y);
    case DML_TRUNCATE_MOD: return truncate_mod(x, y);
    case DML_MAXIMUM:
      return dml_is_nan(x) || dml_is_nan(y) ? x : (x < y ? y : x);
    case DML_MINIMUM:
      return dml_is_nan(x) || dml_is_nan(y) ? x : (y < x ? y : x);
    case DML_POW: return dml_pow(x, y);
    case DML_SQUARED_DIFFERENCE: return (x - y) * (x - y);
    case DML_ATAN2: return dml_atan2(x, y);
    case DML_MULTIPLY_NO_NAN: return y == 0.0 ? 0.0 : x * y;
    case DML_XLOGY: return x == 0.0 ? 0.0 : x * dml_log(y);
    case DML_XDIVY: return x == 0.0 ? 0.0 : x / y;
    case DML_RELU_GRADIENT: return y > 0.0 ? x : 0.0;
    case DML_RELU6_GRADIENT: return y > 0.0 && y < 6.0 ? x : 0.0;
    case DML_LEAKY_RELU_GRADIENT: return y > 0.0 ? x : x * p.parameter;
    case DML_ELU_GRADIENT: return y < 0.0 ? x * (y + 1.0) : x;
    case DML_SELU_GRADIENT:
      return y < 0.0 ? x * (y + SELU_SCALE_ALPHA) : x * SELU_SCALE;
    case DML_SOFTPLUS_GRADIENT: return x * dml_sigmoid(y);
    case DML_SOFTSIGN_GRADIENT: {
      float d = 1.0 + dml_magnitude(y);
      return x / (d * d);
    }
    case DML_SIGMOID_GRADIENT: return y * x * (1.0 - x);
    case DML_TANH_GRADIENT: return y * (1.0 - x * x);
    case DML_SQRT_GRADIENT: return y * 0.5 / x;
    case DML_RSQRT_GRADIENT: return y * (-0.5 * x) * (x * x);
    case DML_RECIPROCAL_GRADIENT: return -y * x * x;
  }
  return x;
}
