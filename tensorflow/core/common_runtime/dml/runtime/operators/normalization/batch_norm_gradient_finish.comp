// Adds up the parts' sums that batch_norm_gradient_sums wrote: the gradients of
// offset and scale.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"

DML_PARAMETERS_BEGIN
  FloatBuffer partials;  // [2, splits, channels]: of offset, of scale
  FloatBuffer offset_gradient;
  FloatBuffer scale_gradient;
  uint channels;
  uint splits;
  uint lanes;
  uint lane_stride;
  int offset_gradient_at[2];  // offset and stride
  int scale_gradient_at[2];
DML_PARAMETERS_END

vec2 plus(vec2 a, vec2 b) { return a + b; }
DML_ALL_REDUCE(sum_of_lanes, tree, vec2, plus)

void main() {
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint channel =
      dml_group() * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  const bool inside = channel < p.channels;

  vec2 sums = vec2(0);
  const uint end = inside ? p.splits : 0;
  for (uint i = lane; i < end; i += lanes) {
    const uint at = i * p.channels + channel;
    sums += vec2(float_load(p.partials, at),
                 float_load(p.partials, p.splits * p.channels + at));
  }
  sums = sum_of_lanes(sums, lanes, p.lane_stride);

  if (!inside || lane != 0) return;
  const int c = int(channel);
  float_store(p.offset_gradient,
              p.offset_gradient_at[0] + c * p.offset_gradient_at[1], sums.x);
  float_store(p.scale_gradient,
              p.scale_gradient_at[0] + c * p.scale_gradient_at[1], sums.y);
}
