// Whether fewer than k of a row's predictions exceed the target's.
// T: the type of targets and k.
#version 460
#include "dml.glsl"
#include "all_reduce.glsl"

DML_PARAMETERS_BEGIN
  FloatBuffer x;
  TBuffer targets;
  TBuffer k;
  ByteBuffer y;
  uint rows;
  uint classes;
  uint lanes;
  uint lane_stride;
  int x_offset;
  int x_row;
  int x_class;
  int targets_offset;
  int targets_stride;
  int y_offset;
  int y_stride;
DML_PARAMETERS_END

const uint kUndecided = 0x80000000u;  // and above: some prediction is no number

uint add(uint a, uint b) {
  return ((a | b) & kUndecided) | ((a & ~kUndecided) + (b & ~kUndecided));
}

DML_ALL_REDUCE(sum_of_lanes, tree, uint, add)

bool is_finite(float x) {
  return (floatBitsToUint(x) & 0x7f800000u) != 0x7f800000u;
}

void main() {
  const uint lane = lane_of(p.lanes, p.lane_stride);
  const uint row = dml_group() * (kGroupSize / p.lanes) +
                   slot_of(p.lanes, p.lane_stride);
  const bool inside = row < p.rows;
  uint larger = 0;
  if (inside) {
    const int at = p.x_offset + int(row) * p.x_row;
    const T_compute target =
        T_load(p.targets, p.targets_offset + int(row) * p.targets_stride);
    if (target < 0 || target >= T_compute(p.classes)) {
      larger = kUndecided;
    } else {
      const float mine = float_load(p.x, at + int(target) * p.x_class);
      for (uint i = lane; i < p.classes; i += p.lanes) {
        const float value = float_load(p.x, at + int(i) * p.x_class);
        larger = add(larger, !is_finite(value) ? kUndecided
                             : value > mine    ? 1
                                               : 0);
      }
    }
  }
  larger = sum_of_lanes(larger, p.lanes, p.lane_stride);
  if (!inside || lane != 0) return;
  const bool in_top =
      (larger & kUndecided) == 0 && T_compute(larger) < T_load(p.k, 0);
  byte_store(p.y, p.y_offset + int(row) * p.y_stride, in_top ? 1 : 0);
}
