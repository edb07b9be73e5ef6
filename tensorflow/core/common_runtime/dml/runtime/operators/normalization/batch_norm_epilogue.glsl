// What follows a normalized value: a tensor that is added, and an activation.
#ifndef DML_BATCH_NORM_EPILOGUE_GLSL_
#define DML_BATCH_NORM_EPILOGUE_GLSL_

#include "packs.glsl"
#include "products/epilogue.glsl"

// Rounds as a store would that came before the addition: so what is fused
// equals what is not.
T_pack dml_add_side(T_pack y, T_pack side) {
  for (int v = 0; v < T_VECTORS; ++v) {
#if defined(T_f16)
    for (int k = 0; k < 4; ++k) y.v[v][k] = dml_round_to_float16(y.v[v][k]);
#endif
    y.v[v] += side.v[v];
  }
  return y;
}

T_pack dml_activate(T_pack y, uint activation) {
  if (activation == DML_ACTIVATION_NONE) return y;
  for (int k = 0; k < T_PACK; ++k) {
    DML_ITEM(y, k) = epilogue_activate(DML_ITEM(y, k), activation);
  }
  return y;
}

#endif  // DML_BATCH_NORM_EPILOGUE_GLSL_
