// y[o, d, i] = indices[o, i] == d ? on : off. T is an unsigned type of the
// elements' size, U that of the indices.
#version 460
#include "dml.glsl"
#include "strided.glsl"

DML_PARAMETERS_BEGIN
  UBuffer indices;
  TBuffer on;
  TBuffer off;
  TBuffer y;
  uint total;  // elements of y
  InnerIndex index;  // depth, inner
  int index_strides[2];
  int y_strides[3];
  int index_offset;
  int y_offset;
DML_PARAMETERS_END

void main() {
  const uint width = gl_WorkGroupSize.x;
  uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  if (first >= p.total) return;
  T_storage on = T_load_raw(p.on, 0);
  T_storage off = T_load_raw(p.off, 0);
  for (uint k = 0; k < 4; ++k) {
    uint rest = first + k * width;
    if (rest >= p.total) return;
    int inner;
    uint depth;
    {
      DML_NEXT_COORDINATE(coordinate, rest, 1)
      inner = int(coordinate);
    }
    {
      DML_NEXT_COORDINATE(coordinate, rest, 0)
      depth = coordinate;
    }
    int outer = int(rest);
    U_compute index =
        U_load(p.indices, p.index_offset + outer * p.index_strides[0] +
                              inner * p.index_strides[1]);
    bool hit = U_compute(index) == U_compute(depth);
    T_store_raw(p.y,
                p.y_offset + outer * p.y_strides[0] +
                    int(depth) * p.y_strides[1] + inner * p.y_strides[2],
                hit ? on : off);
  }
}
