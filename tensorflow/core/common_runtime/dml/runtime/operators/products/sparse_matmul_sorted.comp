// sparse_matmul.comp of entries in the order of their rows: sorted_walk.glsl.
#version 460
#include "dml.glsl"
#include "sorted_walk.glsl"

DML_PARAMETERS_BEGIN
  WordBuffer rows;
  WordBuffer positions;
  SumBuffer partial;
  UBuffer inner;
  TBuffer values;
  TBuffer b;
  TBuffer y;
  SortedWalk walk;
  uint b_rows;
  int inner_stride;
  int value_stride;
  int b_strides[2];
  int y_strides[2];
  int inner_offset;
  int value_offset;
  int b_offset;
  int y_offset;
DML_PARAMETERS_END

DML_WALK_SORTED

T_compute update_of(uint position, uint column) {
  const U_compute k =
      U_load(p.inner, p.inner_offset + int(position) * p.inner_stride);
  if (k < U_compute(0) || k >= U_compute(p.b_rows)) {
    return T_compute(uintBitsToFloat(0x7fc00000u));
  }
  return T_load(p.values, p.value_offset + int(position) * p.value_stride) *
         T_load(p.b, p.b_offset + int(k) * p.b_strides[0] +
                         int(column) * p.b_strides[1]);
}

void add_to_row(uint row, uint column, T_compute sum) {
  const int at = p.y_offset + int(row) * p.y_strides[0] +
                 int(column) * p.y_strides[1];
  T_store(p.y, at, T_load(p.y, at) + sum);
}

void main() { dml_walk_sorted(); }
