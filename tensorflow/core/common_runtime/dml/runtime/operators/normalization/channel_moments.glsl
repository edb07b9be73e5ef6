// Mean and sum of squared deviations of channels: what a group's lanes take of
// them, by accesses of the walk in reduced_walk.glsl. main() holds x_data,
// x_strides and dml_reduced first.
#ifndef DML_CHANNEL_MOMENTS_GLSL_
#define DML_CHANNEL_MOMENTS_GLSL_

#include "all_reduce.glsl"
#include "moments.glsl"
#include "reduced_walk.glsl"

// Of the elements in each component of packs: as many of all components.
struct PackMoments {
  float count;
  T_pack mean;
  T_pack squares;
};

VectorMoments vector_of(PackMoments moments, int v) {
  return VectorMoments(moments.count, moments.mean.v[v], moments.squares.v[v]);
}

PackMoments merge_packs(PackMoments a, PackMoments b) {
  for (int v = 0; v < T_VECTORS; ++v) {
    const VectorMoments merged = merge_vectors(vector_of(a, v), vector_of(b, v));
    a.mean.v[v] = merged.mean;
    a.squares.v[v] = merged.squares;
  }
  a.count += b.count;
  return a;
}

DML_ALL_REDUCE(merge_lanes, tree, Moments, merge)
DML_ALL_REDUCE(merge_vector_lanes, vector_tree, VectorMoments, merge_vectors)

DML_HELD(TBuffer, x_data);
int x_strides[DML_MAX_RANK];

T_pack load_x(int origin, uint i) {
  T_pack x;
  DML_LOAD_ACCESS(ACCESS, x_data, origin + dml_reduced_offset(i, x_strides), x)
  return x;
}

// Four of each component, relative to the first: one division for all of them.
PackMoments moments_of_four(T_pack a, T_pack b, T_pack c, T_pack d) {
  PackMoments found;
  found.count = 4;
  for (int v = 0; v < T_VECTORS; ++v) {
    const vec4 from_a = b.v[v] - a.v[v];
    const vec4 to_c = c.v[v] - a.v[v];
    const vec4 to_d = d.v[v] - a.v[v];
    const vec4 mean = 0.25 * (from_a + to_c + to_d);
    const vec4 off_b = from_a - mean;
    const vec4 off_c = to_c - mean;
    const vec4 off_d = to_d - mean;
    found.mean.v[v] = a.v[v] + mean;
    found.squares.v[v] =
        mean * mean + off_b * off_b + off_c * off_c + off_d * off_d;
  }
  return found;
}

// Of accesses i, i + lanes and so on before `end`, of the channels whose first
// element is at `origin`, and of all other lanes of this slot: for each of them.
// Of each output's channel for kAccessKept, else in the first component. To be
// called by the whole group.
PackMoments moments_of_lanes(int origin, uint i, uint end, uint lanes,
                             uint lane_stride) {
  PackMoments sums;
  sums.count = 0;
  sums.mean = sums.squares = dml_pack_of(0);
  for (; i + 3 * lanes < end; i += 4 * lanes) {
    const T_pack a = load_x(origin, i);
    const T_pack b = load_x(origin, i + lanes);
    const T_pack c = load_x(origin, i + 2 * lanes);
    const T_pack d = load_x(origin, i + 3 * lanes);
    sums = merge_packs(sums, moments_of_four(a, b, c, d));
  }
  for (; i < end; i += lanes) {
    sums = merge_packs(sums, PackMoments(1, load_x(origin, i), dml_pack_of(0)));
  }

  if (ACCESS == kAccessKept) {
    // One after the other: together they are more than Intel's registers hold.
    for (int v = 0; v < T_VECTORS; ++v) {
      const VectorMoments moments =
          merge_vector_lanes(vector_of(sums, v), lanes, lane_stride);
      sums.mean.v[v] = moments.mean;
      sums.squares.v[v] = moments.squares;
    }
    return sums;
  }
  Moments moments = Moments(sums.count, sums.mean.v[0].x, sums.squares.v[0].x);
  for (int k = 1; ACCESS == kAccessReduced && k < T_PACK; ++k) {
    moments = merge(moments, Moments(sums.count, sums.mean.v[k >> 2][k & 3],
                                     sums.squares.v[k >> 2][k & 3]));
  }
  moments = merge_lanes(moments, lanes, lane_stride);
  sums.mean.v[0].x = moments.mean;
  sums.squares.v[0].x = moments.squares;
  return sums;
}

#endif  // DML_CHANNEL_MOMENTS_GLSL_
