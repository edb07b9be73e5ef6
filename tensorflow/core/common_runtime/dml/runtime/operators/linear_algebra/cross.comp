// z[i] = the cross product of x[i] and y[i], vectors of 3.
#version 460
#include "dml.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  TBuffer z;
  uint rows;
  int offsets[3];
  int strides[3][2];
DML_PARAMETERS_END

T_compute[3] load(TBuffer from, int tensor, uint row) {
  const int at = p.offsets[tensor] + int(row) * p.strides[tensor][0];
  const int stride = p.strides[tensor][1];
  return T_compute[3](T_load(from, at), T_load(from, at + stride),
                      T_load(from, at + 2 * stride));
}

void main() {
  const uint width = gl_WorkGroupSize.x;
  const uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    const uint row = first + k * width;
    if (row >= p.rows) return;
    const T_compute x[3] = load(p.x, 0, row);
    const T_compute y[3] = load(p.y, 1, row);
    int at = p.offsets[2] + int(row) * p.strides[2][0];
    for (int i = 0; i < 3; ++i) {
      const int a = i == 2 ? 0 : i + 1;
      const int b = 3 - i - a;
      // Equal products cancel out.
      precise T_compute minuend = x[a] * y[b];
      precise T_compute subtrahend = x[b] * y[a];
      T_store(p.z, at, minuend - subtrahend);
      at += p.strides[2][1];
    }
  }
}
