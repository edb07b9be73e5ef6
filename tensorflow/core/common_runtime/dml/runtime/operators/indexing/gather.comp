// y[o, i, j] = x[o, indices[i], j], 0 where the index is out of range; BATCHED:
// indices[b, i], where each batch has as many o. T is an unsigned type of the
// elements' size, U that of the indices.
#version 460
#include "dml.glsl"
#include "strided.glsl"

// Whether rows lie farther from each other than 32 bits count elements.
layout(constant_id = 1) const bool FAR = false;
layout(constant_id = 2) const bool BATCHED = false;

DML_PARAMETERS_BEGIN
  TBuffer x;
  UBuffer indices;
  TBuffer y;
  uint total;  // elements of y
  uint rows;
  InnerIndex index;  // of y: i, j
  int x_strides[3];
  int y_strides[3];
  int index_stride;
  int batch_stride;  // of indices
  FastDivisor by_batch;
  int x_offset;
  int y_offset;
  int index_offset;
DML_PARAMETERS_END

void main() {
  const uint width = gl_WorkGroupSize.x;
  uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    uint rest = first + k * width;
    if (rest >= p.total) return;
    int j, i;
    {
      DML_NEXT_COORDINATE(coordinate, rest, 1)
      j = int(coordinate);
    }
    {
      DML_NEXT_COORDINATE(coordinate, rest, 0)
      i = int(coordinate);
    }
    int o = int(rest);
    int place = p.index_offset + i * p.index_stride;
    if (BATCHED) {
      place += int(dml_fast_divide(uint(o), p.by_batch.multiplier,
                                   p.by_batch.shift)) *
               p.batch_stride;
    }
    U_compute row = U_load(p.indices, place);
    T_storage made = T_storage(0);
    if (row >= U_compute(0) && row < U_compute(p.rows)) {
      int at = p.x_offset + o * p.x_strides[0] + j * p.x_strides[2];
      if (FAR) {
        made = T_load_far_raw(p.x, uint(row), uint(p.x_strides[1]), at);
      } else {
        made = T_load_raw(p.x, at + int(row) * p.x_strides[1]);
      }
    }
    T_store_raw(p.y,
                p.y_offset + o * p.y_strides[0] + i * p.y_strides[1] +
                    j * p.y_strides[2],
                made);
  }
}
