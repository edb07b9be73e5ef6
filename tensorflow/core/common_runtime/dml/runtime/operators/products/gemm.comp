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
  uvec2 alpha, beta;  // as T_compute, one of 32 bits in x
DML_PARAMETERS_END

// The parameters that the loops use, read once: some drivers read a parameter
// block in memory anew at each use.
DML_HELD(TBuffer, a_data);
DML_HELD(TBuffer, b_data);
DML_HELD(TBuffer, c_data);
DML_HELD(TBuffer, bias_data);
DML_HELD(PartialBuffer, partial_data);
int a_base, a_row, a_depth;
int b_base, b_depth, b_column;
int c_base, c_row, c_column;
int bias_base, bias_row, bias_column;
bool has_bias;
uint activation;
T_compute alpha, beta;
uint partial_base;

void end_row(uint i, uint row) {}
void end_element(uint row, uint column, T_compute v);
#define TILE_start int
#define TILE_START_A(row, local_row, local_depth) \
  (a_base + int(row) * a_row + int(local_depth) * a_depth)
#define TILE_START_B(column, local_depth) \
  (b_base + int(column) * b_column + int(local_depth) * b_depth)
#define TILE_LOAD_A(start, first_depth, local_depth) \
  TILE_load(a_data, start + int(first_depth) * a_depth)
#define TILE_LOAD_A4(start, first_depth, local_depth) \
  TILE_load4(a_data, start + int(first_depth) * a_depth)
#define TILE_LOAD_B(start, first_depth, local_depth) \
  TILE_load(b_data, start + int(first_depth) * b_depth)
#define TILE_LOAD_B4(start, first_depth, local_depth) \
  TILE_load4(b_data, start + int(first_depth) * b_depth)
#define TILE_PREPARED 0
#define TILE_PREPARE(first_depth, depth_end)
#ifdef DML_COOPERATIVE
#include "tile_matrix.glsl"
#else
#include "tile_product.glsl"
#endif

void end_element(uint row, uint column, T_compute v) {
  int at = c_base + int(row) * c_row + int(column) * c_column;
  if (END == END_PARTIAL) {
    partial_store(partial_data, partial_base + row * tile_columns + column, v);
    return;
  }
  if (END == END_FULL) {
    v *= alpha;
    // With beta 0, c may hold anything, NaN included.
    if (beta != T_compute(0)) v += beta * T_load(c_data, at);
    if (has_bias) {
      v += T_load(bias_data, bias_base + int(row) * bias_row +
                                 int(column) * bias_column);
    }
    v = epilogue_activate(v, activation);
  }
  T_store(c_data, at, v);
}

void main() {
  tile_rows = p.m;
  tile_columns = p.n;
  DML_HOLD(a_data, p.a);
  DML_HOLD(b_data, p.b);
  DML_HOLD(c_data, p.c);
  DML_HOLD(bias_data, p.bias);
  DML_HOLD(partial_data, p.partial);
  a_base = p.a_offset;
  a_row = p.a_row;
  a_depth = p.a_depth;
  b_base = p.b_offset;
  b_depth = p.b_depth;
  b_column = p.b_column;
  c_base = p.c_offset;
  c_row = p.c_row;
  c_column = p.c_column;
  bias_base = p.bias_offset;
  bias_row = p.bias_row;
  bias_column = p.bias_column;
  has_bias = p.has_bias != 0;
  activation = p.activation;
  alpha = SCALAR(p.alpha);
  beta = SCALAR(p.beta);

  uint tiles_m = (tile_rows + TILE_M - 1) / TILE_M;
  uint tiles_n = (tile_columns + TILE_N - 1) / TILE_N;
  TileIndex index = tile_index(tiles_m, tiles_n, p.parts);
  if (index.batch >= p.batches) return;

  uint rest = index.batch;
  for (int d = int(p.batch_rank) - 1; d >= 0; --d) {
    int at = int(rest % p.batch_sizes[d]);
    rest /= p.batch_sizes[d];
    a_base += at * p.a_batch[d];
    b_base += at * p.b_batch[d];
    c_base += at * p.c_batch[d];
    bias_base += at * p.bias_batch[d];
  }

  tile_first_row = index.row * TILE_M;
  tile_first_column = index.column * TILE_N;
  partial_base =
      (index.batch * p.parts + index.part) * tile_rows * tile_columns;
  uint begin = min(index.part * p.depth_a_part, p.k);
  tile_run(begin, min(begin + p.depth_a_part, p.k));
}
