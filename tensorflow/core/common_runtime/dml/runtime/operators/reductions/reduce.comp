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

// DML_REDUCE_SUM, PRODUCT, MAX, MIN or SUM_SQUARE; the others are these, with
// something done at the end.
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

// Items are named by numbers that the compiler of GLSL knows: where drivers'
// have to find them, that of Mesa 26.1 for AMD crashes on packs of one item.
T_pack combine_packs(T_pack a, T_pack b) {
  [[unroll]] for (int k = 0; k < T_PACK; ++k) {
    if (k < int(ITEMS)) {
      DML_ITEM(a, k) = combine(DML_ITEM(a, k), DML_ITEM(b, k));
    }
  }
  return a;
}

DML_ALL_REDUCE(combine_lanes, tree, T_compute, combine)
DML_ALL_REDUCE(combine_pack_lanes, pack_tree, T_pack, combine_packs)

DML_HELD(TBuffer, x_data);
int reduced_strides[DML_MAX_RANK];

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

#if T_IS_COMPLEX
#define EMPTY_MEAN T_compute(0)
#else
#define EMPTY_MEAN T_compute(uintBitsToFloat(0x7fc00000u))
#endif

T_compute finish(T_compute value) {
#if T_IS_FLOAT || T_IS_COMPLEX
  if (p.divide != 0) {
    value = p.elements == 0 ? EMPTY_MEAN
                         : value / T_compute(p.elements);
  }
  if (p.root != 0) value = sqrt(value);
  return value * T_compute(p.scale);
#else
  if (p.divide == 0) return value;
  return p.elements == 0 ? T_compute(0) : value / T_compute(p.elements);
#endif
}

void main() {
  DML_HOLD(x_data, p.x);
  DML_HOLD_INDEX(dml_reduced, p.reduced, RANK)
  DML_HOLD_STRIDES(reduced_strides, p.reduced_strides, RANK)
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint block = dml_group() / p.splits;
  const uint part = dml_group() - block * p.splits;
  const uint o = OUTPUTS * (block * (kGroupSize / lanes) +
                            slot_of(lanes, p.lane_stride));
  const bool inside = o < p.outputs;

  int origin = p.x_offset;
  uint i = 0;
  uint end = 0;
  if (inside) {
    DML_ADD_OFFSET(origin, o, p.kept_rank, p.kept, p.kept_x_strides)
    i = part * p.chunk + lane;
    end = min((part + 1) * p.chunk, p.count);
  }
  // Four sums a lane: independent loads, and shorter chains of rounding.
  T_pack a = dml_pack_of(identity());
  T_pack b = a;
  T_pack c = a;
  T_pack d = a;
  for (; i + 3 * lanes < end; i += 4 * lanes) {
    const T_pack x = load(origin, i);
    const T_pack y = load(origin, i + lanes);
    const T_pack z = load(origin, i + 2 * lanes);
    const T_pack w = load(origin, i + 3 * lanes);
    a = combine_packs(a, x);
    b = combine_packs(b, y);
    c = combine_packs(c, z);
    d = combine_packs(d, w);
  }
  for (; i < end; i += lanes) a = combine_packs(a, load(origin, i));
  a = combine_packs(combine_packs(a, b), combine_packs(c, d));
  if (ACCESS == kAccessKept) {
    a = combine_pack_lanes(a, lanes, p.lane_stride);
  } else {
    if (ACCESS == kAccessReduced) {
      DML_FOLD(combine, a)
    }
    DML_ITEM(a, 0) = combine_lanes(DML_ITEM(a, 0), lanes, p.lane_stride);
  }

  if (!inside || lane != 0) return;
  if (p.splits > 1) {
    [[unroll]] for (int k = 0; k < T_PACK; ++k) {
      if (k < int(OUTPUTS)) {
        U_store(p.y, part * p.outputs + o + k, DML_ITEM(a, k));
      }
    }
  } else {
    int offset = p.y_offset;
    DML_ADD_OFFSET(offset, o, p.kept_rank, p.kept, p.kept_y_strides)
    // Outputs of a pack are neighbours in the innermost of their dimensions.
    const int stride = p.kept_y_strides[p.kept_rank - 1];
    [[unroll]] for (int k = 0; k < T_PACK; ++k) {
      if (k < int(OUTPUTS)) {
        U_store(p.y, offset + k * stride, finish(DML_ITEM(a, k)));
      }
    }
  }
}
