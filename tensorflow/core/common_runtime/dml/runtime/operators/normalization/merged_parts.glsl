// Passes over all elements whose groups first get the statistics of their
// channels: from what few parts of a reduction left, which costs less than a
// launch of its own, or from the elements, where a group has all of a channel's.
// The host's side is WalkChannels() and WalkWholeChannels() in batch_norm.h.
#ifndef DML_MERGED_PARTS_GLSL_
#define DML_MERGED_PARTS_GLSL_

#include "all_reduce.glsl"
#include "reduced_walk.glsl"

// Whether a group has whole channels; no parts then.
layout(constant_id = 1) const uint WHOLE = 0;

// Whether the pass loads two accesses before it stores any: no load could pass a
// store otherwise. Two packs of 8 are more than Intel's registers hold.
const bool TAKES_PAIRS = T_VECTORS == 1;

// Outputs of an invocation in each vector of a pack, and vectors in use.
const uint VECTOR_OUTPUTS = ACCESS == kAccessKept ? 4 : 1;
const int VECTORS = ACCESS == kAccessKept ? T_VECTORS : 1;

// Defines V name(V mine, uint count, uint lanes, uint lane_stride): `combine`
// over the values of the first `count` lanes of this invocation's slot, for
// each of its lanes. To be called by the whole group, for which one lane does
// it: a tree, in which all lanes combine, is more work, and pays for more
// values. `tree` names the shared memory of a DML_ALL_REDUCE() of V.
#define DML_MERGE_LANES(name, tree, V, combine)                           \
  V name(V mine, uint count, uint lanes, uint lane_stride) {              \
    const uint me = gl_LocalInvocationID.x;                               \
    const uint lane = lane_of(lanes, lane_stride);                        \
    barrier(); /* the last call's values have been read */                \
    tree[me] = mine;                                                      \
    barrier();                                                            \
    if (lane == 0) {                                                      \
      for (uint i = 1; i < count; ++i) {                                  \
        mine = combine(mine, tree[me + i * lane_stride]);                 \
      }                                                                   \
      tree[me] = mine;                                                    \
    }                                                                     \
    barrier();                                                            \
    return tree[me - lane * lane_stride];                                 \
  }

// Loads what a vector over channels, `at` its offset and stride, has for the
// outputs of an invocation, from channel `c` on.
#define DML_LOAD_OUTPUTS(b, at, c, pack)                                   \
  {                                                                        \
    pack = dml_pack_of(float_load(b, at[0] + (c) * at[1]));                \
    for (int k = 1; k < int(OUTPUTS); ++k) {                               \
      pack.v[k >> 2][k & 3] = float_load(b, at[0] + ((c) + k) * at[1]);    \
    }                                                                      \
  }

// A vector's value for each element of an access.
vec4 dml_of_elements(vec4 of_outputs) {
  return ACCESS == kAccessKept ? of_outputs : vec4(of_outputs.x);
}

#endif  // DML_MERGED_PARTS_GLSL_
