// Sums over each channel of dy, and of dy * (x - mean) * inverse deviation,
// for `splits` parts of the batch and space: [2, splits, channels], unless
// splits is 1, when they are the gradients of offset and scale and go there.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"

DML_PARAMETERS_BEGIN
  TBuffer dy;
  TBuffer x;
  FloatBuffer mean;
  FloatBuffer inverse_stddev;
  FloatBuffer offset_sums;
  FloatBuffer scale_sums;
  int dy_offset;
  int x_offset;
  int dy_channel_stride;
  int x_channel_stride;
  int mean_at[2];  // offset and stride
  int inverse_stddev_at[2];
  int offset_sums_at[2];
  int scale_sums_at[2];
  uint channels;
  uint count;  // elements of a channel
  uint splits;
  uint chunk;
  uint lanes;
  uint lane_stride;
  uint rank;
  uint sizes[DML_MAX_RANK];
  int dy_strides[DML_MAX_RANK];
  int x_strides[DML_MAX_RANK];
DML_PARAMETERS_END

vec2 plus(vec2 a, vec2 b) { return a + b; }
DML_ALL_REDUCE(sum_of_lanes, tree, vec2, plus)

// dy, and dy times the centred x.
vec2 terms(int dy_origin, int x_origin, float mean, uint i) {
  int dy_at = dy_origin;
  int x_at = x_origin;
  DML_ADD_OFFSET(dy_at, i, p.rank, p.sizes, p.dy_strides)
  DML_ADD_OFFSET(x_at, i, p.rank, p.sizes, p.x_strides)
  const float dy = T_load(p.dy, dy_at);
  return vec2(dy, dy * (T_load(p.x, x_at) - mean));
}

void main() {
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint part = dml_group() - block * p.splits;
  const uint channel =
      block * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  const bool inside = channel < p.channels;
  const int c = int(channel);
  const int dy = p.dy_offset + c * p.dy_channel_stride;
  const int x = p.x_offset + c * p.x_channel_stride;
  float mean = 0;
  if (inside) mean = float_load(p.mean, p.mean_at[0] + c * p.mean_at[1]);

  uint i = part * p.chunk + lane;
  const uint end = inside ? min((part + 1) * p.chunk, p.count) : 0;
  vec2 a = vec2(0);
  vec2 b = vec2(0);
  for (; i + lanes < end; i += 2 * lanes) {
    a += terms(dy, x, mean, i);
    b += terms(dy, x, mean, i + lanes);
  }
  if (i < end) a += terms(dy, x, mean, i);
  a = sum_of_lanes(a + b, lanes, p.lane_stride);

  if (!inside || lane != 0) return;
  a.y *= float_load(p.inverse_stddev,
                    p.inverse_stddev_at[0] + c * p.inverse_stddev_at[1]);
  const int row = int(part * p.channels + channel);
  const int at = p.splits > 1 ? row : c;
  float_store(p.offset_sums, p.offset_sums_at[0] + at * p.offset_sums_at[1],
              a.x);
  float_store(p.scale_sums, p.scale_sums_at[0] + at * p.scale_sums_at[1], a.y);
}
