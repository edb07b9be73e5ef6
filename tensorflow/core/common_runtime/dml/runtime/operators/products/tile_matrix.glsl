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
// before each element.

// How many elements that follow one another in depth an invocation loads of a
// slice of `extent` x TILE_K, and puts into shared memory at once: 2, 4 or 8. The
// operator sees to it that there are two.
uint tile_depth_run(uint order, uint width, uint extent) {
  uint loads = extent * TILE_K / (TILE_THREADS * width);
  return min(order == 0 ? loads * width : loads, 8);
}

// See tile_fetch.glsl.
uvec2 tile_position(uint l, uint order, uint width, uint extent) {
  uint run = tile_depth_run(order, width, extent) / (order == 0 ? width : 1);
  uint at = gl_LocalInvocationIndex + l / run * TILE_THREADS;
  uint next = l % run;
  if (order == 0) {
    uint across = TILE_K / (width * run);
    return uvec2(at / across, (at % across * run + next) * width);
  }
  uint across = extent / width;
  return uvec2(at % across * width, at / across * run + next);
}

#include "tile_fetch.glsl"

// A slice in shared memory has depth as its fast index, whatever it was in
// memory: then what an invocation takes of a matrix lies in a piece, and comes by
// loads of 16 bytes. Rows are multiples of 16 bytes, which is the alignment that
// loads of matrices ask for, and eight of them in a row begin in banks of their
// own. Places are counted in pieces of eight elements, so that what is known to
// compilers of an address is an offset of the access.
const uint SLICE_PITCH = (TILE_K + 8) / 8;
const uint SLICE_A = TILE_M * SLICE_PITCH;
const uint SLICE_B = TILE_N * SLICE_PITCH;
const uint FRAGMENTS_M = THREAD_M / MATRIX_M;
const uint FRAGMENTS_N = THREAD_N / MATRIX_N;
const uint FRAGMENTS = FRAGMENTS_M * FRAGMENTS_N;
const uint FRAGMENT = MATRIX_M * MATRIX_N;

// Of eight float16 each.
shared uvec4 tile_shared_a[2 * SLICE_A];
shared uvec4 tile_shared_b[2 * SLICE_B];
// For each subgroup, the fragment whose sums become elements of C.
shared float tile_shared_sum[TILE_SUBGROUPS * FRAGMENT];

#define MATRIX_A coopmat<float16_t, gl_ScopeSubgroup, MATRIX_M, MATRIX_K, gl_MatrixUseA>
#define MATRIX_B coopmat<float16_t, gl_ScopeSubgroup, MATRIX_K, MATRIX_N, gl_MatrixUseB>
#define MATRIX_C coopmat<float, gl_ScopeSubgroup, MATRIX_M, MATRIX_N, gl_MatrixUseAccumulator>

// Stores `run` elements that follow one another in depth, 2, 4 or 8 of them, to
// the piece `to`, from its element `at` on, a multiple of `run`; next(e) is the
// element e.
#define TILE_PAIR(next, e) packFloat2x16(f16vec2(next(e), next((e) + 1)))
#define TILE_STASH(slices, to, at, run, next)                                \
  if (run == 8) {                                                            \
    slices[to] = uvec4(TILE_PAIR(next, 0), TILE_PAIR(next, 2 % run),         \
                       TILE_PAIR(next, 4 % run), TILE_PAIR(next, 6 % run));  \
  } else {                                                                   \
    [[unroll]] for (uint e = 0; e < run; e += 2) {                           \
      slices[to][((at) + e) / 2] = TILE_PAIR(next, e);                       \
    }                                                                        \
  }

// Element e of `next`, which loads of `width` made.
#define TILE_ITEM(next, width, e)                           \
  unpackFloat2x16(next[(e) * TILE_VALUES(width) / (width)]) \
      [(width) == 4 ? (e) % 2 : 0]

