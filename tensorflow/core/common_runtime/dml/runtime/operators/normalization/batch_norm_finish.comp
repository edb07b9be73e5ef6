// Merges the parts' moments that batch_norm_statistics wrote, and gives each
// channel's mean, variance and inverse standard deviation.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"
#include "moments.glsl"

DML_PARAMETERS_BEGIN
  FloatBuffer partials;
  FloatBuffer normalization;   // mean [channels], then inverse deviations
  FloatBuffer mean;
  FloatBuffer variance;
  FloatBuffer inverse_stddev;
  uint channels;
  uint count;  // elements of a channel
  uint splits;
  uint chunk;  // elements of a part, except the last
  uint lanes;
  uint lane_stride;
  float epsilon;
  float variance_factor;
  // Which of the three outputs are wanted; offset and stride of each.
  uint wanted[3];
  int outputs_at[6];
DML_PARAMETERS_END

DML_ALL_REDUCE(merge_lanes, tree, Moments, merge)

void main() {
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint channel =
      dml_group() * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  const bool inside = channel < p.channels;

  Moments moments = Moments(0, 0, 0);
  const uint end = inside ? p.splits : 0;
  for (uint i = lane; i < end; i += lanes) {
    const uint at = i * p.channels + channel;
    const uint count = min(p.chunk, p.count - i * p.chunk);
    moments = merge(
        moments, Moments(float(count), float_load(p.partials, at),
                         float_load(p.partials, p.splits * p.channels + at)));
  }
  moments = merge_lanes(moments, lanes, p.lane_stride);

  if (!inside || lane != 0) return;
  const float variance = moments.squares / float(p.count);
  const float inverse_stddev = 1.0 / sqrt(variance + p.epsilon);
  float_store(p.normalization, channel, moments.mean);
  float_store(p.normalization, p.channels + channel, inverse_stddev);
  const int c = int(channel);
  if (p.wanted[0] != 0) {
    float_store(p.mean, p.outputs_at[0] + c * p.outputs_at[1], moments.mean);
  }
  if (p.wanted[1] != 0) {
    float_store(p.variance, p.outputs_at[2] + c * p.outputs_at[3],
                variance * p.variance_factor);
  }
  if (p.wanted[2] != 0) {
    float_store(p.inverse_stddev, p.outputs_at[4] + c * p.outputs_at[5],
                inverse_stddev);
  }
}
