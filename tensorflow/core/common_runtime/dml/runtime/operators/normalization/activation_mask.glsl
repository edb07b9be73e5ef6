// The gradient of an activation behind a batch norm: what comes back of it, by
// what it gave. `activation` is a dml_activation of these three, and uniform.
#ifndef DML_ACTIVATION_MASK_GLSL_
#define DML_ACTIVATION_MASK_GLSL_

#include "packs.glsl"

bool dml_passes(T_compute y, uint activation) {
  switch (activation) {
    case DML_ACTIVATION_RELU:
      return y > T_compute(0);
    case DML_ACTIVATION_RELU6:
      return y > T_compute(0) && y < T_compute(6);
    default:
      return true;
  }
}

// dy where y says that the activation passed its input on, and 0 elsewhere.
T_pack dml_mask(T_pack dy, T_pack y, uint activation) {
  for (int k = 0; k < T_PACK; ++k) {
    if (!dml_passes(DML_ITEM(y, k), activation)) DML_ITEM(dy, k) = T_compute(0);
  }
  return dy;
}

#endif  // DML_ACTIVATION_MASK_GLSL_
