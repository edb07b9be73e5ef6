/* The DML runtime's operators: about forty families, each one function.
 *
 * A function checks its arguments, enqueues the work and returns; the rules of
 * dml_runtime.h on errors, threads, order and addresses hold.
 *
 * Tensors are described as DirectML describes them: a data type, up to 8
 * sizes, and a stride for each, in elements. A stride of 0 repeats the
 * dimension (broadcast, inputs only); a negative one walks backwards from
 * `data`. Unless a function says otherwise:
 *   - any strides are taken, and inputs are broadcast only by stride 0: sizes
 *     must match exactly;
 *   - an output may be the very tensor of an input (same data, sizes and
 *     strides), but must not overlap an input otherwise;
 *   - a tensor with a size of 0 is empty: functions whose outputs are all
 *     empty enqueue nothing; reductions of empty ranges give the identity;
 *   - DML_BOOL is one byte, 0 or 1; float16 is computed in float32.
 * DML_UNIMPLEMENTED: there is no program for these data types.
 *
 * The numbers of the enums below are shared with the shaders: the build makes
 * dml_enums.glsl from this file. Append, never renumber.
 */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_OPERATORS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_OPERATORS_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Tensors ----------------------------------------------------------- */

typedef enum dml_data_type DML_ENUM {
  DML_FLOAT32 = 0,
  DML_FLOAT16 = 1,
  DML_FLOAT64 = 2,
  DML_INT8 = 3,
  DML_INT16 = 4,
  DML_INT32 = 5,
  DML_INT64 = 6,
  DML_UINT8 = 7,
  DML_UINT16 = 8,
  DML_UINT32 = 9,
  DML_UINT64 = 10,
  DML_BOOL = 11,
  DML_COMPLEX64 = 12, /* two float32: the real part first */
  DML_COMPLEX128 = 13 /* two float64 */
} dml_data_type;

#define DML_MAX_RANK 8

typedef struct dml_tensor {
  uint64_t data; /* device address of the element at index 0 */
  uint32_t type; /* a dml_data_type */
  uint32_t rank; /* 0 to DML_MAX_RANK; 0: one element */
  int64_t sizes[DML_MAX_RANK];
  int64_t strides[DML_MAX_RANK]; /* elements */
} dml_tensor;

/* ---- Element-wise ------------------------------------------------------ */

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

  /* Two floats (the real and imaginary parts) to complex. */
  DML_COMPOSE_COMPLEX = 127,

  /* Comparisons: two of one type (number or bool) to bool. */
  DML_EQUAL = 128,
  DML_NOT_EQUAL = 129,
  DML_LESS = 130,
  DML_LESS_EQUAL = 131,
  DML_GREATER = 132,
  DML_GREATER_EQUAL = 133,
  DML_APPROXIMATE_EQUAL = 134, /* |x - y| < parameters[0] */

  /* Ternary. */
  DML_SELECT = 192,        /* bool, then two of any one type */
  DML_CLIP_BY_VALUE = 193, /* number: x, low, high */
  DML_MULTIPLY_ADD = 194,  /* float: x * y + z */
  DML_INTERPOLATE = 195    /* float: x + y * (z - x) */
} dml_elementwise_op;

/* output = op(inputs...). Sizes of all are equal (broadcast by stride 0).
 * `parameters` are the op's own, as many as its comment names; may be null. */
DML_EXPORT dml_code dml_elementwise(dml_device* device, dml_elementwise_op op,
                                    const dml_tensor* const* inputs,
                                    uint32_t input_count,
                                    const dml_tensor* output,
                                    const double* parameters);

/* Converts between any two types: floats to integers toward zero, to bool as
 * x != 0; to float16 by round to nearest even; complex to others by the real
 * part. Same type: a strided copy. What
 * is out of range, and NaN, gives what x86 CPUs give: the lowest int32 or
 * int64; 8- and 16-bit types take the low bits of the int32, uint32 and uint64
 * those of the int64 (uint64 also holds what is beyond it). */
DML_EXPORT dml_code dml_cast(dml_device* device, const dml_tensor* input,
                             const dml_tensor* output);

/* float32 to bfloat16 and back; uint16 tensors hold bfloat16's bits. Rounds to
 * nearest even, or cuts the lower half off if `truncate`. Contiguous, of equal
 * sizes. */
DML_EXPORT dml_code dml_cast_bfloat16(dml_device* device,
                                      const dml_tensor* input, int32_t truncate,
                                      const dml_tensor* output);

/* Strided copy between tensors of equal type and sizes: the way to transpose,
 * slice, tile, broadcast, reverse, concatenate and split. */
DML_EXPORT dml_code dml_copy_tensor(dml_device* device, const dml_tensor* input,
                                    const dml_tensor* output);

/* Every element becomes `*value`, host memory of the tensor's type. */
DML_EXPORT dml_code dml_fill(dml_device* device, const dml_tensor* output,
                             const void* value);

/* output[i] = start + i * delta, rank 1; number; in float64 or int64. */
DML_EXPORT dml_code dml_range(dml_device* device, const dml_tensor* output,
                              double start, double delta);

typedef enum dml_pad_mode DML_ENUM {
  DML_PAD_CONSTANT = 0,
  DML_PAD_REFLECT = 1,  /* edge not repeated */
  DML_PAD_SYMMETRIC = 2 /* edge repeated */
} dml_pad_mode;

