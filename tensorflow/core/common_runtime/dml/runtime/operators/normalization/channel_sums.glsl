// Sums over channels of dy, and of dy times the centred x: what a group's lanes
// take of them, by accesses of the walk in reduced_walk.glsl. dy may come
// through an activation first. main() sets all variables first.
#ifndef DML_CHANNEL_SUMS_GLSL_
#define DML_CHANNEL_SUMS_GLSL_

#include "activation_mask.glsl"
#include "all_reduce.glsl"
#include "reduced_walk.glsl"

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
DML_HELD(TBuffer, activated_data);
DML_HELD(TBuffer, x_data);
int dy_strides[DML_MAX_RANK];
int activated_strides[DML_MAX_RANK];
int x_strides[DML_MAX_RANK];
// Of the first element of this slot's channels.
int dy_origin;
int activated_origin;
int x_origin;
uint activation;
T_pack mean;

T_pack load_dy(uint i) {
  T_pack dy;
  const int dy_at = dy_origin + dml_reduced_offset(i, dy_strides);
  DML_LOAD_ACCESS(ACCESS, dy_data, dy_at, dy)
  if (activation != DML_ACTIVATION_NONE) {
    T_pack activated;
    const int at = activated_origin + dml_reduced_offset(i, activated_strides);
    DML_LOAD_ACCESS(ACCESS, activated_data, at, activated)
    dy = dml_mask(dy, activated, activation);
  }
  return dy;
}

T_pack load_x(uint i) {
  T_pack x;
  const int x_at = x_origin + dml_reduced_offset(i, x_strides);
  DML_LOAD_ACCESS(ACCESS, x_data, x_at, x)
  return x;
}

Sums load_terms(uint i) {
  Sums terms;
  terms.dy = load_dy(i);
  const T_pack x = load_x(i);
  for (int v = 0; v < T_VECTORS; ++v) {
    terms.scaled.v[v] = terms.dy.v[v] * (x.v[v] - mean.v[v]);
  }
  return terms;
}

// Of accesses i, i + lanes and so on before `end`, and of all other lanes of
// this slot: for each of them. Of each output's channel for kAccessKept, else in
// the first component. To be called by the whole group.
Sums sums_of_lanes(uint i, uint end, uint lanes, uint lane_stride) {
  Sums a = Sums(dml_pack_of(0), dml_pack_of(0));
  Sums b = a;
  for (; i + lanes < end; i += 2 * lanes) {
    const Sums first = load_terms(i);
    const Sums second = load_terms(i + lanes);
    a = plus_sums(a, first);
    b = plus_sums(b, second);
  }
  if (i < end) a = plus_sums(a, load_terms(i));
  a = plus_sums(a, b);
  if (ACCESS == kAccessKept) {
    // One after the other: together they are more than Intel's registers hold.
    a.dy = sum_of_pack_lanes(a.dy, lanes, lane_stride);
    a.scaled = sum_of_pack_lanes(a.scaled, lanes, lane_stride);
    return a;
  }
  if (ACCESS == kAccessReduced) {
    DML_FOLD(plus, a.dy)
    DML_FOLD(plus, a.scaled)
  }
  const vec2 sums = sum_of_lanes(vec2(a.dy.v[0].x, a.scaled.v[0].x), lanes,
                                 lane_stride);
  a.dy.v[0].x = sums.x;
  a.scaled.v[0].x = sums.y;
  return a;
}

#endif  // DML_CHANNEL_SUMS_GLSL_
