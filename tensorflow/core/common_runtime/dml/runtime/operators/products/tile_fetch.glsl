// What both forms of the tiled matrix product begin with: the tile of a group,
// and loads of slices of A and B from memory to registers. tile_product.glsl
// or tile_matrix.glsl, which include this file, say what the program defines.

uint tile_rows, tile_columns;          // the limits of m and n
uint tile_first_row, tile_first_column;
uint tile_depth_end;

TILE_element tile_next_a[TILE_LOADS_A * A_WIDTH];
TILE_element tile_next_b[TILE_LOADS_B * B_WIDTH];

// The place of this invocation's l-th load in a slice of `extent` x TILE_K: x
// along the extent, y along depth. tile_matrix.glsl has its own.
#ifndef DML_COOPERATIVE
uvec2 tile_position(uint l, uint order, uint width, uint extent) {
  uint at = gl_LocalInvocationIndex + l * TILE_THREADS;
  if (order == 0) {
    uint across = TILE_K / width;
    return uvec2(at / across, (at % across) * width);
  }
  uint across = extent / width;
  return uvec2((at % across) * width, at / across);
}
#endif

// Starts the slice from memory to registers. The last valid index stands in
// for one beyond the limit.
void tile_fetch(uint first_depth, uint slot) {
  [[unroll]] for (uint l = 0; l < TILE_LOADS_A; ++l) {
    uvec2 at = tile_position(l, A_ORDER, A_WIDTH, TILE_M);
    uint row = tile_first_row + at.x;
    uint depth = first_depth + at.y;
    bool valid = row < tile_rows && depth < tile_depth_end;
    if (A_WIDTH == 4) {
      TILE_element4 v = TILE_element4(0);
      if (valid) v = TILE_LOAD_A4(row, depth, at.x, at.y, slot);
      [[unroll]] for (uint e = 0; e < 4; ++e) tile_next_a[l * 4 + e] = v[e];
    } else {
      row = min(row, tile_rows - 1);
      uint local_row = row - tile_first_row;
      uint local_depth = min(at.y, tile_depth_end - 1 - first_depth);
      TILE_element v = TILE_LOAD_A(row, first_depth + local_depth, local_row,
                                local_depth, slot);
      tile_next_a[l] = valid ? v : TILE_element(0);
    }
  }
  [[unroll]] for (uint l = 0; l < TILE_LOADS_B; ++l) {
    uvec2 at = tile_position(l, B_ORDER, B_WIDTH, TILE_N);
    uint column = tile_first_column + at.x;
    uint depth = first_depth + at.y;
    bool valid = column < tile_columns && depth < tile_depth_end;
    if (B_WIDTH == 4) {
      TILE_element4 v = TILE_element4(0);
      if (valid) v = TILE_LOAD_B4(depth, column, at.y, slot);
      [[unroll]] for (uint e = 0; e < 4; ++e) tile_next_b[l * 4 + e] = v[e];
    } else {
      column = min(column, tile_columns - 1);
      uint local_depth = min(at.y, tile_depth_end - 1 - first_depth);
      TILE_element v =
          TILE_LOAD_B(first_depth + local_depth, column, local_depth, slot);
      tile_next_b[l] = valid ? v : TILE_element(0);
    }
  }
}

// Which tile, part of the depth and batch a group works on. Groups that follow
// one another share rows of A and columns of B in the cache: they go down bands
// of eight tiles.
struct TileIndex {
  uint row, column, part, batch;
};
TileIndex tile_index(uint tiles_m, uint tiles_n, uint parts) {
  uint tiles = tiles_m * tiles_n;
  uint group = dml_group();
  uint at = group % tiles;
  uint rest = group / tiles;
  uint band = at / (8 * tiles_n);
  uint height = min(tiles_m - band * 8, 8);
  uint within = at - band * 8 * tiles_n;
  TileIndex index;
  index.row = band * 8 + within % height;
  index.column = within / height;
  index.part = rest % parts;
  index.batch = rest / parts;
  return index;
}
