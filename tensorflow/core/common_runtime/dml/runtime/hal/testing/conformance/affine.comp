// y[i] = factor * x[i] + term + constant_id 1, for i below count.
#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_scalar_block_layout : require

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint kAdded = 0;

layout(buffer_reference, scalar) buffer Words { uint at[]; };

struct Parameters {
  Words x;
  Words y;
  uint count;
  uint factor;
  uint term;
};
#ifdef IN_MEMORY
layout(buffer_reference, scalar) readonly buffer Block { Parameters p; };
layout(push_constant, scalar) uniform Push { Block block; };
#define p block.p
#else
layout(push_constant, scalar) uniform Push { Parameters p; };
#endif

void main() {
  const uint group = gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
  const uint i = group * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
  if (i < p.count) p.y.at[i] = p.factor * p.x.at[i] + p.term + kAdded;
}
