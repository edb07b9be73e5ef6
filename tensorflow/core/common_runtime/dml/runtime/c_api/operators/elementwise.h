/* Element-wise operators and conversions. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_ELEMENTWISE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_ELEMENTWISE_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Input and output types are equal unless noted. "float" is float32, float16
 * and float64; "number" adds the integers. complex64 and complex128 are taken
 * by NEGATE, SIGN (x / |x|), SQUARE, RECIPROCAL, SQRT to TAN, SINH to ATANH,
 * SIGMOID, ADD, SUBTRACT, MULTIPLY, DIVIDE, DIVIDE_NO_NAN, MULTIPLY_NO_NAN,
 * SQUARED_DIFFERENCE (of the absolute value), POW, XLOGY, XDIVY,
 * SIGMOID_GRADIENT, TANH_GRADIENT, SQRT_GRADIENT, RSQRT_GRADIENT and
 * RECIPROCAL_GRADIENT (these three conjugate y), EQUAL, NOT_EQUAL, SELECT. */
typedef enum dml_elementwise_op DML_ENUM {
  /* Unary, number (and bool for IDENTITY). */
  DML_IDENTITY = 0,
  DML_ABS = 1,
  DML_NEGATE = 2,
  DML_SIGN = 3,
  DML_SQUARE = 4,
  DML_RECIPROCAL = 5,
  /* Unary, float. */
  DML_SQRT = 6,
  DML_RSQRT = 7,
  DML_EXP = 8,
  DML_EXPM1 = 9,
  DML_LOG = 10,
  DML_LOG1P = 11,
  DML_SIN = 12,
  DML_COS = 13,
  DML_TAN = 14,
  DML_ASIN = 15,
  DML_ACOS = 16,
  DML_ATAN = 17,
  DML_SINH = 18,
  DML_COSH = 19,
  DML_TANH = 20,
  DML_ASINH = 21,
  DML_ACOSH = 22,
  DML_ATANH = 23,
  DML_ERF = 24,
  DML_ERFC = 25,
  DML_LGAMMA = 26,
  DML_DIGAMMA = 27,
  DML_SIGMOID = 28,
  DML_FLOOR = 29,
  DML_CEIL = 30,
  DML_ROUND_EVEN = 31, /* ties to even: TF's Round and Rint */
  DML_RELU = 32,
  DML_RELU6 = 33,
  DML_LEAKY_RELU = 34, /* parameters[0]: alpha */
  DML_ELU = 35,
  DML_SELU = 36,
  DML_SOFTPLUS = 37,
  DML_SOFTSIGN = 38,
  /* Unary, bool or integer. */
  DML_LOGICAL_NOT = 39,
  DML_BITWISE_NOT = 40,
  /* Unary, float to bool. */
  DML_IS_NAN = 41,
  DML_IS_INF = 42,
  DML_IS_FINITE = 43,

  /* Unary, float: exp(-|x|) times the modified Bessel functions I0 and I1. */
  DML_BESSEL_I0E = 44,
  DML_BESSEL_I1E = 45,
  /* Unary, integer to uint8: how many bits are set. */
  DML_POPULATION_COUNT = 46,

  /* Unary, complex; the last two to the type of the parts. */
  DML_CONJUGATE = 60,
  DML_COMPLEX_ABS = 61,
  DML_ANGLE = 62,

  /* Binary, number. Integer division by zero gives a number with all bits set,
   * and the rest x, as on other GPUs (TF reports it on the CPU only). */
  DML_ADD = 64,
  DML_SUBTRACT = 65,
  DML_MULTIPLY = 66,
  DML_DIVIDE = 67, /* integers: toward zero */
  DML_FLOOR_DIVIDE = 68,
  DML_DIVIDE_NO_NAN = 69, /* 0 where the divisor is 0 */
  DML_FLOOR_MOD = 70,     /* sign of the divisor */
  DML_TRUNCATE_MOD = 71,  /* sign of the dividend */
  DML_MAXIMUM = 72,       /* NaN as std::max(x, y) would: x < y ? y : x */
  DML_MINIMUM = 73,       /* y < x ? y : x */
  DML_POW = 74,
  DML_SQUARED_DIFFERENCE = 75,
  DML_ATAN2 = 76,
  DML_MULTIPLY_NO_NAN = 77, /* 0 where y is 0, whatever x */
  DML_XLOGY = 78,           /* 0 where x is 0 */
  DML_XDIVY = 79,           /* 0 where x is 0 */
  /* Binary, bool or integer. */
  DML_BITWISE_AND = 80,
  DML_BITWISE_OR = 81,
  DML_BITWISE_XOR = 82,
  DML_SHIFT_LEFT = 83,
  DML_SHIFT_RIGHT = 84, /* arithmetic for signed types */
  /* Bool only. */
  DML_LOGICAL_AND = 85,
  DML_LOGICAL_OR = 86,
  /* Gradients: float; first input dy, second as named. */
  DML_RELU_GRADIENT = 87,       /* dy, features or outputs */
  DML_RELU6_GRADIENT = 88,      /* dy, features or outputs */
  DML_LEAKY_RELU_GRADIENT = 89, /* dy, features; parameters[0]: alpha */
  DML_ELU_GRADIENT = 90,        /* dy, outputs */
  DML_SELU_GRADIENT = 91,       /* dy, outputs */
  DML_SOFTPLUS_GRADIENT = 92,   /* dy, features */
  DML_SOFTSIGN_GRADIENT = 93,   /* dy, features */
  DML_SIGMOID_GRADIENT = 94,    /* outputs y, dy: dy * y * (1 - y) */
  DML_TANH_GRADIENT = 95,       /* outputs y, dy: dy * (1 - y * y) */
  DML_SQRT_GRADIENT = 96,       /* outputs y, dy: dy * 0.5 / y */
  DML_RSQRT_GRADIENT = 97,      /* outputs y, dy: dy * -0.5 * y^3 */
  DML_RECIPROCAL_GRADIENT = 98, /* outputs y, dy: -dy * y * y */
  /* Binary, float32 and float64. */
  DML_NEXT_AFTER = 99, /* the number next to x in the direction of y */
  DML_IGAMMA = 100,    /* a, x: the lower incomplete gamma function, P(a, x) */
  DML_IGAMMAC = 101,   /* a, x: the upper one, 1 - P(a, x) */
  DML_IGAMMA_GRADIENT_A = 102,     /* a, x: the derivative of P by a */
  DML_GAMMA_SAMPLE_GRADIENT = 103, /* a, x: that of a sample x, by its shape */
  DML_POLYGAMMA = 104,             /* n, x: the n-th derivative of digamma */
  DML_ZETA = 105,                  /* x, q: the sum of (q + n)^-x */

  /* Two floats (the real and imaginary parts) to complex. */
  DML_COMPOSE_COMPLEX = 127,

  /* Comparisons: two of one type (number or bool) to bool. */
  DML_EQUAL = 128,
  DML_NOT_EQUAL = 129,
  DML_LESS = 130,
  DML_LESS_EQUAL = 131,
  DML_GREATER = 132,
  DML_GREATER_EQUAL = 133,
  DML_APPROXIMATE_EQUAL = 134, /* |x - y| <= parameters[0] */

  /* Ternary. */
  DML_SELECT = 192,        /* bool, then two of any one type */
  DML_CLIP_BY_VALUE = 193, /* number: x, low, high */
  DML_MULTIPLY_ADD = 194,  /* float: x * y + z */
  DML_INTERPOLATE = 195,   /* float: x + y * (z - x) */
  /* float32 and float64: the regularized incomplete beta function I of a, b,
   * x. */
  DML_BETAINC = 196,
  /* float32 and float64: x, low, high: x as an integer type of few bits rounds
   * it. Its numbers are as far apart as lets all of [low, high] fit, and 0 is
   * one of them. parameters[0]: their bits and dml_quantize_flags, summed. */
  DML_QUANTIZE_DEQUANTIZE = 197
} dml_elementwise_op;

