// Gets the sums of its channels, and from them the input's gradient, as
// batch_norm_gradient does: with x' = (x - mean) * inverse deviation,
//   dx = scale * inverse deviation * (dy - share * (sum(dy) + x' * sum(dy * x')))
// Each group adds up the few parts' sums that batch_norm_gradient_sums left of
// its channels, or, where it has all of their elements, sums itself and then
// reads dy and x again, from the caches. dy may come through an activation
// first. The first of the `splits` groups that share a channel writes its
// gradients of offset and scale, which are the two sums.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "channel_sums.glsl"
#include "merged_parts.glsl"

DML_PARAMETERS_BEGIN
  TBuffer dy;
  TBuffer activated;  // read if there is an activation
  TBuffer x;
  FloatBuffer partials;  // [2, merged_splits, channels]: of offset, of scale
  FloatBuffer mean;
  FloatBuffer inverse_stddev;
  FloatBuffer scale;
  TBuffer dx;
  FloatBuffer offset_gradient;
  FloatBuffer scale_gradient;
  int offsets[4];  // of dy, activated, x and dx
  int channel_strides[4];
  uint activation;
  int mean_at[2];  // offset and stride
  int inverse_stddev_at[2];
  int scale_at[2];
  int offset_gradient_at[2];
  int scale_gradient_at[2];
  uint channels;
  uint count;  // accesses of a channel
  uint splits;
  uint chunk;
  uint lanes;
  uint lane_stride;
  uint merged_splits;
  float share;  // 1 / elements of a channel, or 0
  StridedIndex reduced;
  int dy_strides[DML_MAX_RANK];
  int activated_strides[DML_MAX_RANK];
  int x_strides[DML_MAX_RANK];
  int dx_strides[DML_MAX_RANK];
DML_PARAMETERS_END

DML_MERGE_LANES(merge_parts, pack_tree, T_pack, plus_packs)

DML_HELD(TBuffer, dx_data);
int dx_strides[DML_MAX_RANK];
int dx_origin;
bool centres;
T_pack dy_share;
T_pack slope;
T_pack factor;

// Of the channels from `channel` on.
Sums sums_of_part(uint part, uint channel) {
  Sums sums = Sums(dml_pack_of(0), dml_pack_of(0));
  const uint at = part * p.channels + channel;
  for (int k = 0; k < int(OUTPUTS); ++k) {
    DML_ITEM(sums.dy, k) = float_load(p.partials, at + k);
    DML_ITEM(sums.scaled, k) =
        float_load(p.partials, p.merged_splits * p.channels + at + k);
  }
  return sums;
}

// Not read for inference.
T_pack load_centred(uint i) {
  T_pack x = mean;
  if (centres) x = load_x(i);
  for (int v = 0; v < T_VECTORS; ++v) x.v[v] -= mean.v[v];
  return x;
}

void propagate(uint i, T_pack dx, T_pack centred) {
  for (int v = 0; v < T_VECTORS; ++v) {
    if (centres) dx.v[v] -= dy_share.v[v] + centred.v[v] * slope.v[v];
    dx.v[v] *= factor.v[v];
  }
  const int dx_at = dx_origin + dml_reduced_offset(i, dx_strides);
  DML_STORE_ACCESS(ACCESS, dx_data, dx_at, dx)
}

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
  const uint split = dml_group() - block * p.splits;
  const uint channel = OUTPUTS * (block * (kGroupSize / lanes) +
                                  slot_of(lanes, p.lane_stride));
  const bool inside = channel < p.channels;
  const int c = int(channel);
  dy_origin = p.offsets[0] + c * p.channel_strides[0];
  activated_origin = p.offsets[1] + c * p.channel_strides[1];
  x_origin = p.offsets[2] + c * p.channel_strides[2];
  activation = p.activation;
  centres = p.share != 0;
  const uint begin = split * p.chunk + lane;
  const uint end = inside ? min((split + 1) * p.chunk, p.count) : 0;

  mean = dml_pack_of(0);
  if (inside) {
    DML_LOAD_OUTPUTS(p.mean, p.mean_at, c, mean)
  }
  Sums sums;
  if (WHOLE != 0) {
    sums = sums_of_lanes(begin, end, lanes, p.lane_stride);
  }
  T_pack inverse = dml_pack_of(0);
  if (inside) {
    DML_LOAD_OUTPUTS(p.inverse_stddev, p.inverse_stddev_at, c, inverse)
  }
  if (WHOLE != 0) {
    for (int v = 0; v < T_VECTORS; ++v) sums.scaled.v[v] *= inverse.v[v];
  } else {
    sums = Sums(dml_pack_of(0), dml_pack_of(0));
    const uint end_part = inside ? p.merged_splits : 0;
    for (uint part = lane; part < end_part; part += lanes) {
      sums = plus_sums(sums, sums_of_part(part, channel));
    }
    const uint count = min(lanes, p.merged_splits);
    sums.dy = merge_parts(sums.dy, count, lanes, p.lane_stride);
    sums.scaled = merge_parts(sums.scaled, count, lanes, p.lane_stride);
  }
  if (inside && split == 0 && lane == 0) {
    for (int k = 0; k < int(OUTPUTS); ++k) {
      const int to = c + k;
      float_store(p.offset_gradient,
                  p.offset_gradient_at[0] + to * p.offset_gradient_at[1],
                  DML_ITEM(sums.dy, k));
      float_store(p.scale_gradient,
                  p.scale_gradient_at[0] + to * p.scale_gradient_at[1],
                  DML_ITEM(sums.scaled, k));
    }
  }
  // Not before they are needed: registers are few while lanes are added up.
  DML_HOLD(dx_data, p.dx);
  DML_HOLD_STRIDES(dx_strides, p.dx_strides, RANK)
  dx_origin = p.offsets[3] + c * p.channel_strides[3];
  factor = dml_pack_of(0);
  if (inside) {
    DML_LOAD_OUTPUTS(p.scale, p.scale_at, c, factor)
  }
  for (int v = 0; v < T_VECTORS; ++v) {
    const int from = ACCESS == kAccessKept ? v : 0;
    dy_share.v[v] = p.share * dml_of_elements(sums.dy.v[from]);
    slope.v[v] = p.share * inverse.v[v] * dml_of_elements(sums.scaled.v[from]);
    factor.v[v] *= inverse.v[v];
  }

  uint i = begin;
  for (; TAKES_PAIRS && i + lanes < end; i += 2 * lanes) {
    const T_pack dy = load_dy(i);
    const T_pack next_dy = load_dy(i + lanes);
    const T_pack x = load_centred(i);
    const T_pack next_x = load_centred(i + lanes);
    propagate(i, dy, x);
    propagate(i + lanes, next_dy, next_x);
  }
  for (; i < end; i += lanes) propagate(i, load_dy(i), load_centred(i));
}
