// Up to 7 element-wise operations one after another on each element, as
// chain.comp does them, and a reduction of what one of them gives, as reduce.comp
// does it: both to the bit, in one launch. Each element is computed once, by the
// invocation that reduces it, which also writes the values that `stored` has a
// bit for. No other invocation reads these.
//
// T: the type of what is reduced; U: the other one. Parts of reductions are
// float32 either way.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"

layout(constant_id = 1) const uint INPUTS = 0;
layout(constant_id = 2) const uint STEP_0 = 0;
layout(constant_id = 3) const uint STEP_1 = 0;
layout(constant_id = 4) const uint STEP_2 = 0;
layout(constant_id = 5) const uint STEP_3 = 0;
layout(constant_id = 6) const uint STEP_4 = 0;
layout(constant_id = 7) const uint STEP_5 = 0;
layout(constant_id = 8) const uint STEP_6 = 0;
// The reduction, as scheduler/chain_word.h and TailOfReduction() of
// elementwise/chain_programs.h say it.
layout(constant_id = 9) const uint TAIL = 0;

const uint OPERATION = TAIL & 255u;
const uint VALUE = TAIL >> 8 & 15u;  // that is reduced
#define DML_WALK_CONSTANTS
const uint ACCESS = TAIL >> 12 & 3u;  // packs, of either kind
const uint RANK = TAIL >> 16 & 15u;
#include "reductions/reduce_fold.glsl"

DML_PARAMETERS_BEGIN
  TBuffer sources[8];
  TBuffer results[8];  // the last one: of the reduction
  // As in chain.comp.
  uint stored;
  uint zero;
  float parameters[8];
  uint divisors[8];
  uint moduli[8];
  uint seed[6];
  // As in reduce.comp.
  int x_offset;
  int y_offset;
  uint outputs;
  uint elements;
  uint count;
  uint splits;
  uint chunk;
  uint lanes;
  uint lane_stride;
  uint divide;
  uint root;
  float scale;
  uint kept_rank;
  StridedIndex kept;
  int kept_x_strides[DML_MAX_RANK];
  int kept_y_strides[DML_MAX_RANK];
  StridedIndex reduced;
  int reduced_strides[DML_MAX_RANK];
DML_PARAMETERS_END

#include "chain.glsl"

#define CHAIN_STEP(k, word)                               \
  if (word != 0u) {                                       \
    do_step(word, k, i);                                  \
    if ((p.stored >> k & 1u) != 0u) {                     \
      CHAIN_STORE4(p.results[k], (word >> 20), values[k]) \
    }                                                     \
  }

// Of the value that is reduced, four elements from i on.
T_compute4 evaluate(const uint i) {
  CHAIN_STEP(0, STEP_0)
  CHAIN_STEP(1, STEP_1)
  CHAIN_STEP(2, STEP_2)
  CHAIN_STEP(3, STEP_3)
  CHAIN_STEP(4, STEP_4)
  CHAIN_STEP(5, STEP_5)
  CHAIN_STEP(6, STEP_6)
  return values[VALUE];
}

T_pack load(int origin, uint i) {
  const uint at = uint(origin + dml_reduced_offset(i, reduced_strides));
  T_pack x;
  [[unroll]] for (int v = 0; v < T_VECTORS; ++v) {
    x.v[v] = evaluate(at + 4 * uint(v));
  }
  return x;
}

#define REDUCE_LOADS_SINGLY
#define REDUCE_HOLD
#define REDUCE_STORE(i, v) T_store(p.results[7], i, v)
#define REDUCE_STORE_PART(i, v) CHAIN_FLOAT32_STORE(p.results[7], i, v)
#include "reductions/reduce_main.glsl"