/* output.sizes[d] = before[d] + input.sizes[d] + after; `after` follows from
 * the sizes. Pads may be negative in constant mode (crops). `value`: host
 * memory of the tensor's type, for constant mode; null: zero. */
DML_EXPORT dml_code dml_pad(dml_device* device, dml_pad_mode mode,
                            const dml_tensor* input, const int64_t* before,
                            const void* value, const dml_tensor* output);

typedef enum dml_band_mode DML_ENUM {
  DML_BAND_KEEP = 0,   /* x[b, r, c] */
  DML_BAND_UNPACK = 1, /* x[b, upper - (c - r), min(r, c)] */
  DML_BAND_PACK = 2    /* see below */
} dml_band_mode;

/* Bands of matrices: diagonal d holds the elements with column - row = d. All
 * tensors have rank 3, a batch of matrices; z has the sizes of y (strides may
 * be 0).
 * KEEP and UNPACK: y[b, r, c] is as above where lower <= c - r <= upper, else
 *   z[b, r, c]. UNPACK's x [batch, upper - lower + 1, length] holds one
 *   diagonal a row, the highest first, each from its upper left end on.
 * PACK: the inverse: y is such a tensor, of the diagonals of x; what lies
 *   behind the end of a diagonal is from z.
 * `length` is the longest diagonal's. z may be y itself, with KEEP x too. */
DML_EXPORT dml_code dml_matrix_band(dml_device* device, dml_band_mode mode,
                                    const dml_tensor* x, const dml_tensor* z,
                                    int64_t lower, int64_t upper,
                                    const dml_tensor* y);

/* ---- Reductions -------------------------------------------------------- */

/* Of numbers but where noted. */
typedef enum dml_reduce_op DML_ENUM {
  DML_REDUCE_SUM = 0,        /* also complex; float16 sums up in float32 */
  DML_REDUCE_MEAN = 1,       /* also complex; empty: NaN for float, else 0 */
  DML_REDUCE_PRODUCT = 2,    /* also complex */
  DML_REDUCE_MAX = 3,        /* number; passes over NaN; empty: lowest value */
  DML_REDUCE_MIN = 4,        /* number; passes over NaN; empty: highest value */
  DML_REDUCE_ALL = 5,        /* bool */
  DML_REDUCE_ANY = 6,        /* bool */
  DML_REDUCE_SUM_SQUARE = 7, /* float, complex: of absolute values */
  DML_REDUCE_L2 = 8          /* the square root of that */
} dml_reduce_op;

/* Same rank; output sizes are 1 in the reduced dimensions and equal elsewhere.
 * Times `scale` (float only; 1.0 for none). */
DML_EXPORT dml_code dml_reduce(dml_device* device, dml_reduce_op op,
                               const dml_tensor* input,
                               const dml_tensor* output, double scale);

typedef enum dml_arg_reduce_op DML_ENUM {
  DML_ARG_MAX = 0,
  DML_ARG_MIN = 1
} dml_arg_reduce_op;

/* Index of the first extreme element along `axis`; output int32 or int64, same
 * rank, size 1 in `axis`. A NaN is never picked unless all are (index 0). */
DML_EXPORT dml_code dml_arg_reduce(dml_device* device, dml_arg_reduce_op op,
                                   const dml_tensor* input, uint32_t axis,
                                   const dml_tensor* output);

/* ---- Scans -------------------------------------------------------------- */

typedef enum dml_scan_op DML_ENUM {
  DML_SCAN_SUM = 0,        /* TF's Cumsum */
  DML_SCAN_PRODUCT = 1,    /* TF's Cumprod */
  DML_SCAN_LOG_SUM_EXP = 2 /* the logarithm of the sum of exp(x); float */
} dml_scan_op;

/* output[.., i, ..] = the sum or product of input[.., j, ..] for all j <= i
 * along `axis`; j < i if `exclusive` (nothing: 0, 1, and for the logarithm of
 * nothing the type's lowest number); from the last element to the first if
 * `reverse`. Number or complex; equal sizes. float16 is accumulated in float32.
 */
DML_EXPORT dml_code dml_scan(dml_device* device, dml_scan_op op,
                             const dml_tensor* input, uint32_t axis,
                             int32_t exclusive, int32_t reverse,
                             const dml_tensor* output);

/* ---- Selections ---------------------------------------------------------- */

/* input [rows, n]; values and indices (int32) [rows, k], k <= n: the k largest
 * elements of each row, from the largest on, and where they are. Of equal
 * elements the first comes first; NaN is the largest. Number. k = n sorts. */
DML_EXPORT dml_code dml_top_k(dml_device* device, const dml_tensor* input,
                              const dml_tensor* values,
                              const dml_tensor* indices);

/* predictions [rows, classes] float32, targets [rows] and k (rank 0) int32 or
 * int64, output [rows] bool:
 *   output[r] = fewer than k of predictions[r] exceed predictions[r,targets[r]]
 * and false where the target is no class or a prediction is not finite. */
DML_EXPORT dml_code dml_in_top_k(dml_device* device,
                                 const dml_tensor* predictions,
                                 const dml_tensor* targets, const dml_tensor* k,
                                 const dml_tensor* output);

/* Non-maximum suppression. boxes [n, 4]: two opposite corners of each, as y, x,
 * y, x; scores [n]: both float32. Of the boxes whose score exceeds
 * score_threshold, from the highest score on and the first of equal ones, a box
 * is selected unless its intersection with one selected before is more than
 * overlap_threshold times their union, until `most` are. selected: int32
 * [most], of which the first count (int32, rank 0) elements are written. Boxes
 * without area overlap none; a score that is NaN exceeds nothing. All
 * contiguous. */
