// y = activation((x - mean) * inverse deviation * scale + offset + side), with
// four vectors over channels; side, like x, may be absent.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "batch_norm_epilogue.glsl"
#include "channel_walk.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  FloatBuffer mean;
  FloatBuffer spread;
  FloatBuffer scale;
  FloatBuffer offset;
  TBuffer side;
  TBuffer y;
  int x_offset;
  int side_offset;
  int y_offset;
  uint has_side;
  uint activation;
  uint spread_is_variance;  // else it is the inverse deviation
  float epsilon;
  int mean_at[2];  // offset and stride
  int spread_at[2];
  int scale_at[2];
  int offset_at[2];
  ChannelWalk walk;
  StridedIndex index;
  int x_strides[DML_MAX_RANK];
  int side_strides[DML_MAX_RANK];
  int y_strides[DML_MAX_RANK];
DML_PARAMETERS_END

DML_HELD(TBuffer, x_data);
DML_HELD(TBuffer, side_data);
DML_HELD(TBuffer, y_data);

void main() {
  uint rest = dml_global();
  if (rest >= p.walk.count) return;
  DML_HOLD(x_data, p.x);
  DML_HOLD(side_data, p.side);
  DML_HOLD(y_data, p.y);
  int x_at = p.x_offset;
  int side_at = p.side_offset;
  int y_at = p.y_offset;
  int channel = 0;
  for (int d = int(RANK) - 1; d > 0; --d) {
    DML_NEXT_COORDINATE(coordinate, rest, d)
    x_at += int(coordinate) * p.x_strides[d];
    side_at += int(coordinate) * p.side_strides[d];
    y_at += int(coordinate) * p.y_strides[d];
    channel += int(coordinate) * p.walk.channel_strides[d];
  }
  x_at += int(rest) * p.x_strides[0];
  side_at += int(rest) * p.side_strides[0];
  y_at += int(rest) * p.y_strides[0];
  channel += int(rest) * p.walk.channel_strides[0];

  T_pack mean, factor, scale, offset;
  DML_LOAD_CHANNELS(p.mean, p.mean_at, channel, mean)
  DML_LOAD_CHANNELS(p.spread, p.spread_at, channel, factor)
  DML_LOAD_CHANNELS(p.scale, p.scale_at, channel, scale)
  DML_LOAD_CHANNELS(p.offset, p.offset_at, channel, offset)
  for (int v = 0; v < T_VECTORS; ++v) {
    if (p.spread_is_variance != 0) {
      factor.v[v] = 1.0 / sqrt(factor.v[v] + p.epsilon);
    }
    factor.v[v] *= scale.v[v];
  }

  const bool has_side = p.has_side != 0;
  const uint activation = p.activation;
  const uint step = p.walk.outer_step;
  const int x_step = int(step) * p.x_strides[0];
  const int side_step = int(step) * p.side_strides[0];
  const int y_step = int(step) * p.y_strides[0];
  const uint end = min(p.walk.outer, rest + p.walk.steps * step);
  for (; rest < end; rest += step) {
    T_pack x;
    DML_LOAD_ACCESS(ACCESS, x_data, x_at, x)
    for (int v = 0; v < T_VECTORS; ++v) {
      x.v[v] = (x.v[v] - mean.v[v]) * factor.v[v] + offset.v[v];
    }
    if (has_side) {
      T_pack side;
      DML_LOAD_ACCESS(ACCESS, side_data, side_at, side)
      x = dml_add_side(x, side);
    }
    x = dml_activate(x, activation);
    DML_STORE_ACCESS(ACCESS, y_data, y_at, x)
    x_at += x_step;
    side_at += side_step;
    y_at += y_step;
  }
}
