#version 450
// c = activation(alpha * a x b + beta * c + bias), batched. Transposes and
// broadcasts are strides. With more than one part, each part of k goes to
// `partial` [batch, part, m, n] and split_reduce.comp does the rest.
// Groups: batch * parts * tiles, see tile_index().
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "tile_config.glsl"
#include "epilogue.glsl"

DML_PARAMETERS_BEGIN
  TBuffer a;
  TBuffer b;
  TBuffer c;
  TBuffer bias;
  PartialBuffer partial;
  uint m, n, k;
  uint parts, depth_a_part;  // depth_a_part: a multiple of TILE_K
  uint batches, batch_rank;
  uint batch_sizes[6];
  int a_batch[6], b_batch[6], c_batch[6], bias_batch[6];
  int a_offset, b_offset, c_offset, bias_offset;
  int a_row, a_depth;
  int b_depth, b_column;
  int c_row, c_column;
  int bias_row, bias_column;
  uint has_bias, activation;
  uvec2 alpha, beta;  // a double, or a float in x: as T_compute
DML_PARAMETERS_END

int a_base, b_base;

#define TILE_LOAD_A(row, depth, local_row, local_depth, slot) \
  T_load(p.a, a_base + int(row) * p.a_row + int(depth) * p.a_depth)
#define TILE_LOAD_A4(row, depth, local_row, local_depth, slot) \
  T_load4(p.a, a_base + int(row) * p.a_row + int(depth) * p.a_depth)
#define TILE_LOAD_B(depth, column, local_depth, slot) \
  T_load(p.b, b_base + int(depth) * p.b_depth + int(column) * p.b_column)
#define TILE_LOAD_B4(depth, column, local_depth, slot) \
  T_load4(p.b, b_base + int(depth) * p.b_depth + int(column) * p.b_column)
#define TILE_PREPARE(first_depth, slot)
#include "tile_product.glsl"

void main() {
  uint tiles_m = (p.m + TILE_M - 1) / TILE_M;
  uint tiles_n = (p.n + TILE_N - 1) / TILE_N;
  TileIndex index = tile_index(tiles_m, tiles_n, p.parts);
  if (index.batch >= p.batches) return;

  a_base = p.a_offset;
  b_base = p.b_offset;
  int c_base = p.c_offset;
  int bias_base = p.bias_offset;
  uint rest = index.batch;
  for (int d = int(p.batch_rank) - 1; d >= 0; --d) {
    int at = int(rest % p.batch_sizes[d]);
    rest /= p.batch_sizes[d];
    a_base += at * p.a_batch[d];
    b_base += at * p.b_batch[d];
    c_base += at * p.c_batch[d];
    bias_base += at * p.bias_batch[d];
  }

  tile_rows = p.m;
  tile_columns = p.n;
  tile_first_row = index.row * TILE_M;
  tile_first_column = index.column * TILE_N;
  uint begin = min(index.part * p.depth_a_part, p.k);
  tile_product(begin, min(begin + p.depth_a_part, p.k));

  uint partial_base = (index.batch * p.parts + index.part) * p.m * p.n;
  T_compute alpha = SCALAR(p.alpha);
  T_compute beta = SCALAR(p.beta);
  [[unroll]] for (uint i = 0; i < THREAD_M; ++i) {
    uint row = tile_row(i);
    [[unroll]] for (uint j = 0; j < THREAD_N; ++j) {
      uint column = tile_column(j);
      if (row < p.m && column < p.n) {
        T_compute v = tile_element(i, j);
        int at = c_base + int(row) * p.c_row + int(column) * p.c_column;
        if (END == END_PARTIAL) {
          p.partial.at[partial_base + row * p.n + column] = v;
        } else if (END == END_STORE) {
          T_store(p.c, at, v);
        } else {
          v *= alpha;
          // With beta 0, c may hold anything, NaN included.
          if (beta != T_compute(0)) v += beta * T_load(p.c, at);
          if (p.has_bias != 0) {
            v += T_load(p.bias, bias_base + int(row) * p.bias_row +
                                    int(column) * p.bias_column);
          }
          T_store(p.c, at, epilogue_activate(v, p.activation));
        }
      }
    }
  }
}