DML_EXPORT dml_code dml_non_max_suppression(
    dml_device* device, const dml_tensor* boxes, const dml_tensor* scores,
    double overlap_threshold, double score_threshold,
    const dml_tensor* selected, const dml_tensor* count);

/* Elements whose results each entry of block_ends counts. */
#define DML_NONZERO_BLOCK 2048

/* The coordinates of elements that are not zero (NaN is not), in two calls, as
 * their number is known on the device only. input: of any type; block_ends:
 * contiguous int32 [ceil(elements / DML_NONZERO_BLOCK)].
 *   block_ends[b] = how many of the first (b + 1) * DML_NONZERO_BLOCK elements
 *                   of input, in row-major order, are not zero
 * so the last is the number of all. */
DML_EXPORT dml_code dml_nonzero_count(dml_device* device,
                                      const dml_tensor* input,
                                      const dml_tensor* block_ends);
/* With `block_ends` as made of `input`; output: contiguous int64 [number, rank
 * of input], in row-major order. */
DML_EXPORT dml_code dml_nonzero(dml_device* device, const dml_tensor* input,
                                const dml_tensor* block_ends,
                                const dml_tensor* output);

/* sorted [rows, n], each row ascending, values [rows, m] of the same type,
 * output [rows, m] int32 or int64; number:
 *   output[r, i] = how many elements of sorted[r] are below values[r, i], or,
 *                  if `upper`, are not above it */
DML_EXPORT dml_code dml_search_sorted(dml_device* device, int32_t upper,
                                      const dml_tensor* sorted,
                                      const dml_tensor* values,
                                      const dml_tensor* output);

/* values: int32, rank 1; output: int32, rank 1:
 *   output[i] = how many of the values are i
 * Values outside of the output are not counted. */
DML_EXPORT dml_code dml_count_values(dml_device* device,
                                     const dml_tensor* values,
                                     const dml_tensor* output);

/* ---- Bits and vectors ---------------------------------------------------- */

/* input [count, 8] bool, output [count] uint8: its bits, the first on top. */
DML_EXPORT dml_code dml_pack_bits(dml_device* device, const dml_tensor* input,
                                  const dml_tensor* output);

/* The cross products of the rows of x and y, all [rows, 3]. Number. */
DML_EXPORT dml_code dml_cross(dml_device* device, const dml_tensor* x,
                              const dml_tensor* y, const dml_tensor* output);

/* ---- Matrix products ---------------------------------------------------- */

typedef enum dml_activation DML_ENUM {
  DML_ACTIVATION_NONE = 0,
  DML_ACTIVATION_RELU = 1,
  DML_ACTIVATION_RELU6 = 2,
  DML_ACTIVATION_ELU = 3
} dml_activation;

/* c = activation(alpha * a x b + beta * c + bias) on the last two dimensions:
 * a [..., m, k], b [..., k, n], c [..., m, n]; transposes by strides. Leading
 * sizes equal c's (broadcast by stride 0). `bias` (may be null) has c's sizes
 * by strides. float, which may have an activation and accumulates float16 in
 * float32; int32 or int64, which wrap around and take whole alpha and beta
 * below 2^31. k = 0 gives activation(beta * c + bias). c must overlap neither a
 * nor b. */
DML_EXPORT dml_code dml_gemm(dml_device* device, const dml_tensor* a,
                             const dml_tensor* b, const dml_tensor* c,
                             double alpha, double beta, const dml_tensor* bias,
                             dml_activation activation);

/* c = a x b for complex64 or complex128, shaped and broadcast as for dml_gemm,
 * of the conjugates of a and b where asked for. */
DML_EXPORT dml_code dml_complex_gemm(dml_device* device, const dml_tensor* a,
                                     int32_t conjugate_a, const dml_tensor* b,
                                     int32_t conjugate_b, const dml_tensor* c);

/* ---- Convolution and pooling ------------------------------------------- */

/* Logical order, whatever the layout in memory (strides say that):
 *   input  [batch, in channels, spatial...]
 *   filter [out channels, in channels / groups, spatial...]
 *   output [batch, out channels, spatial...]
 * 1 to 3 spatial dimensions. Cross-correlation, as in TF:
 *   output[n,o,p] = sum over c,k of
 *     input[n, c, p * stride - pad_before + k * dilation] * filter[o,c,k]
 * with zeros outside the input. What is read past the end follows from the
 * sizes. groups = in channels is the depthwise convolution. */
typedef struct dml_convolution_attributes {
  uint32_t spatial_rank;
  int64_t strides[3];
  int64_t dilations[3];
  int64_t pad_before[3];
  int64_t groups;
} dml_convolution_attributes;

/* `bias` [out channels] may be null. float; float16 accumulates in float32. */
DML_EXPORT dml_code dml_convolution(
    dml_device* device, const dml_convolution_attributes* attributes,
    const dml_tensor* input, const dml_tensor* filter, const dml_tensor* bias,
    dml_activation activation, const dml_tensor* output);
/* Gradient of the input: transposed convolution. */
DML_EXPORT dml_code dml_convolution_backward_data(
    dml_device* device, const dml_convolution_attributes* attributes,
    const dml_tensor* filter, const dml_tensor* output_gradient,
    const dml_tensor* input_gradient);
