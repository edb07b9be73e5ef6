// Sums over each channel of dy, and of dy * (x - mean) * inverse deviation,
// for `splits` parts of the batch and space: [2, splits, channels], unless
// splits is 1, when they are the gradients of offset and scale and go there.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"
#include "reduced_walk.glsl"

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
  uint count;  // accesses of a channel
  uint splits;
  uint chunk;
  uint lanes;
  uint lane_stride;
  StridedIndex reduced;
  int dy_strides[DML_MAX_RANK];
  int x_strides[DML_MAX_RANK];
DML_PARAMETERS_END

// Of dy, and of dy times the centred x.
struct Sums {
  T_pack dy;
  T_pack scaled;
};

float plus(float a, float b) { return a + b; }
vec2 plus_pair(vec2 a, vec2 b) { return a + b; }
T_pack plus_packs(T_pack a, T_pack b) {
  for (int v = 0; v < T_VECTORS; ++v) a.v[v] += b.v[v];
  return a;
}
Sums plus_sums(Sums a, Sums b) {
  return Sums(plus_packs(a.dy, b.dy), plus_packs(a.scaled, b.scaled));
}
DML_ALL_REDUCE(sum_of_lanes, tree, vec2, plus_pair)
DML_ALL_REDUCE(sum_of_pack_lanes, pack_tree, T_pack, plus_packs)

DML_HELD(TBuffer, dy_data);
DML_HELD(TBuffer, x_data);
int dy_strides[DML_MAX_RANK];
int x_strides[DML_MAX_RANK];
T_pack mean;

Sums load(int dy_origin, int x_origin, uint i) {
  Sums terms;
  T_pack x;
  const int dy_at = dy_origin + dml_reduced_offset(i, dy_strides);
  const int x_at = x_origin + dml_reduced_offset(i, x_strides);
  DML_LOAD_ACCESS(ACCESS, dy_data, dy_at, terms.dy)
  DML_LOAD_ACCESS(ACCESS, x_data, x_at, x)
  for (int v = 0; v < T_VECTORS; ++v) {
    terms.scaled.v[v] = terms.dy.v[v] * (x.v[v] - mean.v[v]);
  }
  return terms;
}

void main() {
  DML_HOLD(dy_data, p.dy);
  DML_HOLD(x_data, p.x);
  DML_HOLD_INDEX(dml_reduced, p.reduced, RANK)
  DML_HOLD_STRIDES(dy_strides, p.dy_strides, RANK)
  DML_HOLD_STRIDES(x_strides, p.x_strides, RANK)
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint part = dml_group() - block * p.splits;
  const uint channel = OUTPUTS * (block * (kGroupSize / lanes) +
                                  slot_of(lanes, p.lane_stride));
  const bool inside = channel < p.channels;
  const int c = int(channel);
  const int dy = p.dy_offset + c * p.dy_channel_stride;
  const int x = p.x_offset + c * p.x_channel_stride;
  mean = dml_pack_of(0);
  if (inside) {
    mean = dml_pack_of(float_load(p.mean, p.mean_at[0] + c * p.mean_at[1]));
    for (int k = 1; k < int(OUTPUTS); ++k) {
      mean.v[k >> 2][k & 3] =
          float_load(p.mean, p.mean_at[0] + (c + k) * p.mean_at[1]);
    }
  }

  uint i = part * p.chunk + lane;
  const uint end = inside ? min((part + 1) * p.chunk, p.count) : 0;
  Sums a = Sums(dml_pack_of(0), dml_pack_of(0));
  Sums b = a;
  for (; i + lanes < end; i += 2 * lanes) {
    const Sums first = load(dy, x, i);
    const Sums second = load(dy, x, i + lanes);
    a = plus_sums(a, first);
    b = plus_sums(b, second);
  }
  if (i < end) a = plus_sums(a, load(dy, x, i));
  a = plus_sums(a, b);
  if (ACCESS == kAccessKept) {
    // One after the other: together they are more than Intel's registers hold.
    a.dy = sum_of_pack_lanes(a.dy, lanes, p.lane_stride);
    a.scaled = sum_of_pack_lanes(a.scaled, lanes, p.lane_stride);
  } else {
    if (ACCESS == kAccessReduced) {
      DML_FOLD(plus, a.dy)
      DML_FOLD(plus, a.scaled)
    }
    const vec2 sums = sum_of_lanes(vec2(a.dy.v[0].x, a.scaled.v[0].x), lanes,
                                   p.lane_stride);
    a.dy.v[0].x = sums.x;
    a.scaled.v[0].x = sums.y;
  }

  if (!inside || lane != 0) return;
  const int first = p.splits > 1 ? int(part * p.channels) + c : c;
  for (int k = 0; k < int(OUTPUTS); ++k) {
    const int at = first + k;
    const float inverse_stddev = float_load(
        p.inverse_stddev,
        p.inverse_stddev_at[0] + (c + k) * p.inverse_stddev_at[1]);
    float_store(p.offset_sums, p.offset_sums_at[0] + at * p.offset_sums_at[1],
                a.dy.v[k >> 2][k & 3]);
    float_store(p.scale_sums, p.scale_sums_at[0] + at * p.scale_sums_at[1],
                a.scaled.v[k >> 2][k & 3] * inverse_stddev);
  }
}
