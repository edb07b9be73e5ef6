// The matrix product of tile_product.glsl for adapters with units that multiply
// whole matrices: a subgroup together multiplies MATRIX_M x MATRIX_K of A by
// MATRIX_K x MATRIX_N of B, float16 both, and sums up in float32.
// A work group computes a TILE_M x TILE_N tile of C, each of its subgroups a
// THREAD_M x THREAD_N part, which is MATRIX_M x MATRIX_N fragments in registers.
// Slices of A and B pass through shared memory as in tile_product.glsl; that is
// also what edges need, since matrices are loaded whole, and beyond an edge only
// shared memory holds zeros.
//
// The program defines the same as for tile_product.glsl, with two differences:
// loads are of float16, and end_row(i, row), with i relative to the tile, comes
// before each element. All sizes of shared arrays are multiples of 16 bytes, as
// is every row, which is the alignment that loads of matrices ask for.

#include "tile_fetch.glsl"

// A slice is laid out in shared memory as in memory, so that four elements that
// were loaded at once are stored at once: with order 0 depth is the fast index,
// else the row or column.
const uint SLICE_PITCH_A = (A_ORDER == 0 ? TILE_K : TILE_M) + 8;
const uint SLICE_PITCH_B = (B_ORDER == 0 ? TILE_K : TILE_N) + 8;
const uint SLICE_A = (A_ORDER == 0 ? TILE_M : TILE_K) * SLICE_PITCH_A;
const uint SLICE_B = (B_ORDER == 0 ? TILE_N : TILE_K) * SLICE_PITCH_B;
const uint FRAGMENTS_M = THREAD_M / MATRIX_M;
const uint FRAGMENTS_N = THREAD_N / MATRIX_N;
const uint FRAGMENT = MATRIX_M * MATRIX_N;

shared f16vec4 tile_shared_a[2 * SLICE_A / 4];
shared f16vec4 tile_shared_b[2 * SLICE_B / 4];
// For each subgroup, the fragment whose sums become elements of C.
shared float tile_shared_sum[TILE_SUBGROUPS * FRAGMENT];

#define MATRIX_A coopmat<float16_t, gl_ScopeSubgroup, MATRIX_M, MATRIX_K, gl_MatrixUseA>
#define MATRIX_B coopmat<float16_t, gl_ScopeSubgroup, MATRIX_K, MATRIX_N, gl_MatrixUseB>
#define MATRIX_C coopmat<float, gl_ScopeSubgroup, MATRIX_M, MATRIX_N, gl_MatrixUseAccumulator>

// The index in a slice of the element at `at.x` along its extent and depth
// `at.y`.
uint slice_at(uvec2 at, uint order, uint pitch) {
  return order == 0 ? at.x * pitch + at.y : at.y * pitch + at.x;
}

// Registers to shared memory.
void tile_stash(uint slot) {
  [[unroll]] for (uint l = 0; l < TILE_LOADS_A; ++l) {
    uint at = slot * SLICE_A +
              slice_at(tile_position(l, A_ORDER, A_WIDTH, TILE_M), A_ORDER,
                       SLICE_PITCH_A);
    if (A_WIDTH == 4) {
      tile_shared_a[at / 4] =
          f16vec4(tile_next_a[l * 4], tile_next_a[l * 4 + 1],
                  tile_next_a[l * 4 + 2], tile_next_a[l * 4 + 3]);
    } else {
      tile_shared_a[at / 4][at % 4] = tile_next_a[l];
    }
  }
  [[unroll]] for (uint l = 0; l < TILE_LOADS_B; ++l) {
    uint at = slot * SLICE_B +
              slice_at(tile_position(l, B_ORDER, B_WIDTH, TILE_N), B_ORDER,
                       SLICE_PITCH_B);
    if (B_WIDTH == 4) {
      tile_shared_b[at / 4] =
          f16vec4(tile_next_b[l * 4], tile_next_b[l * 4 + 1],
                  tile_next_b[l * 4 + 2], tile_next_b[l * 4 + 3]);
    } else {
      tile_shared_b[at / 4][at % 4] = tile_next_b[l];
    }
  }
}

