// What follows the sum of a product: bias and activation, in T_compute.
// `activation` is a dml_activation and uniform.
#include "math.glsl"

// A scalar parameter, two words: a double, or a float in the first.
#if T_SIZE == 8
#define SCALAR(v) packDouble2x32(v)
#else
#define SCALAR(v) uintBitsToFloat((v).x)
#endif

T_compute epilogue_activate(T_compute v, uint activation) {
  switch (activation) {
    case DML_ACTIVATION_RELU:
      return v < T_compute(0) ? T_compute(0) : v;
    case DML_ACTIVATION_RELU6:
      return v < T_compute(0) ? T_compute(0)
                              : (v > T_compute(6) ? T_compute(6) : v);
    case DML_ACTIVATION_ELU:
      return v < T_compute(0) ? T_compute(dml_expm1(float(v))) : v;
    default:
      return v;
  }
}
