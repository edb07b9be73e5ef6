// Reduces some dimensions of a tensor, or one part of them: a large reduction
// with few outputs goes in two passes, of which the first writes the results
// of `splits` parts to scratch memory, unfinished, as [splits, outputs].
//
// T: the input's type, U: the output's. Accumulates in T_compute.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"
#include "reduced_walk.glsl"
#if T_IS_COMPLEX
#include "complex.glsl"
#else
#include "limits.glsl"
#endif

layout(constant_id = 1) const uint OPERATION = DML_REDUCE_SUM;

DML_PARAMETERS_BEGIN
  TBuffer x;
  UBuffer y;
  int x_offset;
  int y_offset;
  uint outputs;
  uint elements;  // that make one output
  uint count;     // accesses that make one
  uint splits;    // parts of them,
  uint chunk;     // of so many accesses
  uint lanes;
  uint lane_stride;
  // What to do at the end: nothing but store when splits > 1.
  uint divide;  // by the count
  uint root;
  float scale;
  uint kept_rank;
  StridedIndex kept;
  int kept_x_strides[DML_MAX_RANK];
  int kept_y_strides[DML_MAX_RANK];
  StridedIndex reduced;
  int reduced_strides[DML_MAX_RANK];
DML_PARAMETERS_END

#include "reduce_fold.glsl"

DML_HELD(TBuffer, x_data);

T_pack load(int origin, uint i) {
  T_pack x;
  DML_LOAD_ACCESS(ACCESS, x_data,
                  origin + dml_reduced_offset(i, reduced_strides), x)
  [[unroll]] for (int k = 0; k < T_PACK; ++k) {
    if (OPERATION == DML_REDUCE_SUM_SQUARE && k < int(ITEMS)) {
      DML_ITEM(x, k) = square(DML_ITEM(x, k));
    }
  }
  return x;
}

#define REDUCE_HOLD DML_HOLD(x_data, p.x);
#define REDUCE_STORE(i, v) U_store(p.y, i, v)
#define REDUCE_STORE_PART(i, v) U_store(p.y, i, v)
#include "reduce_main.glsl"
