// y[i] += how many of the int32 x are i. Where the counts fit into shared memory
// (SHARED), each group counts its part of x there first, so that many equal
// values do not queue up for one word.
#version 460
#include "dml.glsl"

layout(constant_id = 1) const bool SHARED = false;

DML_PARAMETERS_BEGIN
  IntBuffer x;
  WordBuffer y;
  uint count;
  uint bins;
  uint chunk;  // values of a group
  int x_offset;
  int x_stride;
  int y_offset;
  int y_stride;
DML_PARAMETERS_END

DML_SHARED const uint kSharedBins = 4096;
shared uint counts[kSharedBins];

void main() {
  const uint width = gl_WorkGroupSize.x;
  const uint lane = gl_LocalInvocationID.x;
  // The product may pass 2^32 in surplus groups.
  if (dml_group() > p.count / p.chunk) return;
  const uint first = dml_group() * p.chunk;
  const uint end = min(first + p.chunk, p.count);
  if (SHARED) {
    for (uint i = lane; i < p.bins; i += width) counts[i] = 0;
    barrier();
  }
  for (uint i = first + lane; i < end; i += width) {
    const uint value = uint(int_load(p.x, p.x_offset + int(i) * p.x_stride));
    if (value >= p.bins) continue;  // negative numbers are large ones
    if (SHARED) {
      atomicAdd(counts[value], 1);
    } else {
      word_add(p.y, p.y_offset + int(value) * p.y_stride, 1);
    }
  }
  if (SHARED) {
    barrier();
    for (uint i = lane; i < p.bins; i += width) {
      if (counts[i] != 0) {
        word_add(p.y, p.y_offset + int(i) * p.y_stride, counts[i]);
      }
    }
  }
}
