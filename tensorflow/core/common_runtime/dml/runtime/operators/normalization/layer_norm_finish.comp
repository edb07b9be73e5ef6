// Adds up the partial sums of layer_norm_gradient.comp: a group takes so many
// of their columns as there are slots, each of `lanes` invocations.
#version 460
#include "dml.glsl"
#include "all_reduce.glsl"

DML_PARAMETERS_BEGIN
  FloatBuffer partial;  // [slots, 2, n]
  TBuffer dscale;
  TBuffer doffset;
  uint slots;
  uint n;
  uint lanes;
  int dscale_at[2];
  int doffset_at[2];
DML_PARAMETERS_END

float plus(float a, float b) { return a + b; }
DML_ALL_REDUCE(sum_of_lanes, tree, float, plus)

void main() {
  const uint lanes = p.lanes;
  const uint columns = kGroupSize / lanes;
  // Neighbours are neighbouring columns.
  const uint lane = lane_of(lanes, columns);
  const uint column = dml_group() * columns + slot_of(lanes, columns);
  const bool inside = column < 2 * p.n;
  float sum = 0;
  if (inside) {
    for (uint slot = lane; slot < p.slots; slot += lanes) {
      sum += float_load(p.partial, slot * 2 * p.n + column);
    }
  }
  sum = sum_of_lanes(sum, lanes, columns);
  if (!inside || lane != 0) return;
  if (column < p.n) {
    T_store(p.doffset, p.doffset_at[0] + int(column) * p.doffset_at[1], sum);
  } else {
    T_store(p.dscale, p.dscale_at[0] + int(column - p.n) * p.dscale_at[1], sum);
  }
}
