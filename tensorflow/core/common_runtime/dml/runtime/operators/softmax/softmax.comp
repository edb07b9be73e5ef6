// Softmax, or its logarithm, of each row: y = exp(x - max) / sum, or
// x - max - log(sum), with sum = sum of exp(x - max).
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"
#include "math_t.glsl"

layout(constant_id = 1) const bool LOG = false;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  int x_offset;
  int y_offset;
  uint rows;
  uint count;  // accesses of a row
  int x_stride;  // from one to the next
  int y_stride;
  uint lanes;
  uint lane_stride;
  uint rank;
  StridedIndex index;
  int x_strides[DML_MAX_RANK];
  int y_strides[DML_MAX_RANK];
DML_PARAMETERS_END

#include "softmax.glsl"

DML_HELD(TBuffer, x_data);
DML_HELD(TBuffer, y_data);
int x_row;
int y_row;
int x_stride;
int y_stride;

T_pack load(uint i) {
  T_pack x;
  DML_LOAD_ACCESS(ACCESS, x_data, x_row + int(i) * x_stride, x)
  return x;
}

void store(uint i, T_pack y) {
  DML_STORE_ACCESS(ACCESS, y_data, y_row + int(i) * y_stride, y)
}

void main() {
  DML_HOLD(x_data, p.x);
  DML_HOLD(y_data, p.y);
  x_stride = p.x_stride;
  y_stride = p.y_stride;
  x_row = p.x_offset;
  y_row = p.y_offset;
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, p.lane_stride);
  const uint row =
      dml_group() * (kGroupSize / lanes) + slot_of(lanes, p.lane_stride);
  const uint end = row < p.rows ? p.count : 0;
  const uint near = min(row, p.rows - 1);
  DML_ADD_OFFSET(x_row, near, p.rank, p.index, p.x_strides)
  DML_ADD_OFFSET(y_row, near, p.rank, p.index, p.y_strides)

  if (HELD == 0) {
    T_compute highest, sum;
    read_row(lane, end, lanes, p.lane_stride, highest, sum);
    const T_compute factor = LOG ? dml_log(sum) : T_compute(1) / sum;
    for (uint i = lane; i < end; i += lanes) {
      T_pack y = shift_items(load(i), highest);
      if (!LOG) y = exp_items(y);
      [[unroll]] for (int k = 0; k < int(ITEMS); ++k) {
        const T_compute value = DML_ITEM(y, k);
        DML_ITEM(y, k) = LOG ? value - factor : value * factor;
      }
      store(i, y);
    }
    return;
  }

  T_pack held[kMaxHeld];
  T_compute highest = -dml_inf();
  [[unroll]] for (int h = 0; h < int(HELD); ++h) {
    held[h] = load_or_nothing(lane + h * lanes, end);
  }
  [[unroll]] for (int h = 0; h < int(HELD); ++h) {
    highest = maximum(highest, max_of_items(held[h]));
  }
  highest = max_of_row(highest, lanes, p.lane_stride);

  T_compute sum = T_compute(0);
  [[unroll]] for (int h = 0; h < int(HELD); ++h) {
    held[h] = shift_items(held[h], highest);
    const T_pack powers = exp_items(held[h]);
    if (!LOG) held[h] = powers;
    sum += sum_of_items(powers);
  }
  sum = sum_of_row(sum, lanes, p.lane_stride);

  const T_compute factor = LOG ? dml_log(sum) : T_compute(1) / sum;
  [[unroll]] for (int h = 0; h < int(HELD); ++h) {
    const uint i = lane + h * lanes;
    if (i >= end) break;
    [[unroll]] for (int k = 0; k < int(ITEMS); ++k) {
      DML_ITEM(held[h], k) = LOG ? DML_ITEM(held[h], k) - factor
                                 : DML_ITEM(held[h], k) * factor;
    }
    store(i, held[h]);
  }
}
