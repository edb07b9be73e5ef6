// Softmax, or its logarithm, of each row: y = exp(x - max) / sum, or
// x - max - log(sum), with sum = sum of exp(x - max).
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"
#include "math_t.glsl"
#include "softmax.glsl"

layout(constant_id = 1) const bool LOG = false;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  int x_offset;
  int y_offset;
  uint rows;
  uint count;  // elements in a row
  int x_stride;
  int y_stride;
  uint lanes;
  uint lane_stride;
  uint rank;
  uint sizes[DML_MAX_RANK];
  int x_strides[DML_MAX_RANK];
  int y_strides[DML_MAX_RANK];
DML_PARAMETERS_END

void main() {
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint row =
      dml_group() * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  int x = p.x_offset;
  int y = p.y_offset;
  uint end = 0;
  if (row < p.rows) {
    DML_ADD_OFFSET(x, row, p.rank, p.sizes, p.x_strides)
    DML_ADD_OFFSET(y, row, p.rank, p.sizes, p.y_strides)
    end = p.count;
  }

  T_compute highest = -dml_inf();
  for (uint i = lane; i < end; i += lanes) {
    highest = maximum(highest, T_load(p.x, x + int(i) * p.x_stride));
  }
  highest = max_of_lanes(highest, lanes, p.lane_stride);

  T_compute sum = T_compute(0);
  for (uint i = lane; i < end; i += lanes) {
    sum += dml_exp(T_load(p.x, x + int(i) * p.x_stride) - highest);
  }
  sum = sum_of_lanes(sum, lanes, p.lane_stride);

  const T_compute factor = LOG ? dml_log(sum) : T_compute(1) / sum;
  for (uint i = lane; i < end; i += lanes) {
    const T_compute shifted =
        T_load(p.x, x + int(i) * p.x_stride) - highest;
    T_store(p.y, y + int(i) * p.y_stride,
            LOG ? shifted - factor : dml_exp(shifted) * factor);
  }
}