/* Gradient of the filter. */
DML_EXPORT dml_code dml_convolution_backward_filter(
    dml_device* device, const dml_convolution_attributes* attributes,
    const dml_tensor* input, const dml_tensor* output_gradient,
    const dml_tensor* filter_gradient);

typedef struct dml_pooling_attributes {
  uint32_t spatial_rank;
  int64_t window[3];
  int64_t strides[3];
  int64_t pad_before[3];
  int32_t propagate_nan; /* of max pooling and what belongs to it */
} dml_pooling_attributes;

/* Tensors [batch, channels, spatial...] as for convolution; float. Outputs must
 * not overlap inputs. Max: of the elements inside the input, passing over NaN;
 * -infinity where there are none. With `propagate_nan`, the first NaN of a
 * window counts as its maximum. */
DML_EXPORT dml_code dml_max_pool(dml_device* device,
                                 const dml_pooling_attributes* attributes,
                                 const dml_tensor* input,
                                 const dml_tensor* output);
/* Each output's gradient goes to the first maximal element of its window.
 * `output` is what dml_max_pool made of `input`. */
DML_EXPORT dml_code dml_max_pool_gradient(
    dml_device* device, const dml_pooling_attributes* attributes,
    const dml_tensor* input, const dml_tensor* output,
    const dml_tensor* output_gradient, const dml_tensor* input_gradient);
/* Gathers, for each output, `values` (sizes of the input) at the first maximal
 * element of the window of `input`, 0 where the window has no elements: the
 * gradient of dml_max_pool_gradient. */
DML_EXPORT dml_code dml_max_pool_gather(
    dml_device* device, const dml_pooling_attributes* attributes,
    const dml_tensor* input, const dml_tensor* values,
    const dml_tensor* output);
/* The mean over the elements inside the input (padding does not count); 0 where
 * there are none. */
DML_EXPORT dml_code dml_average_pool(dml_device* device,
                                     const dml_pooling_attributes* attributes,
                                     const dml_tensor* input,
                                     const dml_tensor* output);
DML_EXPORT dml_code dml_average_pool_gradient(
    dml_device* device, const dml_pooling_attributes* attributes,
    const dml_tensor* output_gradient, const dml_tensor* input_gradient);

/* ---- Resizing ---------------------------------------------------------- */

/* Where output element o lies among `in` input elements, resized to `out`. */
typedef enum dml_resize_coordinates DML_ENUM {
  DML_RESIZE_LEGACY = 0,        /* x = o * in / out */
  DML_RESIZE_ALIGN_CORNERS = 1, /* x = o * (in - 1) / (out - 1); LEGACY where
                                   out is 1 */
  DML_RESIZE_HALF_PIXEL = 2     /* x = (o + 0.5) * in / out - 0.5 */
} dml_resize_coordinates;

/* What becomes of x; elements beyond the edges are those at the edges. */
typedef enum dml_resize_mode DML_ENUM {
  DML_RESIZE_NEAREST = 0, /* floor(x); ALIGN_CORNERS: the nearest, halves up;
                             HALF_PIXEL: floor(x + 0.5) */
  DML_RESIZE_LINEAR = 1   /* from floor(x) to ceil(x), in both dimensions */
} dml_resize_mode;

/* Tensors [batch, channels, height, width] by strides, with equal batch and
 * channels; float32 and float16, which input and output may mix, or an input of
 * float64 with an output of float32 or float64. Sizes are below 2^22. The
 * output must not overlap the input. Coordinates are computed in float32. */
DML_EXPORT dml_code dml_resize(dml_device* device, dml_resize_mode mode,
                               dml_resize_coordinates coordinates,
                               const dml_tensor* input,
                               const dml_tensor* output);
/* Each input's gradient: the sum, in a fixed order, of its shares of the
 * outputs. */
DML_EXPORT dml_code dml_resize_gradient(dml_device* device,
                                        dml_resize_mode mode,
                                        dml_resize_coordinates coordinates,
                                        const dml_tensor* output_gradient,
                                        const dml_tensor* input_gradient);

/* Models of color. Hue, saturation and value: v = the largest of r, g and b;
 * s = (v - the smallest) / v, or 0 where v <= 0; h in turns, from red over
 * green and blue back to red, or 0 where all are equal. */
typedef enum dml_color_op DML_ENUM {
  DML_RGB_TO_HSV = 0,
  DML_HSV_TO_RGB = 1,       /* hues beyond one turn are red */
  DML_ADJUST_HUE = 2,       /* RGB: `amount` turns on */
  DML_ADJUST_SATURATION = 3 /* RGB: times `amount`, then cut to [0, 1] */
} dml_color_op;

/* input and output: float [pixels, 3]; amount: float32, rank 0, which may be
 * null for the first two. */
DML_EXPORT dml_code dml_convert_colors(dml_device* device, dml_color_op op,
                                       const dml_tensor* input,
                                       const dml_tensor* amount,
                                       const dml_tensor* output);

/* Boxes of images, as crops of one size. image: float [images, height, width,
 * depth]; boxes: float32 [count, 4], each [y1, x1, y2, x2] in units of height -
 * 1 and width - 1; box_index: int32 [count], the image of each; crops: float32
 * [count, crop height, crop width, depth]. All contiguous. Element (i, j) of a
 * crop lies at y1 + (y2 - y1) * i / (crop height - 1), or in the middle if the
 * crop's height is 1; columns likewise. What lies beyond the image, or in one
 * that does not exist, is `outside`. NEAREST: halves away from zero. */
