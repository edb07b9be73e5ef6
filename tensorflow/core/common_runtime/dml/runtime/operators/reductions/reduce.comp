// Reduces some dimensions of a tensor, or one part of them: a large reduction
// with few outputs goes in two passes, of which the first writes the results
// of `splits` parts to scratch memory, unfinished, as [splits, outputs].
//
// T: the input's type, U: the output's. Accumulates in T_compute.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"
#if T_IS_COMPLEX
#include "complex.glsl"
#else
#include "limits.glsl"
#endif

// DML_REDUCE_SUM, PRODUCT, MAX, MIN or SUM_SQUARE; the others are these, with
// something done at the end.
layout(constant_id = 1) const uint OPERATION = DML_REDUCE_SUM;

DML_PARAMETERS_BEGIN
  TBuffer x;
  UBuffer y;
  int x_offset;
  int y_offset;
  uint outputs;
  uint count;   // elements that make one output
  uint splits;  // parts of them,
  uint chunk;   // of so many elements
  uint lanes;
  uint lane_stride;
  // What to do at the end: nothing but store when splits > 1.
  uint divide;  // by the count
  uint root;
  float scale;
  uint kept_rank;
  uint kept_sizes[DML_MAX_RANK];
  int kept_x_strides[DML_MAX_RANK];
  int kept_y_strides[DML_MAX_RANK];
  uint reduced_rank;
  uint reduced_sizes[DML_MAX_RANK];
  int reduced_strides[DML_MAX_RANK];
DML_PARAMETERS_END

#if T_IS_COMPLEX
T_compute identity() {
  return complex_of(T_part(OPERATION == DML_REDUCE_PRODUCT ? 1 : 0));
}

T_compute combine(T_compute a, T_compute b) {
  return OPERATION == DML_REDUCE_PRODUCT ? complex_multiply(a, b) : a + b;
}

// |z|^2
T_compute square(T_compute z) { return complex_of(dot(z, z)); }
#else
T_compute identity() {
  if (OPERATION == DML_REDUCE_PRODUCT) return T_compute(1);
  if (OPERATION == DML_REDUCE_MAX) return T_LOWEST;
  if (OPERATION == DML_REDUCE_MIN) return T_HIGHEST;
  return T_compute(0);
}

// `a` is never NaN for MAX and MIN, and a NaN in `b` is passed over.
T_compute combine(T_compute a, T_compute b) {
  if (OPERATION == DML_REDUCE_PRODUCT) return a * b;
  if (OPERATION == DML_REDUCE_MAX) return b > a ? b : a;
  if (OPERATION == DML_REDUCE_MIN) return b < a ? b : a;
  return a + b;
}

T_compute square(T_compute x) { return x * x; }
#endif

DML_ALL_REDUCE(combine_lanes, tree, T_compute, combine)

T_compute accumulate(T_compute a, int origin, uint i) {
  int offset = origin;
  DML_ADD_OFFSET(offset, i, p.reduced_rank, p.reduced_sizes, p.reduced_strides)
  const T_compute value = T_load(p.x, offset);
  return combine(a,
                 OPERATION == DML_REDUCE_SUM_SQUARE ? square(value) : value);
}

#if T_IS_COMPLEX
#define EMPTY_MEAN T_compute(0)
#else
#define EMPTY_MEAN T_compute(uintBitsToFloat(0x7fc00000u))
#endif

T_compute finish(T_compute value) {
#if T_IS_FLOAT || T_IS_COMPLEX
  if (p.divide != 0) {
    value = p.count == 0 ? EMPTY_MEAN
                         : value / T_compute(p.count);
  }
  if (p.root != 0) value = sqrt(value);
  return value * T_compute(p.scale);
#else
  if (p.divide == 0) return value;
  return p.count == 0 ? T_compute(0) : value / T_compute(p.count);
#endif
}

void main() {
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint part = dml_group() - block * p.splits;
  const uint o = block * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  const bool inside = o < p.outputs;

  int origin = p.x_offset;
  uint i = 0;
  uint end = 0;
  if (inside) {
    DML_ADD_OFFSET(origin, o, p.kept_rank, p.kept_sizes, p.kept_x_strides)
    i = part * p.chunk + lane;
    end = min((part + 1) * p.chunk, p.count);
  }
  // Four sums a lane: independent loads, and shorter chains of rounding.
  T_compute a = identity();
  T_compute b = a;
  T_compute c = a;
  T_compute d = a;
  for (; i + 3 * lanes < end; i += 4 * lanes) {
    a = accumulate(a, origin, i);
    b = accumulate(b, origin, i + lanes);
    c = accumulate(c, origin, i + 2 * lanes);
    d = accumulate(d, origin, i + 3 * lanes);
  }
  for (; i < end; i += lanes) a = accumulate(a, origin, i);
  a = combine_lanes(combine(combine(a, b), combine(c, d)), lanes,
                    p.lane_stride);

  if (!inside || lane != 0) return;
  if (p.splits > 1) {
    U_store(p.y, part * p.outputs + o, a);
  } else {
    int offset = p.y_offset;
    DML_ADD_OFFSET(offset, o, p.kept_rank, p.kept_sizes, p.kept_y_strides)
    U_store(p.y, offset, finish(a));
  }
}
