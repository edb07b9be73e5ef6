// The register-blocked matrix product that GEMM and convolution share:
//   C[m, n] = sum over k of A[m, k] * B[k, n]
// A work group computes a TILE_M x TILE_N tile of C, an invocation a
// THREAD_M x THREAD_N part of it in registers. Slices of A and B, TILE_K deep,
// pass through shared memory, doubly buffered: while one is multiplied, the
// next is on its way from memory to registers, and one barrier a slice is
// enough. All of TILE_* and THREAD_* are powers of two; an operator's choice
// comes from operators/tile_table.h. Nothing depends on the subgroup's size.
//
// The program includes tile_config.glsl, then defines, before including this
// file, with indices relative to C as above and to the tile ("local"):
//   TILE_LOAD_A(row, depth, local_row, local_depth, slot)     T_compute
//   TILE_LOAD_A4(row, depth, local_row, local_depth, slot)    four of them
//   TILE_LOAD_B(depth, column, local_depth, slot)
//   TILE_LOAD_B4(depth, column, local_depth, slot)
// A "4" form loads the elements that follow in the order of loading, when the
// operator found them contiguous and aligned; it needs no further check.
// Loads are also called with indices that are clamped to valid ones, and their
// values dropped: a branch around every load costs more.
//   TILE_PREPARE(first_depth, slot)   fills tables for a slice; may be empty
//
// Afterwards tile_element(i, j) is the sum at row tile_row(i), column
// tile_column(j), to be checked against the limits.

shared T_compute tile_shared_a[2 * TILE_SLICE_A];
shared T_compute tile_shared_b[2 * TILE_SLICE_B];

uint tile_rows, tile_columns;          // the limits of m and n
uint tile_first_row, tile_first_column;
uint tile_depth_end;

T_compute tile_sum[THREAD_M * THREAD_N];
T_compute tile_next_a[TILE_LOADS_A * A_WIDTH];
T_compute tile_next_b[TILE_LOADS_B * B_WIDTH];

uint tile_thread_m() {
  uint thread = gl_LocalInvocationIndex;
  return C_ORDER == 0 ? thread / TILE_THREADS_N : thread % TILE_THREADS_M;
}
uint tile_thread_n() {
  uint thread = gl_LocalInvocationIndex;
  return C_ORDER == 0 ? thread % TILE_THREADS_N : thread / TILE_THREADS_M;
}
uint tile_local_row(uint i) {
  return (i / TILE_RUN_M) * (TILE_THREADS_M * TILE_RUN_M) +
         tile_thread_m() * TILE_RUN_M + i % TILE_RUN_M;
}
uint tile_local_column(uint j) {
  return (j / TILE_RUN_N) * (TILE_THREADS_N * TILE_RUN_N) +
         tile_thread_n() * TILE_RUN_N + j % TILE_RUN_N;
}
uint tile_row(uint i) { return tile_first_row + tile_local_row(i); }
uint tile_column(uint j) { return tile_first_column + tile_local_column(j); }
T_compute tile_element(uint i, uint j) { return tile_sum[i * THREAD_N + j]; }

// Where in a slice of `extent` x TILE_K the l-th load of this invocation lies:
// x along the extent, y along depth.
uvec2 tile_position(uint l, uint order, uint width, uint extent) {
  uint at = gl_LocalInvocationIndex + l * TILE_THREADS;
  if (order == 0) {
    uint across = TILE_K / width;
    return uvec2(at / across, (at % across) * width);
  }
  uint across = extent / width;
  return uvec2((at % across) * width, at / across);
}

// Starts the slice from memory to registers. The last valid index stands in
// for one beyond the limit.
void tile_fetch(uint first_depth, uint slot) {
  [[unroll]] for (uint l = 0; l < TILE_LOADS_A; ++l) {
    uvec2 at = tile_position(l, A_ORDER, A_WIDTH, TILE_M);
    uint row = tile_first_row + at.x;
    uint depth = first_depth + at.y;
    bool valid = row < tile_rows && depth < tile_depth_end;
    if (A_WIDTH == 4) {
      T_compute4 v = T_compute4(0);
      if (valid) v = TILE_LOAD_A4(row, depth, at.x, at.y, slot);
      [[unroll]] for (uint e = 0; e < 4; ++e) tile_next_a[l * 4 + e] = v[e];
    } else {
      row = min(row, tile_rows - 1);
      uint local_row = row - tile_first_row;
      uint local_depth = min(at.y, tile_depth_end - 1 - first_depth);
      T_compute v = TILE_LOAD_A(row, first_depth + local_depth, local_row,
                                local_depth, slot);
      tile_next_a[l] = valid ? v : T_compute(0);
    }
  }
  [[unroll]] for (uint l = 0; l < TILE_LOADS_B; ++l) {
    uvec2 at = tile_position(l, B_ORDER, B_WIDTH, TILE_N);
    uint column = tile_first_column + at.x;
    uint depth = first_depth + at.y;
    bool valid = column < tile_columns && depth < tile_depth_end;
    if (B_WIDTH == 4) {
      T_compute4 v = T_compute4(0);
      if (valid) v = TILE_LOAD_B4(depth, column, at.y, slot);
      [[unroll]] for (uint e = 0; e < 4; ++e) tile_next_b[l * 4 + e] = v[e];
    } else {
      column = min(column, tile_columns - 1);
      uint local_depth = min(at.y, tile_depth_end - 1 - first_depth);
      T_compute v =
          TILE_LOAD_B(first_depth + local_depth, column, local_depth, slot);
      tile_next_b[l] = valid ? v : T_compute(0);
    }
  }
}