DML_EXPORT dml_code dml_crop_and_resize(
    dml_device* device, dml_resize_mode mode, const dml_tensor* image,
    const dml_tensor* boxes, const dml_tensor* box_index, double outside,
    const dml_tensor* crops);
/* The sum of each image element's shares, in the order of the boxes. */
DML_EXPORT dml_code dml_crop_and_resize_image_gradient(
    dml_device* device, dml_resize_mode mode, const dml_tensor* crops_gradient,
    const dml_tensor* boxes, const dml_tensor* box_index,
    const dml_tensor* image_gradient);
/* Of LINEAR. */
DML_EXPORT dml_code dml_crop_and_resize_boxes_gradient(
    dml_device* device, const dml_tensor* crops_gradient,
    const dml_tensor* image, const dml_tensor* boxes,
    const dml_tensor* box_index, const dml_tensor* boxes_gradient);

/* Morphological dilation: input [batch, rows, columns, depth], filter [rows,
 * columns, depth], output [batch, rows, columns, depth], float, contiguous:
 *   output[n, y, x, c] = the largest of
 *       input[n, y * strides[0] - pad_before[0] + i * rates[0],
 *             x * strides[1] - pad_before[1] + j * rates[1], c] +
 *       filter[i, j, c]
 * over i and j that are in the input; the lowest finite number where no sum is
 * larger, which NaN is not. The outputs overlap no inputs. */
DML_EXPORT dml_code dml_dilation(dml_device* device, const int64_t strides[2],
                                 const int64_t rates[2],
                                 const int64_t pad_before[2],
                                 const dml_tensor* input,
                                 const dml_tensor* filter,
                                 const dml_tensor* output);
/* The gradient of an output goes to the element, or to the tap, of the first of
 * its largest sums; to none where no sum is larger than the lowest number. */
DML_EXPORT dml_code dml_dilation_input_gradient(
    dml_device* device, const int64_t strides[2], const int64_t rates[2],
    const int64_t pad_before[2], const dml_tensor* input,
    const dml_tensor* filter, const dml_tensor* output_gradient,
    const dml_tensor* input_gradient);
DML_EXPORT dml_code dml_dilation_filter_gradient(
    dml_device* device, const int64_t strides[2], const int64_t rates[2],
    const int64_t pad_before[2], const dml_tensor* input,
    const dml_tensor* filter, const dml_tensor* output_gradient,
    const dml_tensor* filter_gradient);

/* Sliding windows, of any type: input [batch, 3 spatial, channels], output
 * contiguous [batch, 3 spatial, 3 of the window, channels]:
 *   output[n, o, k, c] = input[n, o * stride - pad_before + k * dilation, c]
 * zero outside of the input. Fewer dimensions come as leading ones of size 1.
 */
DML_EXPORT dml_code dml_extract_patches(dml_device* device,
                                        const int64_t strides[3],
                                        const int64_t dilations[3],
                                        const int64_t pad_before[3],
                                        const dml_tensor* input,
                                        const dml_tensor* output);

/* ---- Normalization and losses ------------------------------------------ */

/* input, output [batch, channels, spatial...] (rank 2 to 5), float32 or
 * float16; all others float32 [channels].
 *   output = (input - mean) / sqrt(variance + epsilon) * scale + offset
 * with the biased variance over batch and space. Outputs: mean, variance
 * (times n / (n - 1) when `unbiased_variance`, n > 1), saved_inverse_stddev =
 * 1 / sqrt(biased variance + epsilon). Any of the three may be null. It is an
 * error to ask for statistics of no elements. */
DML_EXPORT dml_code dml_batch_norm_training(
    dml_device* device, const dml_tensor* input, const dml_tensor* scale,
    const dml_tensor* offset, double epsilon, int32_t unbiased_variance,
    const dml_tensor* output, const dml_tensor* mean,
    const dml_tensor* variance, const dml_tensor* saved_inverse_stddev);
DML_EXPORT dml_code dml_batch_norm_inference(
    dml_device* device, const dml_tensor* input, const dml_tensor* scale,
    const dml_tensor* offset, const dml_tensor* mean,
    const dml_tensor* variance, double epsilon, const dml_tensor* output);
/* Gradients of training (`training` != 0, with the batch's mean and inverse
 * standard deviation) or of inference (with the given ones). */
DML_EXPORT dml_code dml_batch_norm_gradient(
    dml_device* device, int32_t training, const dml_tensor* output_gradient,
    const dml_tensor* input, const dml_tensor* scale, const dml_tensor* mean,
    const dml_tensor* inverse_stddev, const dml_tensor* input_gradient,
    const dml_tensor* scale_gradient, const dml_tensor* offset_gradient);

/* Across channels: tensors [rows, channels], float32 or float16.
 *   norm[r,c] = bias + alpha * sum of input[r,d]^2 over |d - c| <= radius
 *   output = input * norm^-beta */
DML_EXPORT dml_code dml_local_response_normalization(
    dml_device* device, const dml_tensor* input, int64_t radius, double bias,
    double alpha, double beta, const dml_tensor* output);
/* With `output` as made of `input`:
 *   input_gradient[r,c] = output_gradient[r,c] * norm[r,c]^-beta
 *     - 2 * alpha * beta * input[r,c] * sum over |d - c| <= radius of
 *         output_gradient[r,d] * output[r,d] / norm[r,d]
 * `input_gradient` must not overlap the others. */