// Registers to shared memory. What an invocation loaded are runs in depth of
// one row (or column) with order 0, else of as many as a load has elements.
void tile_stash(uint slot) {
  const uint run_a = tile_depth_run(A_ORDER, A_WIDTH, TILE_M);
  const uint rows = A_ORDER == 0 ? 1 : A_WIDTH;
  [[unroll]] for (uint l = 0; l < TILE_LOADS_A; l += run_a * rows / A_WIDTH) {
    uvec2 at = tile_position(l, A_ORDER, A_WIDTH, TILE_M);
    uint first = slot * SLICE_A + at.x * SLICE_PITCH + at.y / 8;
    [[unroll]] for (uint r = 0; r < rows; ++r) {
#define TILE_NEXT_A(e) \
  TILE_ITEM(tile_next_a, A_WIDTH, l * A_WIDTH + (e) * rows + r)
      TILE_STASH(tile_shared_a, first + r * SLICE_PITCH, at.y % 8, run_a,
                 TILE_NEXT_A)
    }
  }
  const uint run_b = tile_depth_run(B_ORDER, B_WIDTH, TILE_N);
  const uint columns = B_ORDER == 0 ? 1 : B_WIDTH;
  [[unroll]] for (uint l = 0; l < TILE_LOADS_B;
                  l += run_b * columns / B_WIDTH) {
    uvec2 at = tile_position(l, B_ORDER, B_WIDTH, TILE_N);
    uint first = slot * SLICE_B + at.x * SLICE_PITCH + at.y / 8;
    [[unroll]] for (uint r = 0; r < columns; ++r) {
#define TILE_NEXT_B(e) \
  TILE_ITEM(tile_next_b, B_WIDTH, l * B_WIDTH + (e) * columns + r)
      TILE_STASH(tile_shared_b, first + r * SLICE_PITCH, at.y % 8, run_b,
                 TILE_NEXT_B)
    }
  }
}

MATRIX_C tile_sum[FRAGMENTS];

// Where the subgroup's part of the tile begins.
uint subgroup_row() { return gl_SubgroupID / TILE_THREADS_N * THREAD_M; }
uint subgroup_column() { return gl_SubgroupID % TILE_THREADS_N * THREAD_N; }

void tile_multiply(uint slot) {
  [[unroll]] for (uint k = 0; k < TILE_K; k += MATRIX_K) {
    MATRIX_A a[FRAGMENTS_M];
    [[unroll]] for (uint i = 0; i < FRAGMENTS_M; ++i) {
      uint at = slot * SLICE_A + subgroup_row() * SLICE_PITCH;
      coopMatLoad(a[i], tile_shared_a,
                  at + (i * MATRIX_M * SLICE_PITCH + k / 8), SLICE_PITCH,
                  gl_CooperativeMatrixLayoutRowMajor);
    }
    [[unroll]] for (uint j = 0; j < FRAGMENTS_N; ++j) {
      MATRIX_B b;
      uint at = slot * SLICE_B + subgroup_column() * SLICE_PITCH;
      coopMatLoad(b, tile_shared_b,
                  at + (j * MATRIX_N * SLICE_PITCH + k / 8), SLICE_PITCH,
                  gl_CooperativeMatrixLayoutColumnMajor);
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
  // which element is which. The loop stays one, and takes of the sums, which are
  // in registers, the one whose turn it is.
  const uint own = gl_SubgroupID * FRAGMENT;
  [[dont_unroll]] for (uint f = 0; f < FRAGMENTS; ++f) {
    [[unroll]] for (uint i = 0; i < FRAGMENTS; ++i) {
      if (i == f) {
        if (C_ORDER == 0) {
          coopMatStore(tile_sum[i], tile_shared_sum, own, MATRIX_N,
                       gl_CooperativeMatrixLayoutRowMajor);
        } else {
          coopMatStore(tile_sum[i], tile_shared_sum, own, MATRIX_M,
                       gl_CooperativeMatrixLayoutColumnMajor);
        }
      }
    }
    barrier();
    uvec2 first = uvec2(subgroup_row() + f / FRAGMENTS_N * MATRIX_M,
                        subgroup_column() + f % FRAGMENTS_N * MATRIX_N);
    [[dont_unroll]] for (uint e = gl_SubgroupInvocationID; e < FRAGMENT;
                         e += SUBGROUP) {
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
