// y[r, 0, c] = x[r, c] and y[r, 1, c] = i x[r, c], or of the conjugate of x: the
// matrix by which a real product multiplies complex numbers, see
// complex_gemm.cc. x has any strides, y no gaps.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "complex.glsl"
#include "strided.glsl"

layout(constant_id = 1) const uint RANK = 8;
layout(constant_id = 2) const bool CONJUGATE = false;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  uint count;
  uint columns;
  StridedIndex index;
  int x_offset;
  int x_strides[DML_MAX_RANK];
DML_PARAMETERS_END

void main() {
  const uint width = gl_WorkGroupSize.x;
  uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    uint i = first + k * width;
    if (i >= p.count) return;
    uint rest = i;
    int from = p.x_offset;
    for (int d = int(RANK) - 1; d > 0; --d) {
      DML_NEXT_COORDINATE(coordinate, rest, d)
      from += int(coordinate) * p.x_strides[d];
    }
    from += int(rest) * p.x_strides[0];
    T_compute z = T_load(p.x, from);
    if (CONJUGATE) z = complex_conjugate(z);
    uint to = i / p.columns * p.columns + i;
    T_store(p.y, to, z);
    T_store(p.y, to + p.columns, complex_times_i(z));
  }
}
