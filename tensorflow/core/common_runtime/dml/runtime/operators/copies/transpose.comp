// y[batch, r, c] = x[batch, c, r] where x is contiguous along r and y along c:
// tiles of 32 x 32 pass through shared memory, so that both sides are accessed
// in order. T is an unsigned type of the elements' size. 256 invocations.
#version 460
#include "dml.glsl"

DML_SHARED const uint TILE = 32;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  uint tiles;  // in all
  uint rows;
  uint columns;
  int x_stride;  // from one c to the next
  int y_stride;  // from one r to the next
  int x_offset;
  int y_offset;
  uint batch_sizes[6];  // row-major
  int batch_x_strides[6];
  int batch_y_strides[6];
DML_PARAMETERS_END

// One column of padding keeps the columns of a tile in different banks.
shared T_storage tile[TILE][TILE + 1];

void main() {
  uint rest = dml_group();
  if (rest >= p.tiles) return;
  uint column_tiles = (p.columns + TILE - 1) / TILE;
  uint row_tiles = (p.rows + TILE - 1) / TILE;
  uint first_column = rest % column_tiles * TILE;
  rest /= column_tiles;
  uint first_row = rest % row_tiles * TILE;
  rest /= row_tiles;
  int from = p.x_offset;
  int to = p.y_offset;
  for (int d = 5; d >= 0; --d) {
    uint size = p.batch_sizes[d];
    uint coordinate = rest % size;
    rest /= size;
    from += int(coordinate) * p.batch_x_strides[d];
    to += int(coordinate) * p.batch_y_strides[d];
  }

  uint lane = gl_LocalInvocationID.x % TILE;
  uint line = gl_LocalInvocationID.x / TILE;
  uint lines = gl_WorkGroupSize.x / TILE;
  for (uint c = line; c < TILE; c += lines) {
    if (first_row + lane < p.rows && first_column + c < p.columns) {
      tile[c][lane] =
          T_load_raw(p.x, from + int(first_column + c) * p.x_stride +
                              int(first_row + lane));
    }
  }
  barrier();
  for (uint r = line; r < TILE; r += lines) {
    if (first_row + r < p.rows && first_column + lane < p.columns) {
      T_store_raw(
          p.y, to + int(first_row + r) * p.y_stride + int(first_column + lane),
          tile[lane][r]);
    }
  }
}
