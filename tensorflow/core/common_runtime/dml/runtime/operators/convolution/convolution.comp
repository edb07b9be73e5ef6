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
#include "products/epilogue.glsl"

shared ivec4 row_table[LANES ? 1 : TILE_M];
// Of DEPTHS_PREPARED depths, and as many that follow: an entry is at its depth
// modulo the size.
shared ivec4 depth_table[LANES ? 1 : 2 * DEPTHS_PREPARED];
shared int depth_table_b[LANES ? 1 : 2 * DEPTHS_PREPARED];  // in the second factor
#ifdef DML_COOPERATIVE
shared int row_table_c[TILE_M];  // offsets in the result
#endif
// With LANES, registers of the invocations are these tables: invocation
// i % TILE_THREADS has the entry of row i, invocation k that of depth k.
ivec4 lane_row[TILE_LANE_ROWS];
int lane_row_c[TILE_LANE_ROWS];
ivec4 lane_depth;
int lane_depth_b;

// The parameters that the loops use, read once: see walk_begin().
DML_HELD(TBuffer, x_data);
DML_HELD(TBuffer, b_data);
DML_HELD(TBuffer, c_data);
DML_HELD(TBuffer, bias_data);
DML_HELD(PartialBuffer, partial_data);
int x_base, b_base, b_column;
int c_base, c_column;
int bias_base, bias_stride;
bool has_bias;
uint activation;
uint partial_base;

