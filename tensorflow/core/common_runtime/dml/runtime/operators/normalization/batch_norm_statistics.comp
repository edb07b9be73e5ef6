// Mean and sum of squared deviations of each channel, for `splits` parts of
// the batch and space, into scratch: means [splits, channels], then squares.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"
#include "moments.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  FloatBuffer partials;
  int x_offset;
  int channel_stride;
  uint channels;
  uint count;  // elements of a channel
  uint splits;
  uint chunk;
  uint lanes;
  uint lane_stride;
  uint rank;
  uint sizes[DML_MAX_RANK];
  int strides[DML_MAX_RANK];
DML_PARAMETERS_END

float load(int origin, uint i) {
  int offset = origin;
  DML_ADD_OFFSET(offset, i, p.rank, p.sizes, p.strides)
  return T_load(p.x, offset);
}

void main() {
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint part = dml_group() - block * p.splits;
  const uint channel =
      block * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  const bool inside = channel < p.channels;
  const int origin = p.x_offset + int(channel) * p.channel_stride;
  uint i = part * p.chunk + lane;
  const uint end = inside ? min((part + 1) * p.chunk, p.count) : 0;

  Moments moments = Moments(0, 0, 0);
  for (; i + 3 * lanes < end; i += 4 * lanes) {
    // Four at once, relative to the first: one division for four elements.
    const float a = load(origin, i);
    const float b = load(origin, i + lanes) - a;
    const float c = load(origin, i + 2 * lanes) - a;
    const float d = load(origin, i + 3 * lanes) - a;
    const float mean = 0.25 * (b + c + d);
    const vec4 deviations = vec4(0, b, c, d) - mean;
    moments = merge(moments, Moments(4, a + mean, dot(deviations, deviations)));
  }
  for (; i < end; i += lanes) {
    moments = merge(moments, Moments(1, load(origin, i), 0));
  }
  moments = merge_lanes(moments, lanes, p.lane_stride);

  if (!inside || lane != 0) return;
  const uint at = part * p.channels + channel;
  float_store(p.partials, at, moments.mean);
  float_store(p.partials, p.splits * p.channels + at, moments.squares);
}