typedef enum dml_quantize_flags DML_ENUM {
  DML_QUANTIZE_BITS = 63, /* a mask: how many bits, 1 to 62 */
  DML_QUANTIZE_SIGNED = 64,
  DML_QUANTIZE_NARROW = 128, /* signed: without the lowest integer */
  DML_QUANTIZE_CLAMP = 256,  /* x becomes the next number that fits first */
  DML_QUANTIZE_HALF_UP = 512 /* rounds halves up, else to even */
} dml_quantize_flags;

/* output = op(inputs...). Sizes of all are equal (broadcast by stride 0).
 * `parameters` are the op's own, as many as its comment names. */
DML_EXPORT dml_code dml_elementwise(dml_device* device, dml_elementwise_op op,
                                    const dml_tensor* const* inputs,
                                    uint32_t input_count,
                                    const dml_tensor* output,
                                    DML_NULLABLE const double* parameters);

/* Converts between any two types: floats to integers toward zero, to bool as
 * x != 0; to float16 by round to nearest even; complex to others by the real
 * part. Same type: a strided copy. What is out of range, and NaN, gives what
 * x86 CPUs give: the lowest int32 or int64; 8- and 16-bit types take the low
 * bits of the int32, uint32 and uint64 those of the int64 (uint64 also holds
 * what is beyond it). */
DML_EXPORT dml_code dml_cast(dml_device* device, const dml_tensor* input,
                             const dml_tensor* output);

/* float32 to bfloat16 and back; uint16 tensors hold bfloat16's bits. Rounds to
 * nearest even, or cuts the lower half off if `truncate`. Contiguous, of equal
 * sizes. */
DML_EXPORT dml_code dml_cast_bfloat16(dml_device* device,
                                      const dml_tensor* input, int32_t truncate,
                                      const dml_tensor* output);

/* input [count, 8] bool, output [count] uint8: its bits, the first on top. */
DML_EXPORT dml_code dml_pack_bits(dml_device* device, const dml_tensor* input,
                                  const dml_tensor* output);

#ifdef __cplusplus
}
#endif

#endif
