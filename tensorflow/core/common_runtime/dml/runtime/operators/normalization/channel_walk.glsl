// Walking all elements of tensors with what belongs to their channels held in
// variables: an invocation takes `steps` accesses, each `outer_step` further
// along the outermost dimension, along which the channel stays (unless steps is
// 1). Neighbouring invocations take neighbours in memory in each step.
#ifndef DML_CHANNEL_WALK_GLSL_
#define DML_CHANNEL_WALK_GLSL_

#include "strided.glsl"
#include "packs.glsl"

// kAccessReduced: packs of one channel; kAccessKept: of neighbouring channels.
layout(constant_id = 1) const uint ACCESS = kAccessSingle;
layout(constant_id = 2) const uint RANK = 8;

DML_SHARED struct ChannelWalk {
  uint count;  // of invocations
  uint steps;
  uint outer;  // size of the outermost dimension
  uint outer_step;
  int channel_strides[DML_MAX_RANK];
};

// Loads what a vector over channels, `at` its offset and stride, has for an
// access's elements into `pack`. Vectors are contiguous for kAccessKept.
#define DML_LOAD_CHANNELS(b, at, channel, pack)                   \
  if (ACCESS == kAccessKept) {                                      \
    for (int k = 0; k < T_PACK; ++k) {                            \
      pack.v[k >> 2][k & 3] = float_load(b, at[0] + channel + k); \
    }                                                             \
  } else {                                                        \
    pack = dml_pack_of(float_load(b, at[0] + channel * at[1]));   \
  }

#endif  // DML_CHANNEL_WALK_GLSL_
