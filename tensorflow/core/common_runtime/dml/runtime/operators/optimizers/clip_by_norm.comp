// y = x * scale, where
//
//   norm = sqrt(sums[0] + sums[1] + ...)
//   scale = clip_norm * min(1 / norm, 1 / clip_norm), NaN if norm is not finite
//
// as tf.clip_by_global_norm computes it. Each group adds the sums up, which is
// little beside the ELEMENTS that it scales, and saves a launch.
#version 460
#include "dml.glsl"
#include "all_reduce.glsl"

// Whether x and y begin at multiples of 16 bytes.
layout(constant_id = 1) const bool VECTORS = true;

DML_SHARED const uint VECTORS_OF_LANE = 4;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  TBuffer sums;
  TBuffer clip_norm;
  TBuffer norm;
  uint count;
  uint sum_count;
  uint stores_norm;
DML_PARAMETERS_END

float plus(float a, float b) { return a + b; }
DML_ALL_REDUCE(sum_of_lanes, tree, float, plus)

void main() {
  const uint lane = gl_LocalInvocationID.x;
  float sum = 0.0;
  for (uint s = lane; s < p.sum_count; s += kGroupSize) {
    sum += T_load(p.sums, s);
  }
  const float norm = sqrt(sum_of_lanes(sum, kGroupSize, 1));
  const float clip_norm = T_load(p.clip_norm, 0);
  float scale = clip_norm * min(1.0 / norm, 1.0 / clip_norm);
  const bool finite = (floatBitsToUint(norm) & 0x7f800000u) != 0x7f800000u;
  if (!finite) scale = uintBitsToFloat(0x7fc00000u);
  if (p.stores_norm != 0 && dml_group() == 0 && lane == 0) {
    T_store(p.norm, 0, norm);
  }

  const uint first = dml_group() * (4 * VECTORS_OF_LANE * kGroupSize);
  for (uint k = 0; k < VECTORS_OF_LANE; ++k) {
    const uint i = first + 4 * (k * kGroupSize + lane);
    if (VECTORS && i + 4 <= p.count) {
      T_store4(p.y, i, scale * T_load4(p.x, i));
    } else {
      for (uint e = i; e < min(i + 4, p.count); ++e) {
        T_store(p.y, e, scale * T_load(p.x, e));
      }
    }
  }
}
