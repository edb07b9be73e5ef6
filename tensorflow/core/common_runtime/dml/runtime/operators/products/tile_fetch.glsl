// What both forms of the tiled matrix product begin with: the tile of a group,
// loads of slices of A and B from memory to registers, and the loop over slices.
// tile_product.glsl or tile_matrix.glsl, which include this file, say what the
// program defines.
//
// Whatever of a load stays the same from slice to slice is found once, before
// the loop. Rows and columns beyond the limits are clamped to valid ones, since
// what becomes of them is dropped in the end. Depths beyond the limit must be
// zero, of which the loop knows nothing: the first slice takes the depths that
// do not fill one, and all others are full.

uint tile_rows, tile_columns;          // the limits of m and n
uint tile_first_row, tile_first_column;

TILE_element tile_next_a[TILE_LOADS_A * TILE_VALUES(A_WIDTH)];
TILE_element tile_next_b[TILE_LOADS_B * TILE_VALUES(B_WIDTH)];
TILE_start tile_start_a[TILE_LOADS_A];
int tile_start_b[TILE_LOADS_B];

// The place of this invocation's l-th load in a slice of `extent` x TILE_K: x
// along the extent, y along depth. tile_matrix.glsl has its own.
#ifndef DML_COOPERATIVE
// Loads that an invocation makes one after the other along depth, so that it has
// the depths that an element in shared memory holds.
uint tile_run_of_loads(uint order, uint width) {
  return order == 0 && width >= TILE_DEPTHS ? 1 : TILE_DEPTHS;
}
uvec2 tile_position(uint l, uint order, uint width, uint extent) {
  const uint run = tile_run_of_loads(order, width);
  const uint fast = (order == 0 ? TILE_K / run : extent) / width;  // runs a line
  const uint next = l % run;
  l /= run;
  uvec2 at;
  if (TILE_THREADS >= fast) {
    at = uvec2(gl_LocalInvocationIndex % fast,
               gl_LocalInvocationIndex / fast + l * (TILE_THREADS / fast));
  } else {
    uint turns = fast / TILE_THREADS;
    at = uvec2(gl_LocalInvocationIndex + l % turns * TILE_THREADS, l / turns);
  }
  at.x *= width;
  return order == 0 ? uvec2(at.y, at.x * run + next)
                    : uvec2(at.x, at.y * run + next);
}
#endif

// Before the first tile_fetch().
void tile_start() {
  [[unroll]] for (uint l = 0; l < TILE_LOADS_A; ++l) {
    uvec2 at = tile_position(l, A_ORDER, A_WIDTH, TILE_M);
    uint last = tile_rows - (A_ORDER == 0 ? 1 : A_WIDTH);
    uint row = min(tile_first_row + at.x, last);
    tile_start_a[l] = TILE_START_A(row, row - tile_first_row, at.y);
  }
  [[unroll]] for (uint l = 0; l < TILE_LOADS_B; ++l) {
    uvec2 at = tile_position(l, B_ORDER, B_WIDTH, TILE_N);
    uint last = tile_columns - (B_ORDER == 0 ? 1 : B_WIDTH);
    uint column = min(tile_first_column + at.x, last);
    tile_start_b[l] = TILE_START_B(column, at.y);
  }
}

// Starts the full slice at first_depth from memory to registers.
void tile_fetch(uint first_depth) {
  [[unroll]] for (uint l = 0; l < TILE_LOADS_A; ++l) {
    uint local_depth = tile_position(l, A_ORDER, A_WIDTH, TILE_M).y;
    if (A_WIDTH == 4) {
      TILE_element4 v = TILE_LOAD_A4(tile_start_a[l], first_depth, local_depth);
      [[unroll]] for (uint e = 0; e < TILE_VALUES(4); ++e) {
        tile_next_a[l * TILE_VALUES(4) + e] = v[e];
      }
    } else {
      tile_next_a[l] = TILE_LOAD_A(tile_start_a[l], first_depth, local_depth);
    }
  }
  [[unroll]] for (uint l = 0; l < TILE_LOADS_B; ++l) {
    uint local_depth = tile_position(l, B_ORDER, B_WIDTH, TILE_N).y;
    if (B_WIDTH == 4) {
      TILE_element4 v = TILE_LOAD_B4(tile_start_b[l], first_depth, local_depth);
      [[unroll]] for (uint e = 0; e < TILE_VALUES(4); ++e) {
        tile_next_b[l * TILE_VALUES(4) + e] = v[e];
      }
    } else {
      tile_next_b[l] = TILE_LOAD_B(tile_start_b[l], first_depth, local_depth);
    }
  }
}

