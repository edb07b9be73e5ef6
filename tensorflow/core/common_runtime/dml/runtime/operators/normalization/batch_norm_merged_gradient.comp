// Adds up the few parts' sums that batch_norm_gradient_sums left, each group
// those of its channels, and gives the input's gradient, as batch_norm_gradient
// does: with x' = (x - mean) * inverse deviation,
//   dx = scale * inverse deviation * (dy - share * (sum(dy) + x' * sum(dy * x')))
// The first of the `splits` groups that share a channel writes its gradients of
// offset and scale, which are the two sums.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "merged_parts.glsl"

DML_PARAMETERS_BEGIN
  TBuffer dy;
  TBuffer x;
  FloatBuffer partials;  // [2, merged_splits, channels]: of offset, of scale
  FloatBuffer mean;
  FloatBuffer inverse_stddev;
  FloatBuffer scale;
  TBuffer dx;
  FloatBuffer offset_gradient;
  FloatBuffer scale_gradient;
  int offsets[3];  // of dy, x and dx
  int channel_strides[3];
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
  int x_strides[DML_MAX_RANK];
  int dx_strides[DML_MAX_RANK];
DML_PARAMETERS_END

struct Sums {
  vec4 dy;
  vec4 scaled;
};
Sums plus(Sums a, Sums b) { return Sums(a.dy + b.dy, a.scaled + b.scaled); }
DML_MERGE_LANES(sum_of_lanes, found, Sums, plus)

DML_HELD(TBuffer, dy_data);
DML_HELD(TBuffer, x_data);
DML_HELD(TBuffer, dx_data);
int dy_strides[DML_MAX_RANK];
int x_strides[DML_MAX_RANK];
int dx_strides[DML_MAX_RANK];

// Of the channels from `channel` on.
Sums sums_of_part(uint part, uint channel) {
  Sums sums = Sums(vec4(0), vec4(0));
  const uint at = part * p.channels + channel;
  for (int k = 0; k < int(VECTOR_OUTPUTS); ++k) {
    sums.dy[k] = float_load(p.partials, at + k);
    sums.scaled[k] =
        float_load(p.partials, p.merged_splits * p.channels + at + k);
  }
  return sums;
}

void main() {
  DML_HOLD(dy_data, p.dy);
  DML_HOLD(x_data, p.x);
  DML_HOLD(dx_data, p.dx);
  DML_HOLD_INDEX(dml_reduced, p.reduced, RANK)
  DML_HOLD_STRIDES(dy_strides, p.dy_strides, RANK)
  DML_HOLD_STRIDES(x_strides, p.x_strides, RANK)
  DML_HOLD_STRIDES(dx_strides, p.dx_strides, RANK)
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint split = dml_group() - block * p.splits;
  const uint channel = OUTPUTS * (block * (kGroupSize / lanes) +
                                  slot_of(lanes, p.lane_stride));
  const bool inside = channel < p.channels;
  const int c = int(channel);

  T_pack mean, inverse, factor, dy_share, slope;
  mean = inverse = factor = dy_share = slope = dml_pack_of(0);
  if (inside) {
    DML_LOAD_OUTPUTS(p.mean, p.mean_at, c, mean)
    DML_LOAD_OUTPUTS(p.inverse_stddev, p.inverse_stddev_at, c, inverse)
    DML_LOAD_OUTPUTS(p.scale, p.scale_at, c, factor)
  }
  const uint end_part = inside ? p.merged_splits : 0;
  for (int v = 0; v < VECTORS; ++v) {
    Sums sums = Sums(vec4(0), vec4(0));
    for (uint part = lane; part < end_part; part += lanes) {
      sums = plus(sums, sums_of_part(part, channel + 4 * v));
    }
    sums = sum_of_lanes(sums, min(lanes, p.merged_splits), lanes,
                        p.lane_stride);
    if (inside && split == 0 && lane == 0) {
      for (int k = 0; k < int(VECTOR_OUTPUTS); ++k) {
        const int to = c + 4 * v + k;
        float_store(p.offset_gradient,
                    p.offset_gradient_at[0] + to * p.offset_gradient_at[1],
                    sums.dy[k]);
        float_store(p.scale_gradient,
                    p.scale_gradient_at[0] + to * p.scale_gradient_at[1],
                    sums.scaled[k]);
      }
    }
    dy_share.v[v] = p.share * sums.dy;
    slope.v[v] = p.share * inverse.v[v] * sums.scaled;
  }
  for (int v = 0; v < T_VECTORS; ++v) {
    const int from = ACCESS == kAccessKept ? v : 0;
    dy_share.v[v] = dml_of_elements(dy_share.v[from]);
    slope.v[v] = dml_of_elements(slope.v[from]);
    factor.v[v] *= inverse.v[v];
  }

  const bool centres = p.share != 0;
  const int dy_origin = p.offsets[0] + c * p.channel_strides[0];
  const int x_origin = p.offsets[1] + c * p.channel_strides[1];
  const int dx_origin = p.offsets[2] + c * p.channel_strides[2];
  const uint end = inside ? min((split + 1) * p.chunk, p.count) : 0;
  for (uint i = split * p.chunk + lane; i < end; i += lanes) {
    const int dy_at = dy_origin + dml_reduced_offset(i, dy_strides);
    const int dx_at = dx_origin + dml_reduced_offset(i, dx_strides);
    T_pack dx;
    DML_LOAD_ACCESS(ACCESS, dy_data, dy_at, dx)
    if (centres) {
      const int x_at = x_origin + dml_reduced_offset(i, x_strides);
      T_pack x;
      DML_LOAD_ACCESS(ACCESS, x_data, x_at, x)
      for (int v = 0; v < T_VECTORS; ++v) {
        dx.v[v] -= dy_share.v[v] + (x.v[v] - mean.v[v]) * slope.v[v];
      }
    }
    for (int v = 0; v < T_VECTORS; ++v) dx.v[v] *= factor.v[v];
    DML_STORE_ACCESS(ACCESS, dx_data, dx_at, dx)
  }
}