// Registers to shared memory; depth is the slow index there.
void tile_stash(uint slot) {
  [[unroll]] for (uint l = 0; l < TILE_LOADS_A; ++l) {
    uvec2 at = tile_position(l, A_ORDER, A_WIDTH, TILE_M);
    [[unroll]] for (uint e = 0; e < A_WIDTH; ++e) {
      uint step = A_ORDER == 0 ? TILE_PITCH_A : 1;
      tile_shared_a[slot * TILE_SLICE_A + at.y * TILE_PITCH_A + at.x +
                    e * step] = tile_next_a[l * A_WIDTH + e];
    }
  }
  [[unroll]] for (uint l = 0; l < TILE_LOADS_B; ++l) {
    uvec2 at = tile_position(l, B_ORDER, B_WIDTH, TILE_N);
    [[unroll]] for (uint e = 0; e < B_WIDTH; ++e) {
      uint step = B_ORDER == 0 ? TILE_PITCH_B : 1;
      tile_shared_b[slot * TILE_SLICE_B + at.y * TILE_PITCH_B + at.x +
                    e * step] = tile_next_b[l * B_WIDTH + e];
    }
  }
}

// SHARE_ROWS: all of a subgroup have the same rows (TILE_THREADS_N is a multiple
// of its size, which is at least 8, and so is THREAD_M), so each reads an
// eighth of them for all. For drivers that execute a read of shared memory one
// lane after the other.
void tile_share_rows(uint row_a, out T_compute a[THREAD_M]) {
  [[unroll]] for (uint i = 0; i < THREAD_M; i += 8) {
    uint row = tile_local_row(i + gl_SubgroupInvocationID % 8);
    T_compute own = tile_shared_a[row_a + row];
    a[i] = subgroupBroadcast(own, 0);
    a[i + 1] = subgroupBroadcast(own, 1);
    a[i + 2] = subgroupBroadcast(own, 2);
    a[i + 3] = subgroupBroadcast(own, 3);
    a[i + 4] = subgroupBroadcast(own, 4);
    a[i + 5] = subgroupBroadcast(own, 5);
    a[i + 6] = subgroupBroadcast(own, 6);
    a[i + 7] = subgroupBroadcast(own, 7);
  }
}

void tile_multiply(uint slot) {
  for (uint k = 0; k < TILE_K; ++k) {
    T_compute a[THREAD_M];
    T_compute b[THREAD_N];
    uint row_a = slot * TILE_SLICE_A + k * TILE_PITCH_A;
    uint row_b = slot * TILE_SLICE_B + k * TILE_PITCH_B;
    if (SHARE_ROWS) {
      tile_share_rows(row_a, a);
    } else {
      [[unroll]] for (uint i = 0; i < THREAD_M; ++i) {
        a[i] = tile_shared_a[row_a + tile_local_row(i)];
      }
    }
    [[unroll]] for (uint j = 0; j < THREAD_N; ++j) {
      b[j] = tile_shared_b[row_b + tile_local_column(j)];
    }
    [[unroll]] for (uint i = 0; i < THREAD_M; ++i) {
      [[unroll]] for (uint j = 0; j < THREAD_N; ++j) {
        tile_sum[i * THREAD_N + j] =
            fma(a[i], b[j], tile_sum[i * THREAD_N + j]);
      }
    }
  }
}

// Sums over depths [depth_begin, depth_end). Call in uniform control flow.
void tile_product(uint depth_begin, uint depth_end) {
  [[unroll]] for (uint i = 0; i < THREAD_M * THREAD_N; ++i) {
    tile_sum[i] = T_compute(0);
  }
  if (depth_begin >= depth_end) return;
  tile_depth_end = depth_end;
  TILE_PREPARE(depth_begin, 0);
  TILE_PREPARE(depth_begin + TILE_K, 1);
  barrier();
  tile_fetch(depth_begin, 0);
  tile_stash(0);
  barrier();
  uint slot = 0;
  for (uint depth = depth_begin; depth < depth_end; depth += TILE_K) {
    bool more = depth + TILE_K < depth_end;
    if (more) {
      tile_fetch(depth + TILE_K, slot ^ 1);
      // This slot's table was read before the last barrier.
      TILE_PREPARE(depth + 2 * TILE_K, slot);
    }
    tile_multiply(slot);
    if (more) tile_stash(slot ^ 1);
    barrier();
    slot ^= 1;
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
