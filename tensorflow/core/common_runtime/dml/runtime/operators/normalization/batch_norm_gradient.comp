// The gradient of batch normalization's input. With n elements in a channel
// and x' = (x - mean) * inverse deviation,
//   dx = scale * inverse deviation * (dy - sum(dy) / n - x' * sum(dy * x') / n)
// where the last two terms are absent for inference (share = 0; else 1 / n). dy
// may come through an activation first, of which `activated` is the output.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "activation_mask.glsl"
#include "channel_walk.glsl"

DML_PARAMETERS_BEGIN
  TBuffer dy;
  TBuffer activated;  // read if there is an activation
  TBuffer x;
  FloatBuffer mean;
  FloatBuffer inverse_stddev;
  FloatBuffer scale;
  FloatBuffer dy_sums;
  FloatBuffer scaled_sums;
  TBuffer dx;
  int dy_offset;
  int activated_offset;
  int x_offset;
  int dx_offset;
  float share;
  uint activation;
  int mean_at[2];  // offset and stride
  int inverse_stddev_at[2];
  int scale_at[2];
  int dy_sums_at[2];
  int scaled_sums_at[2];
  ChannelWalk walk;
  StridedIndex index;
  int dy_strides[DML_MAX_RANK];
  int activated_strides[DML_MAX_RANK];
  int x_strides[DML_MAX_RANK];
  int dx_strides[DML_MAX_RANK];
DML_PARAMETERS_END

DML_HELD(TBuffer, dy_data);
DML_HELD(TBuffer, activated_data);
DML_HELD(TBuffer, x_data);
DML_HELD(TBuffer, dx_data);

void main() {
  uint rest = dml_global();
  if (rest >= p.walk.count) return;
  DML_HOLD(dy_data, p.dy);
  DML_HOLD(activated_data, p.activated);
  DML_HOLD(x_data, p.x);
  DML_HOLD(dx_data, p.dx);
  int dy_at = p.dy_offset;
  int activated_at = p.activated_offset;
  int x_at = p.x_offset;
  int dx_at = p.dx_offset;
  int channel = 0;
  for (int d = int(RANK) - 1; d > 0; --d) {
    DML_NEXT_COORDINATE(coordinate, rest, d)
    dy_at += int(coordinate) * p.dy_strides[d];
    activated_at += int(coordinate) * p.activated_strides[d];
    x_at += int(coordinate) * p.x_strides[d];
    dx_at += int(coordinate) * p.dx_strides[d];
    channel += int(coordinate) * p.walk.channel_strides[d];
  }
  dy_at += int(rest) * p.dy_strides[0];
  activated_at += int(rest) * p.activated_strides[0];
  x_at += int(rest) * p.x_strides[0];
  dx_at += int(rest) * p.dx_strides[0];
  channel += int(rest) * p.walk.channel_strides[0];

  T_pack inverse, factor;
  DML_LOAD_CHANNELS(p.inverse_stddev, p.inverse_stddev_at, channel, inverse)
  DML_LOAD_CHANNELS(p.scale, p.scale_at, channel, factor)
  for (int v = 0; v < T_VECTORS; ++v) factor.v[v] *= inverse.v[v];

  // Shares of the sums, that of dy * x' for the centred x.
  const bool centres = p.share != 0;
  T_pack mean = dml_pack_of(0);
  T_pack dy_share = mean;
  T_pack slope = mean;
  if (centres) {
    DML_LOAD_CHANNELS(p.mean, p.mean_at, channel, mean)
    DML_LOAD_CHANNELS(p.dy_sums, p.dy_sums_at, channel, dy_share)
    DML_LOAD_CHANNELS(p.scaled_sums, p.scaled_sums_at, channel, slope)
    for (int v = 0; v < T_VECTORS; ++v) {
      dy_share.v[v] *= p.share;
      slope.v[v] *= p.share * inverse.v[v];
    }
  }

  const uint activation = p.activation;
  const uint step = p.walk.outer_step;
  const int dy_step = int(step) * p.dy_strides[0];
  const int activated_step = int(step) * p.activated_strides[0];
  const int x_step = int(step) * p.x_strides[0];
  const int dx_step = int(step) * p.dx_strides[0];
  const uint end = min(p.walk.outer, rest + p.walk.steps * step);
  for (; rest < end; rest += step) {
    T_pack dx;
    DML_LOAD_ACCESS(ACCESS, dy_data, dy_at, dx)
    if (activation != DML_ACTIVATION_NONE) {
      T_pack activated;
      DML_LOAD_ACCESS(ACCESS, activated_data, activated_at, activated)
      dx = dml_mask(dx, activated, activation);
    }
    if (centres) {
      T_pack x;
      DML_LOAD_ACCESS(ACCESS, x_data, x_at, x)
      for (int v = 0; v < T_VECTORS; ++v) {
        dx.v[v] -= dy_share.v[v] + (x.v[v] - mean.v[v]) * slope.v[v];
      }
    }
    for (int v = 0; v < T_VECTORS; ++v) dx.v[v] *= factor.v[v];
    DML_STORE_ACCESS(ACCESS, dx_data, dx_at, dx)
    dy_at += dy_step;
    activated_at += activated_step;
    x_at += x_step;
    dx_at += dx_step;
  }
}
