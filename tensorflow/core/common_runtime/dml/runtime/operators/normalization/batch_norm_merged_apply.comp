// Gets the statistics of its channels, and normalizes:
//   y = activation((x - mean) * inverse deviation * scale + offset + side)
// where side, like x, may be absent. Each group merges the few parts' moments
// that batch_norm_statistics left of its channels, or, where it has all of
// their elements, takes the moments itself and then reads x again, from the
// caches. The first of the `splits` groups that share a channel writes its mean,
// variance and inverse standard deviation.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "batch_norm_epilogue.glsl"
#include "channel_moments.glsl"
#include "merged_parts.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  FloatBuffer partials;  // means [merged_splits, channels], then squares
  FloatBuffer scale;
  FloatBuffer offset;
  TBuffer side;  // read if has_side
  TBuffer y;
  FloatBuffer mean;
  FloatBuffer variance;
  FloatBuffer inverse_stddev;
  int offsets[3];  // of x, side and y
  int channel_strides[3];
  uint has_side;
  uint activation;
  int scale_at[2];  // offset and stride
  int offset_at[2];
  uint channels;
  uint count;  // accesses of a channel
  uint splits;
  uint chunk;
  uint lanes;
  uint lane_stride;
  uint merged_splits;
  uint part_elements;  // of a merged part, except the last
  uint elements;       // of a channel
  float epsilon;
  float variance_factor;
  // Which of the three outputs are wanted; offset and stride of each.
  uint wanted[3];
  int outputs_at[6];
  StridedIndex reduced;
  int x_strides[DML_MAX_RANK];
  int side_strides[DML_MAX_RANK];
  int y_strides[DML_MAX_RANK];
DML_PARAMETERS_END

DML_MERGE_LANES(merge_parts, vector_tree, VectorMoments, merge_vectors)

DML_HELD(TBuffer, side_data);
DML_HELD(TBuffer, y_data);
int side_strides[DML_MAX_RANK];
int y_strides[DML_MAX_RANK];
int x_origin;
int side_origin;
int y_origin;
bool has_side;
uint activation;
T_pack mean;
T_pack factor;
T_pack offset;

// Of the channels from `channel` on.
VectorMoments moments_of_part(uint part, uint channel) {
  VectorMoments moments;
  moments.count =
      float(min(p.part_elements, p.elements - part * p.part_elements));
  moments.mean = moments.squares = vec4(0);
  const uint at = part * p.channels + channel;
  for (int k = 0; k < int(VECTOR_OUTPUTS); ++k) {
    moments.mean[k] = float_load(p.partials, at + k);
    moments.squares[k] =
        float_load(p.partials, p.merged_splits * p.channels + at + k);
  }
  return moments;
}

void store_statistics(int channel, float mean, float variance,
                      float inverse_stddev) {
  if (p.wanted[0] != 0) {
    float_store(p.mean, p.outputs_at[0] + channel * p.outputs_at[1], mean);
  }
  if (p.wanted[1] != 0) {
    float_store(p.variance, p.outputs_at[2] + channel * p.outputs_at[3],
                variance * p.variance_factor);
  }
  if (p.wanted[2] != 0) {
    float_store(p.inverse_stddev, p.outputs_at[4] + channel * p.outputs_at[5],
                inverse_stddev);
  }
}

T_pack load_side(uint i) {
  T_pack side = dml_pack_of(0);
  if (has_side) {
    const int at = side_origin + dml_reduced_offset(i, side_strides);
    DML_LOAD_ACCESS(ACCESS, side_data, at, side)
  }
  return side;
}

void normalize(uint i, T_pack x, T_pack side) {
  for (int v = 0; v < T_VECTORS; ++v) {
    x.v[v] = (x.v[v] - mean.v[v]) * factor.v[v] + offset.v[v];
  }
  if (has_side) x = dml_add_side(x, side);
  x = dml_activate(x, activation);
  const int y_at = y_origin + dml_reduced_offset(i, y_strides);
  DML_STORE_ACCESS(ACCESS, y_data, y_at, x)
}

void main() {
  DML_HOLD(x_data, p.x);
  DML_HOLD(side_data, p.side);
  DML_HOLD(y_data, p.y);
  DML_HOLD_INDEX(dml_reduced, p.reduced, RANK)
  DML_HOLD_STRIDES(x_strides, p.x_strides, RANK)
  DML_HOLD_STRIDES(side_strides, p.side_strides, RANK)
  DML_HOLD_STRIDES(y_strides, p.y_strides, RANK)
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint split = dml_group() - block * p.splits;
  const uint channel = OUTPUTS * (block * (kGroupSize / lanes) +
                                  slot_of(lanes, p.lane_stride));
  const bool inside = channel < p.channels;
  const int c = int(channel);

  x_origin = p.offsets[0] + c * p.channel_strides[0];
  side_origin = p.offsets[1] + c * p.channel_strides[1];
  y_origin = p.offsets[2] + c * p.channel_strides[2];
  has_side = p.has_side != 0;
  activation = p.activation;
  const uint begin = split * p.chunk + lane;
  const uint end = inside ? min((split + 1) * p.chunk, p.count) : 0;

  PackMoments whole;
  if (WHOLE != 0) {
    whole = moments_of_lanes(x_origin, begin, end, lanes, p.lane_stride);
  }
  mean = factor = offset = dml_pack_of(0);
  if (inside) {
    DML_LOAD_OUTPUTS(p.scale, p.scale_at, c, factor)
    DML_LOAD_OUTPUTS(p.offset, p.offset_at, c, offset)
  }
  // All lanes load a single part; several are shared out among them.
  const bool alone = p.merged_splits == 1;
  const uint end_part = inside ? p.merged_splits : 0;
  for (int v = 0; v < VECTORS; ++v) {
    VectorMoments moments = VectorMoments(0, vec4(0), vec4(0));
    if (WHOLE != 0) {
      moments = vector_of(whole, v);
    } else {
      for (uint part = alone ? 0 : lane; part < end_part; part += lanes) {
        moments =
            merge_vectors(moments, moments_of_part(part, channel + 4 * v));
      }
      if (!alone) {
        moments = merge_parts(moments, min(lanes, p.merged_splits), lanes,
                              p.lane_stride);
      }
    }
    const vec4 variance = moments.squares / float(p.elements);
    const vec4 inverse_stddev = 1.0 / sqrt(variance + p.epsilon);
    if (inside && split == 0 && lane == 0) {
      for (int k = 0; k < int(VECTOR_OUTPUTS); ++k) {
        store_statistics(c + 4 * v + k, moments.mean[k], variance[k],
                         inverse_stddev[k]);
      }
    }
    mean.v[v] = moments.mean;
    factor.v[v] *= inverse_stddev;
  }
  for (int v = 0; v < T_VECTORS; ++v) {
    const int from = ACCESS == kAccessKept ? v : 0;
    mean.v[v] = dml_of_elements(mean.v[from]);
    factor.v[v] = dml_of_elements(factor.v[from]);
  }

  uint i = begin;
  for (; TAKES_PAIRS && i + lanes < end; i += 2 * lanes) {
    const T_pack x = load_x(x_origin, i);
    const T_pack next_x = load_x(x_origin, i + lanes);
    const T_pack side = load_side(i);
    const T_pack next_side = load_side(i + lanes);
    normalize(i, x, side);
    normalize(i + lanes, next_x, next_side);
  }
  for (; i < end; i += lanes) {
    normalize(i, load_x(x_origin, i), load_side(i));
  }
}
