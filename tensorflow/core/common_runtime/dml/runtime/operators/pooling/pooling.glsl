// What the pooling programs share: geometry. Tensors are [batch, channels,
// depth, height, width] by strides; fewer spatial dimensions come with leading
// ones of size 1. Include after dml.glsl, then declare the parameters, among
// them a PoolingGeometry `g`, then include pooling_index.glsl.
#ifndef DML_POOLING_GLSL_
#define DML_POOLING_GLSL_

#include "strided.glsl"

DML_SHARED struct PoolingGeometry {
  uint count;          // invocations' elements in all
  uint channels_last;  // the order in which to walk them
  uint batch;
  uint channels;
  // FastDivisors of channels, and of the sizes in space that are walked.
  uint channel_multiplier;
  uint channel_shift;
  uint multipliers[3];
  uint shifts[3];
  // And of the strides.
  uint stride_multipliers[3];
  uint stride_shifts[3];
  int input_size[3];
  int output_size[3];
  int window[3];
  int stride[3];
  int pad_before[3];
};

// Where a tensor lies.
DML_SHARED struct PooledTensor {
  int offset;
  int strides[5];
};

// batch, channel, and a place in space.
struct Element {
  int n;
  int c;
  ivec3 at;
};

// Half open.
struct Box {
  ivec3 begin;
  ivec3 end;
};

#endif  // DML_POOLING_GLSL_
