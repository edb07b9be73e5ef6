// What the programs of layer norm share: rows, whose lanes hold them in
// variables where they are short enough, and sums over lanes.
#ifndef DML_LAYER_NORM_GLSL_
#define DML_LAYER_NORM_GLSL_

#include "packs.glsl"

layout(constant_id = 1) const uint ACCESS = kAccessSingle;
// Accesses that a lane holds; 0: it reads them anew.
layout(constant_id = 2) const uint HELD = 0;

const uint ITEMS = ACCESS == kAccessSingle ? 1 : T_PACK;
DML_SHARED const uint kMostHeldAccesses = 16;

vec2 plus(vec2 a, vec2 b) { return a + b; }
DML_ALL_REDUCE(sums_of_lanes, tree, vec2, plus)

float add(float a, float b) { return a + b; }

float sum_of_items(T_pack x) {
  if (ACCESS != kAccessSingle) {
    DML_FOLD(add, x)
  }
  return DML_ITEM(x, 0);
}

float sum_of_products(T_pack x, T_pack y) {
  [[unroll]] for (int v = 0; v < T_VECTORS; ++v) x.v[v] *= y.v[v];
  return sum_of_items(x);
}

#endif  // DML_LAYER_NORM_GLSL_