DML_EXPORT dml_code dml_local_response_normalization_gradient(
    dml_device* device, const dml_tensor* input, const dml_tensor* output,
    const dml_tensor* output_gradient, int64_t radius, double bias,
    double alpha, double beta, const dml_tensor* input_gradient);

/* Over the last dimension of tensors of any rank >= 1; float. log: of it. */
DML_EXPORT dml_code dml_softmax(dml_device* device, int32_t log,
                                const dml_tensor* input,
                                const dml_tensor* output);
/* logits, labels, backprop [batch, classes]; loss [batch].
 *   loss = -sum(labels * log_softmax(logits))
 *   backprop = softmax(logits) - labels
 * `loss` or `backprop` may be null. labels may be broadcast by stride 0. */
DML_EXPORT dml_code dml_softmax_cross_entropy(dml_device* device,
                                              const dml_tensor* logits,
                                              const dml_tensor* labels,
                                              const dml_tensor* loss,
                                              const dml_tensor* backprop);
/* As above with labels [batch], int32 or int64; a label outside
 * [0, classes) gives NaN in its row of both outputs. */
DML_EXPORT dml_code dml_sparse_softmax_cross_entropy(
    dml_device* device, const dml_tensor* logits, const dml_tensor* labels,
    const dml_tensor* loss, const dml_tensor* backprop);

/* ---- Recurrent layers -------------------------------------------------- */

/* Gates, in their order in memory:
 *   RELU, TANH   h' = relu(a), tanh(a)
 *   LSTM         i, f, g, o: c' = sigmoid(f) c + sigmoid(i) tanh(g),
 *                h' = sigmoid(o) tanh(c')
 *   GRU          r, z, n: h' = (1 - z') n' + z' h, n' = tanh(n_x + r' n_h),
 *                r' = sigmoid(r_x + r_h), z' = sigmoid(z_x + z_h) */
typedef enum dml_cell DML_ENUM {
  DML_CELL_RELU = 0,
  DML_CELL_TANH = 1,
  DML_CELL_LSTM = 2,
  DML_CELL_GRU = 3
} dml_cell;

/* What follows the products in one step of a recurrent layer. All tensors are
 * float of one type, [batch, units] but for `gates` and `recurrent`, which are
 * [batch, gates * units].
 * gates: what the input gives to each gate, bias included, and for all but GRU
 * also what the hidden state gives; becomes the activated gates.
 * recurrent: GRU only: what the hidden state gives to each gate.
 * cell_before, cell_after: LSTM only.
 * lengths: null, or int32 [batch]: rows whose length is at most `time` keep
 * their states, leave their gates and give an output of 0.
 * Tensors that the cell has no use for may be null. What is written overlaps
 * nothing else. */
DML_EXPORT dml_code
dml_recurrent_cell(dml_device* device, dml_cell cell, const dml_tensor* gates,
                   const dml_tensor* recurrent, const dml_tensor* hidden_before,
                   const dml_tensor* cell_before, const dml_tensor* lengths,
                   int32_t time, const dml_tensor* hidden,
                   const dml_tensor* cell_after, const dml_tensor* output);
/* Its gradient, from what the step left behind. hidden_gradient and, for LSTM,
 * cell_gradient come as those of the states after the step and become those of
 * the states before it, but for what goes through the products: that is
 * gates_gradient (for GRU: recurrent_gradient) times the weights, to be added.
 * hidden_before is for GRU only. */
DML_EXPORT dml_code dml_recurrent_cell_gradient(
    dml_device* device, dml_cell cell, const dml_tensor* gates,
    const dml_tensor* recurrent, const dml_tensor* hidden_before,
    const dml_tensor* cell_before, const dml_tensor* cell_after,
    const dml_tensor* lengths, int32_t time, const dml_tensor* output_gradient,
    const dml_tensor* hidden_gradient, const dml_tensor* cell_gradient,
    const dml_tensor* gates_gradient, const dml_tensor* recurrent_gradient);

/* ---- Fused recurrent cells ---------------------------------------------- */

/* A part of a step of the LSTM and GRU cells of TensorFlow's contrib.rnn, which
 * keep every gate for the gradient. Tensors in this order, read | written; all
 * float32 or float16, row-major: vectors [units], `gates` [rows, 4 * units]
 * (GRU: 2), the others [rows, units].
 *   cs: the cell's state; wci, wcf, wco: peepholes' weights; ci: what enters
 *   the cell; co: tanh(cs); h: the output. In a GRU r: reset, u: update, c: the
 *   candidate. Gates start as products of input and output with weights. */
typedef enum dml_block_step DML_ENUM {
  /* gates bias[4 * units] cs_prev wci wcf wco | i cs f o ci co h */
  DML_LSTM_BLOCK = 0,
  /* cs_prev wci wcf wco i cs f o ci co cs_grad cs_grad_later h_grad |
   * gates_grad cs_prev_grad peephole_terms[rows, 3 * units], which summed up
   * over the rows are the gradients of wci, wcf and wco */
  DML_LSTM_BLOCK_GRADIENT = 1,
  /* gates bias[2 * units] h_prev | r u h_prev*r */
  DML_GRU_BLOCK_GATES = 2,
  /* product of h_prev*r and input, bias[units] h_prev u | c h */
  DML_GRU_BLOCK_OUTPUTS = 3,
  /* h_prev u c h_grad | c_grad gates_grad: of u only */
  DML_GRU_BLOCK_OUTPUT_GRADIENT = 4,
  /* h_prev r u h_grad (h_prev*r)_grad | gates_grad: of r only, h_prev_grad but
   * for what comes through the gates */
  DML_GRU_BLOCK_RESET_GRADIENT = 5
} dml_block_step;

