// What reductions fold by, and how a group's invocations fold what they found. To
// be included behind OPERATION, a constant that is DML_REDUCE_SUM, PRODUCT, MAX,
// MIN or SUM_SQUARE; other reductions are these, with something done at the end.
#ifndef DML_REDUCE_FOLD_GLSL_
#define DML_REDUCE_FOLD_GLSL_

#include "all_reduce.glsl"
#include "reduced_walk.glsl"
#if T_IS_COMPLEX
#include "complex.glsl"
#else
#include "limits.glsl"
#endif

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

int reduced_strides[DML_MAX_RANK];

#endif  // DML_REDUCE_FOLD_GLSL_