const uint FRAGMENTS = FRAGMENTS_M * FRAGMENTS_N;
MATRIX_C tile_sum[FRAGMENTS];

// Where the subgroup's part of the tile begins.
uint subgroup_row() { return gl_SubgroupID / TILE_THREADS_N * THREAD_M; }
uint subgroup_column() { return gl_SubgroupID % TILE_THREADS_N * THREAD_N; }

void tile_multiply(uint slot) {
  [[unroll]] for (uint k = 0; k < TILE_K; k += MATRIX_K) {
    MATRIX_A a[FRAGMENTS_M];
    [[unroll]] for (uint i = 0; i < FRAGMENTS_M; ++i) {
      uint at = (slot * SLICE_A +
                 slice_at(uvec2(subgroup_row() + i * MATRIX_M, k), A_ORDER,
                          SLICE_PITCH_A)) / 4;
      if (A_ORDER == 0) {
        coopMatLoad(a[i], tile_shared_a, at, SLICE_PITCH_A / 4,
                    gl_CooperativeMatrixLayoutRowMajor);
      } else {
        coopMatLoad(a[i], tile_shared_a, at, SLICE_PITCH_A / 4,
                    gl_CooperativeMatrixLayoutColumnMajor);
      }
    }
    [[unroll]] for (uint j = 0; j < FRAGMENTS_N; ++j) {
      MATRIX_B b;
      uint at = (slot * SLICE_B +
                 slice_at(uvec2(subgroup_column() + j * MATRIX_N, k), B_ORDER,
                          SLICE_PITCH_B)) / 4;
      if (B_ORDER == 0) {
        coopMatLoad(b, tile_shared_b, at, SLICE_PITCH_B / 4,
                    gl_CooperativeMatrixLayoutColumnMajor);
      } else {
        coopMatLoad(b, tile_shared_b, at, SLICE_PITCH_B / 4,
                    gl_CooperativeMatrixLayoutRowMajor);
      }
      [[unroll]] for (uint i = 0; i < FRAGMENTS_M; ++i) {
        uint sum = i * FRAGMENTS_N + j;
        tile_sum[sum] = coopMatMulAdd(a[i], b, tile_sum[sum]);
      }
    }
  }
}

// Sums over depths [depth_begin, depth_end), then gives away what is within the
// limits. Call in uniform control flow.
void tile_run(uint depth_begin, uint depth_end) {
  // The operator asked for subgroups of this size, so this does not happen; if
  // it did, sums would be missing.
  if (gl_NumSubgroups != TILE_SUBGROUPS) return;
  [[unroll]] for (uint i = 0; i < FRAGMENTS; ++i) tile_sum[i] = MATRIX_C(0.0);
  if (depth_begin < depth_end) {
    tile_slices(depth_begin, depth_end);
    barrier();
  }

  // Fragment by fragment through shared memory, since only there it is known
  // which element is which.
  const uint own = gl_SubgroupID * FRAGMENT;
  [[unroll]] for (uint f = 0; f < FRAGMENTS; ++f) {
    if (C_ORDER == 0) {
      coopMatStore(tile_sum[f], tile_shared_sum, own, MATRIX_N,
                   gl_CooperativeMatrixLayoutRowMajor);
    } else {
      coopMatStore(tile_sum[f], tile_shared_sum, own, MATRIX_M,
                   gl_CooperativeMatrixLayoutColumnMajor);
    }
    barrier();
    uvec2 first = uvec2(subgroup_row() + f / FRAGMENTS_N * MATRIX_M,
                        subgroup_column() + f % FRAGMENTS_N * MATRIX_N);
    for (uint e = gl_SubgroupInvocationID; e < FRAGMENT; e += SUBGROUP) {
      uvec2 at = first + (C_ORDER == 0 ? uvec2(e / MATRIX_N, e % MATRIX_N)
                                       : uvec2(e % MATRIX_M, e / MATRIX_M));
      uint row = tile_first_row + at.x;
      uint column = tile_first_column + at.y;
      if (row < tile_rows && column < tile_columns) {
        end_row(at.x, row);
        end_element(row, column, tile_shared_sum[own + e]);
      }
    }
    barrier();
  }
}