typedef enum dml_block_flags DML_ENUM {
  DML_BLOCK_PEEPHOLE = 1, /* else wci, wcf, wco and peephole_terms are null */
  DML_BLOCK_IFCO = 2,     /* the order of an LSTM's gates; else i, ci, f, o */
  DML_BLOCK_LATER = 4     /* cs_grad_later is added to cs_grad; else null */
} dml_block_flags;

/* `flags`: a sum of dml_block_flags, for LSTMs. forget_bias is added to f;
 * states are clipped to +-cell_clip if that is above 0. What is written may be
 * a read tensor of the same sizes, and overlaps no other. */
DML_EXPORT dml_code dml_block_cell(dml_device* device, dml_block_step step,
                                   uint32_t flags,
                                   const dml_tensor* const* tensors,
                                   uint32_t tensor_count, double forget_bias,
                                   double cell_clip);

/* ---- Indexing ---------------------------------------------------------- */

/* params [outer, rows, inner], indices [count] (int32 or int64), output
 * [outer, count, inner], of any one type:
 *   output[o, i, j] = params[o, indices[i], j], 0 where out of range. */
DML_EXPORT dml_code dml_gather(dml_device* device, const dml_tensor* params,
                               const dml_tensor* indices,
                               const dml_tensor* output);

typedef enum dml_scatter_op DML_ENUM {
  DML_SCATTER_ASSIGN = 0,
  DML_SCATTER_ADD = 1,
  DML_SCATTER_SUBTRACT = 2,
  DML_SCATTER_MULTIPLY = 3,
  DML_SCATTER_DIVIDE = 4,
  DML_SCATTER_MINIMUM = 5,
  DML_SCATTER_MAXIMUM = 6
} dml_scatter_op;

/* output [rows, inner] is updated in place, for each i in order:
 *   output[indices[i], j] = op(output[indices[i], j], updates[i, j])
 * with updates [count, inner] (or broadcast by stride 0), indices [count],
 * int32 or int64; indices out of range are skipped. Assignment takes any type,
 * others floats, int32 and int64, sums also complex numbers (of which those of
 * a row lie side by side in memory). Deterministic: repeated indices apply in
 * order. */
DML_EXPORT dml_code dml_scatter(dml_device* device, dml_scatter_op op,
                                const dml_tensor* indices,
                                const dml_tensor* updates,
                                const dml_tensor* output);

/* The discrete Fourier transform along dimension 1 of [outer, n, inner],
 * complex: output[o, k, i] = sum over j of input[o, j, i] exp(-2 pi sqrt(-1) j
 * k / n) or, if `inverse`, with exp(+...) and divided by n. Any n up to 2^28; a
 * prime factor above 61 takes about four times the memory and time. */
DML_EXPORT dml_code dml_fft(dml_device* device, int32_t inverse,
                            const dml_tensor* input, const dml_tensor* output);

/* Tridiagonal matrices times x [batch, rows, columns]; diagonals [batch, rows],
 * of which upper[last row] and lower[0] are not read:
 *   output[b, r, c] = lower[b, r] x[b, r - 1, c] + middle[b, r] x[b, r, c] +
 *                     upper[b, r] x[b, r + 1, c]
 * float32, float64 or complex. `output` must not overlap the others. */
DML_EXPORT dml_code dml_tridiagonal_matmul(
    dml_device* device, const dml_tensor* upper, const dml_tensor* middle,
    const dml_tensor* lower, const dml_tensor* x, const dml_tensor* output);

/* Solves a output = b [batch, n, columns] for tridiagonal matrices a, given by
 * diagonals [batch, 3, n]: the upper one (its last element is not read), the
 * main one, and the lower one (its first element is not read). By Gaussian
 * elimination, with row exchanges if `pivoting`. singular [batch], int32,
 * becomes 1 where a pivot is zero, which gives infinities and NaN, and 0
 * elsewhere. The rows of a matrix are walked one by one; matrices and columns
 * go in parallel. float32, float64 or complex. */
DML_EXPORT dml_code dml_tridiagonal_solve(dml_device* device, int32_t pivoting,
                                          const dml_tensor* diagonals,
                                          const dml_tensor* b,
                                          const dml_tensor* output,
                                          const dml_tensor* singular);

/* A sparse matrix times b [depth, columns]: output [rows, columns] is updated
 * in place, for each entry i of the sparse matrix in order: output[rows[i], j]
 * += values[i] * b[inner[i], j] with rows and inner [count], both int32 or both
 * int64, and values [count], b and output of one float type. An entry whose row
 * is out of range is skipped; one whose inner number is out of range makes its
 * row NaN. Deterministic. */
DML_EXPORT dml_code dml_sparse_matmul(
    dml_device* device, const dml_tensor* rows, const dml_tensor* inner,
    const dml_tensor* values, const dml_tensor* b, const dml_tensor* output);

/* indices [outer, inner] (uint8, int32 or int64), output [outer, depth, inner]
 * of any type; on_value and off_value: rank 0 tensors of that type. */