// An entry of the tables: position or (tap, channel), by direction.
ivec4 position_of_x(uint i, out int other) {
  uvec4 at = walk_position(i);
  other = walk_y_of_position(at);
  return walk_x_of_position(at);
}
ivec4 tap_of_x(uint i, out int other) {
  ivec3 tap = walk_tap(i / walk_x_channels);
  int channel = int(i % walk_x_channels);
  other = walk_w_of_tap(tap) + channel * walk_w_x_channel;
  ivec4 entry = walk_x_of_tap(tap);
  entry.x += channel * walk_x_channel;
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

void fill_depths(uint first_depth, uint depth_end);
ivec4 start_x(uint local_row);
TILE_element load_x(ivec4 start, uint depth);
TILE_element4 load_x4(ivec4 start, uint depth);
int b_element(int start, uint depth);
void end_row(uint i, uint row);
void end_element(uint row, uint column, T_compute v);
// Where sums of matrices fill the registers, rows of x stay in their table.
#ifdef DML_COOPERATIVE
#define TILE_start uint
#define TILE_START_A(row, local_row, local_depth) (local_row)
#define entry_of(start) row_table[start]
#else
#define TILE_start ivec4
#define TILE_START_A(row, local_row, local_depth) start_x(local_row)
#define entry_of(start) start
#endif
#define TILE_START_B(column, local_depth) (b_base + int(column) * b_column)
#define TILE_LOAD_A(start, first_depth, local_depth) \
  load_x(entry_of(start), first_depth + local_depth)
#define TILE_LOAD_A4(start, first_depth, local_depth) \
  load_x4(entry_of(start), first_depth + local_depth)
#define TILE_LOAD_B(start, first_depth, local_depth) \
  TILE_load(b_data, b_element(start, first_depth + local_depth))
#define TILE_LOAD_B4(start, first_depth, local_depth) \
  TILE_load4(b_data, b_element(start, first_depth + local_depth))
#define TILE_PREPARED DEPTHS_PREPARED
#define TILE_PREPARE(first_depth, depth_end) fill_depths(first_depth, depth_end)
#ifdef DML_COOPERATIVE
#include "products/tile_matrix.glsl"
#else
#include "products/tile_product.glsl"
#endif

void fill_depths(uint first_depth, uint depth_end) {
  if (LANES) {
    uint depth = min(first_depth + gl_LocalInvocationIndex, depth_end - 1);
    lane_depth = depth_of_x(depth, lane_depth_b);
    return;
  }
  for (uint i = gl_LocalInvocationIndex; i < DEPTHS_PREPARED; i += TILE_THREADS) {
    int other;
    uint at = (first_depth + i) % (2 * DEPTHS_PREPARED);
    depth_table[at] = depth_of_x(min(first_depth + i, depth_end - 1), other);
    depth_table_b[at] = other;
  }
}

ivec4 start_x(uint local_row) {
  if (!LANES) return row_table[local_row];
  return subgroupShuffle(lane_row[local_row / TILE_THREADS],
                         local_row % TILE_THREADS);
}
// Offset of the element of x, or -1 outside.
int x_element(ivec4 start, uint depth) {
  ivec4 at = start + (LANES ? lane_depth : depth_table[depth % (2 * DEPTHS_PREPARED)]);
  return walk_inside(at.yzw) ? x_base + at.x : -1;
}
TILE_element load_x(ivec4 start, uint depth) {
  int at = x_element(start, depth);
  // x is not empty: its first element stands in for one outside.
  TILE_element v = TILE_load(x_data, at < 0 ? x_base : at);
  return at < 0 ? TILE_element(0) : v;
}
TILE_element4 load_x4(ivec4 start, uint depth) {
  int at = x_element(start, depth);
  TILE_element4 v = TILE_element4(0);
  if (at >= 0) v = TILE_load4(x_data, at);
  return v;
}
int b_element(int start, uint depth) {
  return start + (LANES ? subgroupShuffle(lane_depth_b, depth % TILE_K)
                        : depth_table_b[depth % (2 * DEPTHS_PREPARED)]);
}

int row_c;  // offset in the result of the row that end_row() was called for

void end_row(uint i, uint row) {
#ifdef DML_COOPERATIVE
  row_c = c_base + row_table_c[i];
  return;
#endif
  if (LANES) {
    int at = 0;
    [[unroll]] for (uint r = 0; r < TILE_LANE_ROWS; ++r) {
      int known = subgroupShuffle(lane_row_c[r], i % TILE_THREADS);
      if (r == i / TILE_THREADS) at = known;
    }
    row_c = c_base + at;
    return;
  }
  row_of_x(min(row, tile_rows - 1), row_c);
  row_c += c_base;
}

void end_element(uint row, uint column, T_compute v) {
  if (END == END_PARTIAL) {
    partial_store(partial_data, partial_base + row * tile_columns + column, v);
    return;
  }
  if (END == END_FULL) {
    if (has_bias) {
      v += T_load(bias_data, bias_base + int(column) * bias_stride);
    }
    v = epilogue_activate(v, activation);
  }
  T_store(c_data, row_c + int(column) * c_column, v);
}

void main() {
  bool filter_gradient = DIRECTION == BACKWARD_FILTER;
  DML_HOLD(x_data, p.x);
  DML_HOLD_EITHER(b_data, filter_gradient, p.y, p.w);
  b_column = filter_gradient ? p.y_channel : p.w_y_channel;
  DML_HOLD_EITHER(c_data, filter_gradient, p.w, p.y);
  c_column = filter_gradient ? p.w_y_channel : p.y_channel;
  DML_HOLD(partial_data, p.partial);
  DML_HOLD(bias_data, p.bias);
  bias_base = p.bias_offset;
  bias_stride = p.bias_stride;
  has_bias = p.has_bias != 0;
  activation = p.activation;

  TileIndex index = tile_index(p.tiles_m, p.tiles_n, p.parts);
  uint phases = DIRECTION == BACKWARD_DATA
                    ? uint(p.stride.x * p.stride.y * p.stride.z) : 1;
  if (index.batch >= phases * p.groups) return;
  uint group = index.batch % p.groups;
  walk_begin(index.batch / p.groups);

  uint positions = walk_positions();
  uint tap_rows = walk_tap_count() * p.x_channels;
  tile_rows = filter_gradient ? tap_rows : positions;
  tile_columns = p.y_channels;
  tile_first_row = index.row * TILE_M;
  tile_first_column = index.column * TILE_N;
  if (tile_first_row >= tile_rows) return;  // later phases may have fewer rows
  uint depths = filter_gradient ? positions : tap_rows;

  b_base = int(group) * (filter_gradient ? p.y_group : p.w_group);
  c_base = int(group) * (filter_gradient ? p.w_group : p.y_group);
  x_base = p.x_offset + int(group) * p.x_group;
  bias_base += int(group * p.y_channels) * bias_stride;
  if (LANES) {
    [[unroll]] for (uint i = 0; i < TILE_LANE_ROWS; ++i) {
      uint row = tile_first_row + i * TILE_THREADS + gl_LocalInvocationIndex;
      lane_row[i] = row_of_x(min(row, tile_rows - 1), lane_row_c[i]);
    }
  } else {
    for (uint i = gl_LocalInvocationIndex; i < TILE_M; i += TILE_THREADS) {
      int other;
      row_table[i] = row_of_x(min(tile_first_row + i, tile_rows - 1), other);
#ifdef DML_COOPERATIVE
      row_table_c[i] = other;
#endif
    }
  }
  partial_base =
      (index.batch * p.parts + index.part) * tile_rows * tile_columns;
  uint begin = min(index.part * p.depth_a_part, depths);
  tile_run(begin, min(begin + p.depth_a_part, depths));
}
