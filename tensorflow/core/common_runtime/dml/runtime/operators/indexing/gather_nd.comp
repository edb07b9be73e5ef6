// y[i, j] = x[row(i), j], 0 where an index is out of range: indices [count,
// DEPTH] are places in a tensor of DEPTH dimensions, whose elements in row-major
// order are the rows. T is an unsigned type of the elements' size, U that of the
// indices.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "index_vectors.glsl"
#include "strided.glsl"

// Whether rows lie farther from each other than 32 bits count elements.
layout(constant_id = 1) const bool FAR = false;
layout(constant_id = 2) const uint DEPTH = 1;

DML_PARAMETERS_BEGIN
  TBuffer x;
  UBuffer indices;
  TBuffer y;
  uint total;  // elements of y
  uint inner;
  FastDivisor by_inner;
  int x_strides[2];
  int y_strides[2];
  int index_strides[2];
  int x_offset;
  int y_offset;
  int index_offset;
  uint sizes[DML_MAX_RANK];  // of the dimensions that indices are places in
DML_PARAMETERS_END

void main() {
  const uint width = gl_WorkGroupSize.x;
  const uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    const uint e = first + k * width;
    if (e >= p.total) return;
    const uint i =
        dml_fast_divide(e, p.by_inner.multiplier, p.by_inner.shift);
    const int j = int(e - i * p.inner);
    uint row;
    bool inside;
    DML_ROW_OF_VECTOR(row, inside, p.indices,
                      p.index_offset + int(i) * p.index_strides[0],
                      p.index_strides[1], DEPTH, p.sizes)
    T_storage made = T_storage(0);
    if (inside) {
      const int at = p.x_offset + j * p.x_strides[1];
      if (FAR) {
        made = T_load_far_raw(p.x, row, uint(p.x_strides[0]), at);
      } else {
        made = T_load_raw(p.x, at + int(row) * p.x_strides[0]);
      }
    }
    T_store_raw(p.y,
                p.y_offset + int(i) * p.y_strides[0] + j * p.y_strides[1],
                made);
  }
}
