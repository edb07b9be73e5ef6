// Gradients of layer norm. With n elements in a row, x' = (x - mean) * inverse
// deviation, and g = dy * scale,
//   dx = inverse deviation * (g - sum(g) / n - x' * sum(g * x') / n)
// Where lanes hold rows, they also add up, over the rows that they come by, what
// scale and offset get: partial [slots, 2, n], sums of dy and of dy * x', for
// layer_norm_finish.comp.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"
#include "layer_norm.glsl"

DML_PARAMETERS_BEGIN
  TBuffer dy;
  TBuffer x;
  TBuffer scale;
  FloatBuffer mean;
  FloatBuffer inverse_stddev;
  TBuffer dx;
  FloatBuffer partial;
  uint rows;
  uint count;  // accesses of a row
  uint lanes;
  uint slots;  // of all groups: a slot takes every so manyth row
  float share;  // 1 / elements of a row
  int dy_at[3];  // offset, strides of rows and of accesses
  int x_at[3];
  int dx_at[3];
  int scale_at[2];
  int mean_at[2];
  int inverse_stddev_at[2];
DML_PARAMETERS_END

DML_HELD(TBuffer, dy_data);
DML_HELD(TBuffer, x_data);
DML_HELD(TBuffer, scale_data);
DML_HELD(TBuffer, dx_data);
DML_HELD(FloatBuffer, partial_data);
int dy_row;
int dy_step;
int x_row;
int x_step;
int scale_first;
int scale_step;
float mean;
float inverse;

// dy, g and x' of an access.
void load(uint i, out T_pack dy, out T_pack g, out T_pack x) {
  T_pack factor;
  DML_LOAD_ACCESS(ACCESS, dy_data, dy_row + int(i) * dy_step, dy)
  DML_LOAD_ACCESS(ACCESS, x_data, x_row + int(i) * x_step, x)
  DML_LOAD_ACCESS(
      ACCESS, scale_data, scale_first + int(i) * scale_step, factor)
  [[unroll]] for (int v = 0; v < T_VECTORS; ++v) {
    g.v[v] = dy.v[v] * factor.v[v];
    x.v[v] = (x.v[v] - mean) * inverse;
  }
}

// `shares`: the sums of g and of g * x', divided by n.
T_pack gradient(T_pack g, T_pack x, vec2 shares) {
  [[unroll]] for (int v = 0; v < T_VECTORS; ++v) {
    g.v[v] = (g.v[v] - shares.x - x.v[v] * shares.y) * inverse;
  }
  return g;
}

void main() {
  DML_HOLD(dy_data, p.dy);
  DML_HOLD(x_data, p.x);
  DML_HOLD(scale_data, p.scale);
  DML_HOLD(dx_data, p.dx);
  DML_HOLD(partial_data, p.partial);
  const uint rows = p.rows;
  const uint lanes = p.lanes;
  const uint slots = p.slots;
  const uint count = p.count;
  const float share = p.share;
  const uint lane = lane_of(lanes, 1);
  const uint slot = dml_group() * (kGroupSize / lanes) + slot_of(lanes, 1);
  const int dx_step = p.dx_at[2];
  dy_step = p.dy_at[2];
  x_step = p.x_at[2];
  scale_first = p.scale_at[0];
  scale_step = p.scale_at[1];

  T_pack sums[kMostHeldAccesses];
  T_pack scaled_sums[kMostHeldAccesses];
  [[unroll]] for (int h = 0; h < int(HELD); ++h) {
    sums[h] = dml_pack_of(0);
    scaled_sums[h] = dml_pack_of(0);
  }
  // All slots take as many turns, so that barriers are uniform.
  for (uint first = 0; first < rows; first += slots) {
    const bool inside = slot < slots && first + slot < rows;
    const uint row = inside ? first + slot : 0;
    const uint end = inside ? count : 0;
    dy_row = p.dy_at[0] + int(row) * p.dy_at[1];
    x_row = p.x_at[0] + int(row) * p.x_at[1];
    const int dx_row = p.dx_at[0] + int(row) * p.dx_at[1];
    mean = float_load(p.mean, p.mean_at[0] + int(row) * p.mean_at[1]);
    inverse = float_load(
        p.inverse_stddev,
        p.inverse_stddev_at[0] + int(row) * p.inverse_stddev_at[1]);

    vec2 found = vec2(0);
    if (HELD == 0) {
      for (uint i = lane; i < end; i += lanes) {
        T_pack dy, g, x;
        load(i, dy, g, x);
        found += vec2(sum_of_items(g), sum_of_products(g, x));
      }
      found = sums_of_lanes(found, lanes, 1) * share;
      for (uint i = lane; i < end; i += lanes) {
        T_pack dy, g, x;
        load(i, dy, g, x);
        const T_pack dx = gradient(g, x, found);
        DML_STORE_ACCESS(ACCESS, dx_data, dx_row + int(i) * dx_step, dx)
      }
    } else {
      T_pack held_g[kMostHeldAccesses];
      T_pack held_x[kMostHeldAccesses];
      [[unroll]] for (int h = 0; h < int(HELD); ++h) {
        const uint i = lane + h * lanes;
        T_pack dy;
        load(min(i, count - 1), dy, held_g[h], held_x[h]);
        if (i < end) {
          [[unroll]] for (int v = 0; v < T_VECTORS; ++v) {
            sums[h].v[v] += dy.v[v];
            scaled_sums[h].v[v] += dy.v[v] * held_x[h].v[v];
          }
          found += vec2(sum_of_items(held_g[h]),
                        sum_of_products(held_g[h], held_x[h]));
        }
      }
      found = sums_of_lanes(found, lanes, 1) * share;
      [[unroll]] for (int h = 0; h < int(HELD); ++h) {
        const uint i = lane + h * lanes;
        if (i >= end) break;
        const T_pack dx = gradient(held_g[h], held_x[h], found);
        DML_STORE_ACCESS(ACCESS, dx_data, dx_row + int(i) * dx_step, dx)
      }
    }
  }
  if (slot >= slots) return;
  const uint n = count * ITEMS;
  const uint to = slot * 2 * n;
  [[unroll]] for (int h = 0; h < int(HELD); ++h) {
    const uint i = lane + h * lanes;
    if (i >= count) break;
    [[unroll]] for (int k = 0; k < int(ITEMS); ++k) {
      float_store(partial_data, to + i * ITEMS + k, DML_ITEM(sums[h], k));
      float_store(
          partial_data, to + n + i * ITEMS + k, DML_ITEM(scaled_sums[h], k));
    }
  }
}
