// Passes over all elements whose groups first merge what few parts of a
// reduction left of their channels: less than a launch of its own costs. The
// host's side is WalkChannels() in batch_norm.h.
#ifndef DML_MERGED_PARTS_GLSL_
#define DML_MERGED_PARTS_GLSL_

#include "all_reduce.glsl"
#include "reduced_walk.glsl"

// Outputs of an invocation in each vector of a pack, and vectors in use.
const uint VECTOR_OUTPUTS = ACCESS == kAccessKept ? 4 : 1;
const int VECTORS = ACCESS == kAccessKept ? T_VECTORS : 1;

// Defines V name(V mine, uint count, uint lanes, uint lane_stride): `combine`
// over the values of the first `count` lanes of this invocation's slot, for
// each of its lanes. To be called by the whole group, for which one lane does
// it: a tree, in which all lanes combine, is more work, and pays for more
// values. `found` names its shared memory.
#define DML_MERGE_LANES(name, found, V, combine)                          \
  shared V found[kGroupSize];                                             \
  V name(V mine, uint count, uint lanes, uint lane_stride) {              \
    const uint me = gl_LocalInvocationID.x;                               \
    const uint lane = lane_of(lanes, lane_stride);                        \
    barrier(); /* the last call's values have been read */                \
    found[me] = mine;                                                     \
    barrier();                                                            \
    if (lane == 0) {                                                      \
      for (uint i = 1; i < count; ++i) {                                  \
        mine = combine(mine, found[me + i * lane_stride]);                \
      }                                                                   \
      found[me] = mine;                                                   \
    }                                                                     \
    barrier();                                                            \
    return found[me - lane * lane_stride];                                \
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
