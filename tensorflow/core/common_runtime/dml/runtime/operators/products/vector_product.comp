// Products of a vector and a matrix of few columns, such as dot products: a tile
// would be computed for a few of its elements. Lanes share out the depth of each
// element, as those of reductions do (all_reduce.glsl).
//
// Deep products of few elements are cut into `splits`, whose sums split_reduce
// adds up.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"

#if defined(T_f16) || defined(T_f32)
#define SumBuffer FloatBuffer
#define sum_store(b, i, v) float_store(b, i, v)
#else
#define SumBuffer TBuffer
#define sum_store(b, i, v) T_store(b, i, v)
#endif

DML_PARAMETERS_BEGIN
  TBuffer a;          // [batches, k]
  TBuffer b;          // [batches, k, n]
  TBuffer c;          // [batches, n]
  SumBuffer partial;  // with several splits: [splits, outputs]
  uint outputs;       // of all batches
  uint n;
  uint k;
  uint splits;
  uint chunk;
  uint lanes;
  uint lane_stride;
  int a_offset;
  int b_offset;
  int c_offset;
  int a_depth;
  int b_depth;
  int b_column;
  int c_column;
  uint batch_rank;
  StridedIndex batch;
  int a_batch[DML_MAX_RANK];
  int b_batch[DML_MAX_RANK];
  int c_batch[DML_MAX_RANK];
DML_PARAMETERS_END

T_compute added(T_compute x, T_compute y) { return x + y; }

DML_ALL_REDUCE(sum_of_lanes, tree, T_compute, added)

// Held: some drivers read a parameter block in memory anew at each use.
DML_HELD(TBuffer, a_data);
DML_HELD(TBuffer, b_data);

void main() {
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint part = dml_group() - block * p.splits;
  const uint o = block * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  const bool inside = o < p.outputs;
  const uint number = o / p.n;
  const int column = int(o - number * p.n);
  DML_HOLD(a_data, p.a);
  DML_HOLD(b_data, p.b);

  T_compute sum = T_compute(0);
  if (inside) {
    int a_at = p.a_offset;
    int b_at = p.b_offset + column * p.b_column;
    DML_ADD_OFFSET(a_at, number, p.batch_rank, p.batch, p.a_batch)
    DML_ADD_OFFSET(b_at, number, p.batch_rank, p.batch, p.b_batch)
    const uint begin = part * p.chunk;
    const uint end = min(begin + p.chunk, p.k);
    const int a_depth = p.a_depth, b_depth = p.b_depth;
    for (uint i = begin + lane; i < end; i += lanes) {
      sum += T_load(a_data, a_at + int(i) * a_depth) *
             T_load(b_data, b_at + int(i) * b_depth);
    }
  }
  sum = sum_of_lanes(sum, lanes, p.lane_stride);
  if (!inside || lane != 0) return;
  if (p.splits > 1) {
    sum_store(p.partial, part * p.outputs + o, sum);
    return;
  }
  int c_at = p.c_offset + column * p.c_column;
  DML_ADD_OFFSET(c_at, number, p.batch_rank, p.batch, p.c_batch)
  T_store(p.c, c_at, sum);
}
