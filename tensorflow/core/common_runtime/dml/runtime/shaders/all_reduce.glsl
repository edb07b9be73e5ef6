// How a group of kGroupSize invocations shares out reductions, and combines
// what its invocations found.
//
// A group computes several outputs ("slots") at once, with `lanes` invocations
// for each; slots x lanes = kGroupSize, all powers of two. Neighbouring
// invocations are neighbouring lanes when lane_stride is 1 (the reduced
// dimension is the innermost in memory) and neighbouring slots when lane_stride
// is the number of slots (a kept dimension is). Either way, neighbours read
// neighbours.
//
// The tree is of radix 16, so that 256 lanes need two levels, and uses shared
// memory only: results do not depend on the subgroup size, and 64-bit types
// and structures work like any other.
#ifndef DML_ALL_REDUCE_GLSL_
#define DML_ALL_REDUCE_GLSL_

#include "group_size.glsl"
#include "strided.glsl"

const uint kRadix = 16;

uint lane_of(uint lanes, uint lane_stride) {
  return (gl_LocalInvocationID.x / lane_stride) & (lanes - 1);
}

uint slot_of(uint lanes, uint lane_stride) {
  const uint me = gl_LocalInvocationID.x;
  return me / (lanes * lane_stride) * lane_stride + (me & (lane_stride - 1));
}

// Defines V name(V mine, uint lanes, uint lane_stride): `combine` over the
// values of all lanes of this invocation's slot, for each of them. To be
// called by the whole group. `tree` names its shared memory.
#define DML_ALL_REDUCE(name, tree, V, combine)                       \
  shared V tree[kGroupSize];                                         \
  V name(V mine, uint lanes, uint lane_stride) {                     \
    if (lanes == 1) return mine;                                     \
    const uint me = gl_LocalInvocationID.x;                          \
    const uint lane = lane_of(lanes, lane_stride);                   \
    const uint first = me - lane * lane_stride;                      \
    barrier(); /* the last call's values have been read */           \
    tree[me] = mine;                                                 \
    barrier();                                                       \
    if (lanes > kRadix) {                                            \
      /* Each of 16 lanes folds the values congruent to its own, */  \
      /* which nobody else touches. */                               \
      if (lane < kRadix) {                                           \
        V folded = mine;                                             \
        for (uint i = lane + kRadix; i < lanes; i += kRadix) {       \
          folded = combine(folded, tree[first + i * lane_stride]);   \
        }                                                            \
        tree[me] = folded;                                           \
      }                                                              \
      barrier();                                                     \
    }                                                                \
    V a = tree[first];                                               \
    V b = tree[first + lane_stride];                                 \
    if (lanes == 2) return combine(a, b);                            \
    V c = tree[first + 2 * lane_stride];                             \
    V d = tree[first + 3 * lane_stride];                             \
    /* Four chains: sums here are large, and so are their roundings. */\
    const uint count = min(lanes, kRadix);                           \
    for (uint i = 4; i < count; i += 4) {                            \
      const uint at = first + i * lane_stride;                       \
      a = combine(a, tree[at]);                                      \
      b = combine(b, tree[at + lane_stride]);                        \
      c = combine(c, tree[at + 2 * lane_stride]);                    \
      d = combine(d, tree[at + 3 * lane_stride]);                    \
    }                                                                \
    return combine(combine(a, b), combine(c, d));                    \
  }

#endif  // DML_ALL_REDUCE_GLSL_
