#version 450
// Convolution by implicit matrix product, all directions and layouts:
//   forward, backward data:  y[position, channel of y] =
//       sum over (tap, channel of x) of x * w
//   backward filter:  w[(tap, channel of x), channel of y] =
//       sum over positions of x * y
// The matrix of x is never made: a table of its rows and one of each slice's
// depths give the parts of the offset and of the coordinates to add up.
// Groups: phases * groups * parts * tiles, see tile_index(). With more than
// one part, sums go to `partial` [group, part, m, n] and split_reduce.comp
// does the rest.
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "convolution_parameters.glsl"
#include "epilogue.glsl"

shared ivec4 row_table[TILE_M];
shared ivec4 depth_table[2 * TILE_K];  // of x
shared int depth_table_b[2 * TILE_K];  // of the second factor

int x_base, b_base;

// An entry of the tables: position or (tap, channel), by direction.
ivec4 position_of_x(uint i, out int other) {
  uvec4 at = walk_position(i);
  other = walk_y_of_position(at);
  return walk_x_of_position(at);
}
ivec4 tap_of_x(uint i, out int other) {
  ivec3 tap = walk_tap(i / p.x_channels);
  int channel = int(i % p.x_channels);
  other = walk_w_of_tap(tap) + channel * p.w_x_channel;
  ivec4 entry = walk_x_of_tap(tap);
  entry.x += channel * p.x_channel;
  return entry;
}
ivec4 row_of_x(uint i, out int other) {
  return DIRECTION == BACKWARD_FILTER ? tap_of_x(i, other)
                                      : position_of_x(i, other);
}
ivec4 depth_of_x(uint i, out int other) {
  return DIRECTION == BACKWARD_FILTER ? position_of_x(i, other)
                                      : tap_of_x(i, other);
}

void fill_depths(uint first_depth, uint slot);
T_compute load_x(uint row, uint depth, uint slot);
T_compute4 load_x4(uint row, uint depth, uint slot);
T_compute load_b(uint depth, uint column, uint slot);
T_compute4 load_b4(uint depth, uint column, uint slot);
#define TILE_LOAD_A(row, depth, local_row, local_depth, slot) \
  load_x(local_row, local_depth, slot)
#define TILE_LOAD_A4(row, depth, local_row, local_depth, slot) \
  load_x4(local_row, local_depth, slot)
#define TILE_LOAD_B(depth, column, local_depth, slot) \
  load_b(local_depth, column, slot)
#define TILE_LOAD_B4(depth, column, local_depth, slot) \
  load_b4(local_depth, column, slot)
#define TILE_PREPARE(first_depth, slot) fill_depths(first_depth, slot)
#include "tile_product.glsl"

void fill_depths(uint first_depth, uint slot) {
  for (uint i = gl_LocalInvocationIndex; i < TILE_K; i += TILE_THREADS) {
    int other;
    uint depth = min(first_depth + i, tile_depth_end - 1);
    depth_table[slot * TILE_K + i] = depth_of_x(depth, other);
    depth_table_b[slot * TILE_K + i] = other;
  }
}

// Offset of the element of x, or -1 outside.
int x_element(uint row, uint depth, uint slot) {
  ivec4 at = row_table[row] + depth_table[slot * TILE_K + depth];
  return walk_inside(at.yzw) ? x_base + at.x : -1;
}
T_compute load_x(uint row, uint depth, uint slot) {
  int at = x_element(row, depth, slot);
  // x is not empty: its first element stands in for one outside.
  T_compute v = T_load(p.x, at < 0 ? x_base : at);
  return at < 0 ? T_compute(0) : v;
}
T_compute4 load_x4(uint row, uint depth, uint slot) {
  int at = x_element(row, depth, slot);
  T_compute4 v = T_compute4(0);
  if (at >= 0) v = T_load4(p.x, at);
  return v;
}
int b_element(uint depth, uint column, uint slot) {
  int step = DIRECTION == BACKWARD_FILTER ? p.y_channel : p.w_y_channel;
  return b_base + depth_table_b[slot * TILE_K + depth] + int(column) * step;
}
T_compute load_b(uint depth, uint column, uint slot) {
  int at = b_element(depth, column, slot);
  return DIRECTION == BACKWARD_FILTER ? T_load(p.y, at) : T_load(p.w, at);
}
T_compute4 load_b4(uint depth, uint column, uint slot) {
  int at = b_element(depth, column, slot);
  return DIRECTION == BACKWARD_FILTER ? T_load4(p.y, at) : T_load4(p.w, at);
}

void store(uint group, int at, uint column, T_compute v) {
  if (DIRECTION == BACKWARD_FILTER) {
    T_store(p.w, at, v);
    return;
  }
  if (END == END_STORE) {
    T_store(p.y, at, v);
    return;
  }
  if (p.has_bias != 0) {
    int channel = int(group * p.y_channels + column);
    v += T_load(p.bias, p.bias_offset + channel * p.bias_stride);
  }
  T_store(p.y, at, epilogue_activate(v, p.activation));
}

void main() {
  TileIndex index = tile_index(p.tiles_m, p.tiles_n, p.parts);
  uint phases = DIRECTION == BACKWARD_DATA
                    ? uint(p.stride.x * p.stride.y * p.stride.z) : 1;
  if (index.batch >= phases * p.groups) return;
  uint group = index.batch % p.groups;
  walk_begin(index.batch / p.groups);

  uint positions = walk_positions();
  uint tap_rows = walk_tap_count() * p.x_channels;
  bool filter_gradient = DIRECTION == BACKWARD_FILTER;
  tile_rows = filter_gradient ? tap_rows : positions;
  tile_columns = p.y_channels;
  tile_first_row = index.row * TILE_M;
  tile_first_column = index.column * TILE_N;
  if (tile_first_row >= tile_rows) return;  // a phase smaller than the first
  uint depths = filter_gradient ? positions : tap_rows;

  int group_b = int(group) * (filter_gradient ? p.y_group : p.w_group);
  int group_c = int(group) * (filter_gradient ? p.w_group : p.y_group);
  x_base = p.x_offset + int(group) * p.x_group;
  b_base = group_b;
  for (uint i = gl_LocalInvocationIndex; i < TILE_M; i += TILE_THREADS) {
    int other;
    row_table[i] = row_of_x(min(tile_first_row + i, tile_rows - 1), other);
  }
  uint begin = min(index.part * p.depth_a_part, depths);
  tile_product(begin, min(begin + p.depth_a_part, depths));

  uint partial_base =
      (index.batch * p.parts + index.part) * tile_rows * tile_columns;
  int column_step = filter_gradient ? p.w_y_channel : p.y_channel;
  [[unroll]] for (uint i = 0; i < THREAD_M; ++i) {
    uint row = tile_row(i);
    int at;
    row_of_x(min(row, tile_rows - 1), at);
    at += group_c;
    [[unroll]] for (uint j = 0; j < THREAD_N; ++j) {
      uint column = tile_column(j);
      if (row < tile_rows && column < tile_columns) {
        T_compute v = tile_element(i, j);
        if (END == END_PARTIAL) {
          p.partial.at[partial_base + row * tile_columns + column] = v;
        } else {
          store(group, at + int(column) * column_step, column, v);
        }
      }
    }
  }
}
