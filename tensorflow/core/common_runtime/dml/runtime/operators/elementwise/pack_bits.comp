// y[i] = the 8 bools of x[i] as bits, the first on top.
#version 460
#include "dml.glsl"

DML_PARAMETERS_BEGIN
  ByteBuffer x;
  ByteBuffer y;
  uint count;
  int x_offset;
  int x_strides[2];
  int y_offset;
  int y_stride;
DML_PARAMETERS_END

void main() {
  const uint width = gl_WorkGroupSize.x;
  const uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    const uint i = first + k * width;
    if (i >= p.count) return;
    int from = p.x_offset + int(i) * p.x_strides[0];
    uint bits = 0;
    for (int b = 0; b < 8; ++b) {
      bits = bits << 1 | byte_load(p.x, from);
      from += p.x_strides[1];
    }
    byte_store(p.y, p.y_offset + int(i) * p.y_stride, bits);
  }
}
