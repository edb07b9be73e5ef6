// The register-blocked matrix product that GEMM and convolution share:
//   C[m, n] = sum over k of A[m, k] * B[k, n]
// A work group computes a TILE_M x TILE_N tile of C, an invocation a
// THREAD_M x THREAD_N part of it in registers. Slices of A and B, TILE_K deep,
// pass through shared memory, doubly buffered: while one is multiplied, the
// next is on its way from memory to registers, and one barrier a slice is
// enough. All of TILE_* and THREAD_* are powers of two; an operator's choice
// comes from tile_table.h. Nothing depends on the subgroup's size, but
// in the form with LANES, see tile_product_lanes(). With DML_PACKED, an element of
// shared memory is a pair of depths (tile_config.glsl).
//
// The program includes tile_config.glsl, then defines, before including this
// file, with indices relative to C as above and to the tile ("local"):
//   TILE_start         the type of what TILE_START_A gives
//   TILE_START_A(row, local_row, local_depth)   what of an element's address
//   TILE_START_B(column, local_depth)           stays from slice to slice; an int
//   TILE_LOAD_A(start, first_depth, local_depth)    the TILE_element in the slice
//   TILE_LOAD_B(start, first_depth, local_depth)    that begins at first_depth
//   TILE_LOAD_A4(start, first_depth, local_depth)   four of them
//   TILE_LOAD_B4(start, first_depth, local_depth)
// A "4" form loads the elements that follow in the order of loading, when the
// operator found them contiguous and aligned, and their number a multiple of 4.
//   TILE_PREPARED      the depths that a call of TILE_PREPARE is for, at least
//                      TILE_K; 0: there is nothing to prepare
//   TILE_PREPARE(first_depth, depth_end)   fills tables for that many depths from
//                      first_depth on, as far as depth_end, and keeps those of
//                      the call before; with LANES, for one slice
//   void end_row(uint i, uint row)    before the elements of the invocation's
//                                     i-th row, in uniform control flow
//   void end_element(uint row, uint column, T_compute v)   stores a sum
//
// tile_run() sums up, then gives away what is within the limits.

shared TILE_shared tile_shared_a[LANES ? 1 : 2 * TILE_SLICE_A];
shared TILE_shared tile_shared_b[LANES ? 1 : 2 * TILE_SLICE_B];
shared T_compute4 tile_shared_sum[LANES ? TILE_M * TILE_N / 4 : 1];

#include "tile_fetch.glsl"

T_compute tile_sum[THREAD_M * THREAD_N];

uint tile_thread_m() {
  uint thread = gl_LocalInvocationIndex;
  return C_ORDER == 0 ? thread / TILE_THREADS_N : thread % TILE_THREADS_M;
}
uint tile_thread_n() {
  uint thread = gl_LocalInvocationIndex;
  return C_ORDER == 0 ? thread % TILE_THREADS_N : thread / TILE_THREADS_M;
}
// The place of the invocation's i-th row, and of its j-th column, after its first.
uint tile_run_row(uint i) {
  return (i / TILE_RUN_M) * (TILE_THREADS_M * TILE_RUN_M) + i % TILE_RUN_M;
}
uint tile_run_column(uint j) {
  return (j / TILE_RUN_N) * (TILE_THREADS_N * TILE_RUN_N) + j % TILE_RUN_N;
}
uint tile_local_row(uint i) {
  return tile_thread_m() * TILE_RUN_M + tile_run_row(i);
}
uint tile_local_column(uint j) {
  return tile_thread_n() * TILE_RUN_N + tile_run_column(j);
}
uint tile_row(uint i) { return tile_first_row + tile_local_row(i); }
uint tile_column(uint j) { return tile_first_column + tile_local_column(j); }

// Registers to shared memory; depth is the slow index there. `next`: what this
// invocation loaded, in the order of `order`.
#ifdef DML_PACKED
#define TILE_ELEMENT(next, at, order, width)           \
  ((order) == 0 ? f16vec2(next[at], next[(at) + 1])    \
                : f16vec2(next[at], next[(at) + width]))
#else
#define TILE_ELEMENT(next, at, order, width) next[at]
#endif
#define TILE_STASH(slices, slice, pitch, next, loads, order, width, extent)      \
  {                                                                              \
    const uint run = tile_run_of_loads(order, width);                            \
    const uint stride = order == 0 ? TILE_DEPTHS : 1;                            \
    [[unroll]] for (uint l = 0; l < loads; l += run) {                           \
      uvec2 at = tile_position(l, order, width, extent);                         \
      uint to = slot * slice + at.y / TILE_DEPTHS * pitch + at.x;                \
      [[unroll]] for (uint e = 0; e < run * width / TILE_DEPTHS; ++e) {          \
        slices[to + e * (order == 0 ? pitch : 1)] =                              \
            TILE_ELEMENT(next, l * width + e * stride, order, width);            \
      }                                                                          \
    }                                                                            \
  }
void tile_stash(uint slot) {
  TILE_STASH(tile_shared_a, TILE_SLICE_A, TILE_PITCH_A, tile_next_a, TILE_LOADS_A,
             A_ORDER, A_WIDTH, TILE_M)
  TILE_STASH(tile_shared_b, TILE_SLICE_B, TILE_PITCH_B, tile_next_b, TILE_LOADS_B,
             B_ORDER, B_WIDTH, TILE_N)
}

