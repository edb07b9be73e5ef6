// Sums over each channel of dy, and of dy * (x - mean) * inverse deviation,
// for `splits` parts of the batch and space: [2, splits, channels], unless
// splits is 1, when they are the gradients of offset and scale and go there.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "channel_sums.glsl"

DML_PARAMETERS_BEGIN
  TBuffer dy;
  TBuffer activated;  // read if there is an activation
  TBuffer x;
  FloatBuffer mean;
  FloatBuffer inverse_stddev;
  FloatBuffer offset_sums;
  FloatBuffer scale_sums;
  int offsets[3];  // of dy, activated and x
  int channel_strides[3];
  uint activation;
  int mean_at[2];  // offset and stride
  int inverse_stddev_at[2];
  int offset_sums_at[2];
  int scale_sums_at[2];
  uint channels;
  uint count;  // accesses of a channel
  uint splits;
  uint chunk;
  uint lanes;
  uint lane_stride;
  StridedIndex reduced;
  int dy_strides[DML_MAX_RANK];
  int activated_strides[DML_MAX_RANK];
  int x_strides[DML_MAX_RANK];
DML_PARAMETERS_END

void main() {
  DML_HOLD(dy_data, p.dy);
  DML_HOLD(activated_data, p.activated);
  DML_HOLD(x_data, p.x);
  DML_HOLD_INDEX(dml_reduced, p.reduced, RANK)
  DML_HOLD_STRIDES(dy_strides, p.dy_strides, RANK)
  DML_HOLD_STRIDES(activated_strides, p.activated_strides, RANK)
  DML_HOLD_STRIDES(x_strides, p.x_strides, RANK)
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint part = dml_group() - block * p.splits;
  const uint channel = OUTPUTS * (block * (kGroupSize / lanes) +
                                  slot_of(lanes, p.lane_stride));
  const bool inside = channel < p.channels;
  const int c = int(channel);
  dy_origin = p.offsets[0] + c * p.channel_strides[0];
  activated_origin = p.offsets[1] + c * p.channel_strides[1];
  x_origin = p.offsets[2] + c * p.channel_strides[2];
  activation = p.activation;
  mean = dml_pack_of(0);
  if (inside) {
    mean = dml_pack_of(float_load(p.mean, p.mean_at[0] + c * p.mean_at[1]));
    for (int k = 1; k < int(OUTPUTS); ++k) {
      mean.v[k >> 2][k & 3] =
          float_load(p.mean, p.mean_at[0] + (c + k) * p.mean_at[1]);
    }
  }

  const uint end = inside ? min((part + 1) * p.chunk, p.count) : 0;
  const Sums sums =
      sums_of_lanes(part * p.chunk + lane, end, lanes, p.lane_stride);

  if (!inside || lane != 0) return;
  const int first = p.splits > 1 ? int(part * p.channels) + c : c;
  for (int k = 0; k < int(OUTPUTS); ++k) {
    const int at = first + k;
    const float inverse_stddev = float_load(
        p.inverse_stddev,
        p.inverse_stddev_at[0] + (c + k) * p.inverse_stddev_at[1]);
    float_store(p.offset_sums, p.offset_sums_at[0] + at * p.offset_sums_at[1],
                sums.dy.v[k >> 2][k & 3]);
    float_store(p.scale_sums, p.scale_sums_at[0] + at * p.scale_sums_at[1],
                sums.scaled.v[k >> 2][k & 3] * inverse_stddev);
  }
}
