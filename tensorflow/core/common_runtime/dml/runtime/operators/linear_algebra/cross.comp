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

#define LOAD_VECTOR(b, at, stride)                    \
  T_compute[3](T_load(b, at), T_load(b, at + stride), \
               T_load(b, at + 2 * stride))

void main() {
  const uint width = gl_WorkGroupSize.x;
  const uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    const uint row = first + k * width;
    if (row >= p.rows) return;
    const int x_at = p.offsets[0] + int(row) * p.strides[0][0];
    const int y_at = p.offsets[1] + int(row) * p.strides[1][0];
    const T_compute x[3] = LOAD_VECTOR(p.x, x_at, p.strides[0][1]);
    const T_compute y[3] = LOAD_VECTOR(p.y, y_at, p.strides[1][1]);
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
