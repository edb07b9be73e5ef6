// One step of an optimizer, in place: see optimizer_steps.glsl.
#version 460
#include "dml.glsl"

layout(constant_id = 1) const bool FLAG = false;

DML_PARAMETERS_BEGIN
  TBuffer t[DML_TENSORS];
  uint count;
DML_PARAMETERS_END

#include "optimizer_steps.glsl"

void main() {
  const uint width = gl_WorkGroupSize.x;
  uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    uint i = first + k * width;
    if (i < p.count) update(i, i);
  }
}
