// Up to 8 element-wise operations one after another on each element. The
// scheduler makes these launches of single ones (scheduler/chain_list.h).
//
// A launch does the first `steps` of them, and writes those values that
// `stored` has a bit for; others were to be written to memory that nobody
// reads.
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
layout(constant_id = 9) const uint STEP_7 = 0;

DML_PARAMETERS_BEGIN
  TBuffer sources[8];
  TBuffer results[8];
  uint count;
  uint steps;
  uint stored;
  uint zero;
  float parameters[8];  // of the steps
  uint divisors[8];     // of the inputs' spreads
  uint moduli[8];
  uint seed[6];  // of the step that draws numbers: counter, key
DML_PARAMETERS_END

#include "chain.glsl"

#define CHAIN_STORE(b, type, v)                                       \
  if (whole) {                                                        \
    CHAIN_STORE4(b, type, v)                                          \
  } else {                                                            \
    for (uint e = 0; e < p.count - i; ++e) {                          \
      if (type == CHAIN_FLOAT32) CHAIN_FLOAT32_STORE(b, i + e, v[e]); \
      if (type == CHAIN_FLOAT16) CHAIN_FLOAT16_STORE(b, i + e, v[e]); \
      if (type == CHAIN_BOOL) byte_store(b, i + e, uint(v[e]));       \
    }                                                                 \
  }

#define CHAIN_STEP(k, word)                              \
  if (word != 0u && k < p.steps) {                       \
    do_step(word, k, i);                                 \
    if ((p.stored >> k & 1u) != 0u) {                    \
      CHAIN_STORE(p.results[k], (word >> 20), values[k]) \
    }                                                    \
  }

void main() {
  const uint i = 4 * dml_global();
  if (i >= p.count) return;
  const bool whole = i + 4 <= p.count;
  CHAIN_STEP(0, STEP_0)
  CHAIN_STEP(1, STEP_1)
  CHAIN_STEP(2, STEP_2)
  CHAIN_STEP(3, STEP_3)
  CHAIN_STEP(4, STEP_4)
  CHAIN_STEP(5, STEP_5)
  CHAIN_STEP(6, STEP_6)
  CHAIN_STEP(7, STEP_7)
}
