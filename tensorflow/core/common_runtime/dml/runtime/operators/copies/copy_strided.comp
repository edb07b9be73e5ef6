// y = x between tensors of any strides; T is an unsigned type of their size.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "strided.glsl"

layout(constant_id = 1) const uint RANK = 8;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  uint count;
  StridedIndex index;
  int x_offset;
  int y_offset;
  int x_strides[DML_MAX_RANK];
  int y_strides[DML_MAX_RANK];
DML_PARAMETERS_END

void main() {
  const uint width = gl_WorkGroupSize.x;
  uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    uint rest = first + k * width;
    if (rest >= p.count) return;
    int from = p.x_offset;
    int to = p.y_offset;
    for (int d = int(RANK) - 1; d > 0; --d) {
      DML_NEXT_COORDINATE(coordinate, rest, d)
      from += int(coordinate) * p.x_strides[d];
      to += int(coordinate) * p.y_strides[d];
    }
    from += int(rest) * p.x_strides[0];
    to += int(rest) * p.y_strides[0];
    T_store_raw(p.y, to, T_load_raw(p.x, from));
  }
}
