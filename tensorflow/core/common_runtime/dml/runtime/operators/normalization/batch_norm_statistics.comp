// Mean and sum of squared deviations of each channel, for `splits` parts of
// the batch and space, into scratch: means [splits, channels], then squares.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "channel_moments.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  FloatBuffer partials;
  int x_offset;
  int channel_stride;
  uint channels;
  uint count;  // accesses of a channel
  uint splits;
  uint chunk;
  uint lanes;
  uint lane_stride;
  StridedIndex reduced;
  int x_strides[DML_MAX_RANK];
DML_PARAMETERS_END

void main() {
  DML_HOLD(x_data, p.x);
  DML_HOLD_INDEX(dml_reduced, p.reduced, RANK)
  DML_HOLD_STRIDES(x_strides, p.x_strides, RANK)
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint part = dml_group() - block * p.splits;
  const uint channel = OUTPUTS * (block * (kGroupSize / lanes) +
                                  slot_of(lanes, p.lane_stride));
  const bool inside = channel < p.channels;
  const int origin = p.x_offset + int(channel) * p.channel_stride;
  const uint end = inside ? min((part + 1) * p.chunk, p.count) : 0;
  const PackMoments sums = moments_of_lanes(origin, part * p.chunk + lane, end,
                                            lanes, p.lane_stride);

  if (!inside || lane != 0) return;
  const uint at = part * p.channels + channel;
  for (int k = 0; k < int(OUTPUTS); ++k) {
    float_store(p.partials, at + k, sums.mean.v[k >> 2][k & 3]);
    float_store(p.partials, p.splits * p.channels + at + k,
                sums.squares.v[k >> 2][k & 3]);
  }
}
