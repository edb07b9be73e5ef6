// The epilogue of a product: the activation of its sums, in T_compute.
// `activation` is a dml_activation and uniform; integers have none.
#include "math.glsl"

// alpha and beta, parameters of two words: a number of 64 bits, or one of 32 in
// the first word.
#if defined(T_f64)
#define SCALAR(v) packDouble2x32(v)
#elif defined(T_i64)
#define SCALAR(v) packInt2x32(ivec2(v))
#elif defined(T_i32)
#define SCALAR(v) int((v).x)
#else
#define SCALAR(v) uintBitsToFloat((v).x)
#endif

T_compute epilogue_activate(T_compute v, uint activation) {
#if T_IS_FLOAT
  switch (activation) {
    case DML_ACTIVATION_RELU:
      return v < T_compute(0) ? T_compute(0) : v;
    case DML_ACTIVATION_RELU6:
      return v < T_compute(0) ? T_compute(0)
                              : (v > T_compute(6) ? T_compute(6) : v);
    case DML_ACTIVATION_ELU:
      return v < T_compute(0) ? T_compute(dml_expm1(float(v))) : v;
    default:
      break;
  }
#endif
  return v;
}