void tile_multiply(uint slot) {
  // What is not known to the compiler of an address is added up once.
  uint first_a = slot * TILE_SLICE_A + tile_thread_m() * TILE_RUN_M;
  uint first_b = slot * TILE_SLICE_B + tile_thread_n() * TILE_RUN_N;
  for (uint k = 0; k < TILE_LENGTH; k += TILE_STEPS) {
    [[unroll]] for (uint step = 0; step < TILE_STEPS; ++step) {
      TILE_shared a[THREAD_M];
      TILE_shared b[THREAD_N];
      [[unroll]] for (uint i = 0; i < THREAD_M; ++i) {
        a[i] = tile_shared_a[first_a + (step * TILE_PITCH_A + tile_run_row(i))];
      }
      [[unroll]] for (uint j = 0; j < THREAD_N; ++j) {
        b[j] = tile_shared_b[first_b + (step * TILE_PITCH_B + tile_run_column(j))];
      }
      [[unroll]] for (uint i = 0; i < THREAD_M; ++i) {
        [[unroll]] for (uint j = 0; j < THREAD_N; ++j) {
          tile_sum[i * THREAD_N + j] =
              TILE_multiply_add(a[i], b[j], tile_sum[i * THREAD_N + j]);
        }
      }
    }
    first_a += TILE_STEPS * TILE_PITCH_A;
    first_b += TILE_STEPS * TILE_PITCH_B;
  }
}

#ifndef DML_PACKED
// The form with LANES: a group is one subgroup and has all rows of the tile in
// every invocation, columns across them. Of A, an invocation loads the depth
// that has its own number and gives it to the others by shuffles; nothing goes
// through shared memory and nobody waits. It is for drivers that execute an
// access to memory one lane after the other and a barrier as a switch of
// fibers, but a shuffle as one vector instruction.
void tile_product_lanes(uint depth_begin, uint depth_end) {
  for (uint depth = depth_begin; depth < depth_end; depth += TILE_K) {
    TILE_PREPARE(depth, depth_end);
    uint own = min(gl_LocalInvocationIndex, depth_end - 1 - depth);
    T_compute a[THREAD_M];
    [[unroll]] for (uint i = 0; i < THREAD_M; ++i) {
      uint row = min(tile_row(i), tile_rows - 1);
      a[i] = TILE_LOAD_A(TILE_START_A(row, i, own), depth, own);
    }
    uint steps = min(TILE_K, depth_end - depth);
    for (uint k = 0; k < steps; ++k) {
      T_compute b[THREAD_N];
      [[unroll]] for (uint j = 0; j < THREAD_N; ++j) {
        uint column = min(tile_column(j), tile_columns - 1);
        b[j] = TILE_LOAD_B(TILE_START_B(column, k), depth, k);
      }
      [[unroll]] for (uint i = 0; i < THREAD_M; ++i) {
        T_compute row_a = TILE_shuffle(a[i], k);
        [[unroll]] for (uint j = 0; j < THREAD_N; ++j) {
          tile_sum[i * THREAD_N + j] =
              TILE_multiply_add(row_a, b[j], tile_sum[i * THREAD_N + j]);
        }
      }
    }
  }
}
#endif

// Sums over depths [depth_begin, depth_end).
void tile_product(uint depth_begin, uint depth_end) {
  [[unroll]] for (uint i = 0; i < THREAD_M * THREAD_N; ++i) {
    tile_sum[i] = T_compute(0);
  }
  if (depth_begin >= depth_end) return;
#ifndef DML_PACKED
  if (LANES) {
    tile_product_lanes(depth_begin, depth_end);
    return;
  }
#endif
  tile_slices(depth_begin, depth_end);
}

// With LANES, sums are many and the driver compiles slowly: they pass through
// memory that only their invocation touches, to a loop that is not unrolled.
void tile_end_lanes() {
  const uint quads = THREAD_N / 4;
  [[unroll]] for (uint i = 0; i < THREAD_M * quads; ++i) {
    tile_shared_sum[i * TILE_THREADS + gl_LocalInvocationIndex] =
        T_compute4(tile_sum[i * 4], tile_sum[i * 4 + 1], tile_sum[i * 4 + 2],
                   tile_sum[i * 4 + 3]);
  }
  for (uint i = 0; i < THREAD_M; ++i) {
    uint row = tile_row(i);
    end_row(i, row);
    for (uint j = 0; j < THREAD_N; ++j) {
      uint column = tile_column(j);
      uint quad = (i * quads + j / 4) * TILE_THREADS + gl_LocalInvocationIndex;
      T_compute v = tile_shared_sum[quad][j % 4];
      if (row < tile_rows && column < tile_columns) end_element(row, column, v);
    }
  }
}

void tile_end() {
  if (LANES) {
    tile_end_lanes();
    return;
  }
  [[unroll]] for (uint i = 0; i < THREAD_M; ++i) {
    uint row = tile_row(i);
    end_row(i, row);
    [[unroll]] for (uint j = 0; j < THREAD_N; ++j) {
      uint column = tile_column(j);
      if (row < tile_rows && column < tile_columns) {
        end_element(row, column, tile_sum[i * THREAD_N + j]);
      }
    }
  }
}

// Call in uniform control flow.
void tile_run(uint depth_begin, uint depth_end) {
  tile_product(depth_begin, depth_end);
  tile_end();
}