DML_EXPORT dml_code dml_one_hot(dml_device* device, const dml_tensor* indices,
                                const dml_tensor* on_value,
                                const dml_tensor* off_value,
                                const dml_tensor* output);

/* The beginning of each sequence backwards: output as input, of any type and
 * rank 2 to 5, lengths [batch] int32 or int64. With s, b the coordinates of an
 * element along sequence_axis and batch_axis, it comes from lengths[b] - 1 - s
 * along sequence_axis where s < lengths[b], else from its own place. The output
 * must not overlap the input. */
DML_EXPORT dml_code dml_reverse_sequence(
    dml_device* device, const dml_tensor* input, const dml_tensor* lengths,
    uint32_t sequence_axis, uint32_t batch_axis, const dml_tensor* output);

/* ---- Random numbers ---------------------------------------------------- */

typedef enum dml_random_distribution DML_ENUM {
  DML_RANDOM_UNIFORM = 0,          /* float in [0, 1) */
  DML_RANDOM_NORMAL = 1,           /* float, mean 0, deviation 1 */
  DML_RANDOM_TRUNCATED_NORMAL = 2, /* as above, |x| < 2 by rejection */
  DML_RANDOM_UNIFORM_INT = 3,      /* int32, int64 in [low, high) */
  DML_RANDOM_GUMBEL = 4            /* float32: -log(-log(u)) */
} dml_random_distribution;

/* Philox 4x32-10 (Salmon et al., 2011): the numbers that TensorFlow's CPU
 * kernels draw from the same counter (128 bits, low word first) and key.
 * Output block g, of 4 numbers, of int64 and float64 2, comes from counter + g;
 * a block of truncated normals from counter + g * 256 on, of float64 128, and
 * one of Gumbel's from counter + g * 2 on. float32 has 23 random bits, float16
 * 10, float64 52; Gumbel's have 64, so that both tails are there. Contiguous
 * output. `low` and `high` are for DML_RANDOM_UNIFORM_INT. */
DML_EXPORT dml_code dml_random(dml_device* device,
                               dml_random_distribution distribution,
                               const uint32_t counter[4], const uint32_t key[2],
                               int64_t low, int64_t high,
                               const dml_tensor* output);

/* ---- Optimizers --------------------------------------------------------- */

/* One update in place. Tensors in this order; slots have the variable's sizes,
 * the others are rank 0 on the device. All of one type, float. Contiguous. */
typedef enum dml_optimizer DML_ENUM {
  DML_SGD = 0,              /* var | lr | grad */
  DML_MOMENTUM = 1,         /* var accum | lr | grad | momentum; nesterov */
  DML_ADAGRAD = 2,          /* var accum | lr | grad; update_slots */
  DML_ADAM = 3,             /* var m v | beta1_power beta2_power lr beta1 beta2
                               epsilon | grad; nesterov */
  DML_RMSPROP = 4,          /* var ms mom | lr rho momentum epsilon | grad */
  DML_CENTERED_RMSPROP = 5, /* var mg ms mom | lr rho momentum epsilon | grad */
  DML_ADADELTA = 6,         /* var accum accum_update | lr rho epsilon | grad */
  DML_ADAGRAD_V2 = 7,       /* var accum | lr epsilon | grad; update_slots */
  DML_FTRL = 8,             /* var accum linear | grad | lr l1 l2 lr_power */
  DML_FTRL_V2 = 9, /* var accum linear | grad | lr l1 l2 l2_shrinkage lr_power
                    */
  DML_PROXIMAL_SGD = 10,     /* var | lr l1 l2 | grad */
  DML_PROXIMAL_ADAGRAD = 11, /* var accum | lr l1 l2 | grad */
  DML_ADAMAX = 12,     /* var m v | beta1_power lr beta1 beta2 epsilon | grad */
  DML_ADD_SIGN = 13,   /* var m | lr alpha sign_decay beta | grad */
  DML_POWER_SIGN = 14, /* var m | lr logbase sign_decay beta | grad */
  DML_ADAGRAD_DA = 15, /* var accum squared_accum | grad | lr l1 l2
                          global_step, which is int64 */
  DML_KERAS_MOMENTUM = 16, /* var velocity | lr | grad | momentum; nesterov.
                              The velocity holds steps, not gradients. */
  DML_AMSGRAD = 17 /* var m v vhat | beta1_power beta2_power lr beta1 beta2
                      epsilon | grad */
} dml_optimizer;

DML_EXPORT dml_code dml_apply_optimizer(dml_device* device,
                                        dml_optimizer optimizer,
                                        const dml_tensor* const* tensors,
                                        uint32_t tensor_count,
                                        int32_t use_nesterov,
                                        int32_t update_slots);

/* The same step, on row indices[i] of the variable and its slots, all [rows,
 * inner], with row i of the gradient [count, inner], for each i in order.
 * indices: [count], int32 or int64; those out of range are skipped.
 * Deterministic: a row whose index is repeated steps as often, in order. Not
 * for SGD (scatter its steps), the Adam family and the sign optimizers. */
DML_EXPORT dml_code dml_apply_optimizer_to_rows(
    dml_device* device, dml_optimizer optimizer,
    const dml_tensor* const* tensors, uint32_t tensor_count,
    const dml_tensor* indices, int32_t use_nesterov, int32_t update_slots);

#ifdef __cplusplus
}
#endif

#endif /* TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_OPERATORS_H_ */