// The same with `depths` of the slice's only, and zeros for the others.
void tile_fetch_first(uint first_depth, uint depths) {
  [[unroll]] for (uint l = 0; l < TILE_LOADS_A; ++l) {
    uint local_depth = tile_position(l, A_ORDER, A_WIDTH, TILE_M).y;
    [[unroll]] for (uint e = 0; e < TILE_VALUES(A_WIDTH); ++e) {
      tile_next_a[l * TILE_VALUES(A_WIDTH) + e] = TILE_element(0);
    }
    if (local_depth >= depths) continue;
    if (A_WIDTH == 4) {
      TILE_element4 v = TILE_LOAD_A4(tile_start_a[l], first_depth, local_depth);
      [[unroll]] for (uint e = 0; e < TILE_VALUES(4); ++e) {
        tile_next_a[l * TILE_VALUES(4) + e] = v[e];
      }
    } else {
      tile_next_a[l] = TILE_LOAD_A(tile_start_a[l], first_depth, local_depth);
    }
  }
  [[unroll]] for (uint l = 0; l < TILE_LOADS_B; ++l) {
    uint local_depth = tile_position(l, B_ORDER, B_WIDTH, TILE_N).y;
    [[unroll]] for (uint e = 0; e < TILE_VALUES(B_WIDTH); ++e) {
      tile_next_b[l * TILE_VALUES(B_WIDTH) + e] = TILE_element(0);
    }
    if (local_depth >= depths) continue;
    if (B_WIDTH == 4) {
      TILE_element4 v = TILE_LOAD_B4(tile_start_b[l], first_depth, local_depth);
      [[unroll]] for (uint e = 0; e < TILE_VALUES(4); ++e) {
        tile_next_b[l * TILE_VALUES(4) + e] = v[e];
      }
    } else {
      tile_next_b[l] = TILE_LOAD_B(tile_start_b[l], first_depth, local_depth);
    }
  }
}

void tile_stash(uint slot);
void tile_multiply(uint slot);

// Adds up depths [depth_begin, depth_end), which are some, by tile_stash(),
// registers to shared memory, and tile_multiply(). Call in uniform control flow.
void tile_slices(uint depth_begin, uint depth_end) {
  uint rest = (depth_end - depth_begin) % TILE_K;
  uint depths = rest == 0 ? TILE_K : rest;
  uint prepared = depth_begin + TILE_PREPARED;
  if (TILE_PREPARED != 0) {
    TILE_PREPARE(depth_begin, depth_end);
    barrier();
  }
  tile_start();
  tile_fetch_first(depth_begin, depths);
  tile_stash(0);
  uint slot = 0;
  uint depth = depth_begin + depths;
  while (depth < depth_end) {
    uint end = depth_end;
    if (TILE_PREPARED != 0) {
      TILE_PREPARE(prepared, depth_end);
      prepared += TILE_PREPARED;
      end = min(end, prepared - TILE_K + 1);
    }
    barrier();
    do {
      tile_fetch(depth);
      tile_multiply(slot);
      slot ^= 1;
      tile_stash(slot);
      depth += TILE_K;
      barrier();
    } while (depth < end);
  }
  if (depth_end - depth_begin <= TILE_K) barrier();
  tile_multiply(slot);
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
