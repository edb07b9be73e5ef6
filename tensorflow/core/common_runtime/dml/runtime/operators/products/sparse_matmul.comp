// y[rows[i], j] += values[i] * b[inner[i], j] for each i in order, NaN where
// inner[i] is no row of b.
#version 460
#include "dml.glsl"
#include "row_walk.glsl"

DML_PARAMETERS_BEGIN
  UBuffer rows;
  UBuffer inner;
  TBuffer values;
  TBuffer b;
  TBuffer y;
  RowWalk walk;
  uint b_rows;
  int row_stride;
  int inner_stride;
  int value_stride;
  int b_strides[2];
  int y_strides[2];
  int row_offset;
  int inner_offset;
  int value_offset;
  int b_offset;
  int y_offset;
DML_PARAMETERS_END

uint row_of_update(uint i) {
  U_compute row = U_load(p.rows, p.row_offset + int(i) * p.row_stride);
  return row >= U_compute(0) && row < U_compute(p.walk.rows) ? uint(row)
                                                             : DML_NO_ROW;
}

void apply_update(uint row, uint column, uint i) {
  int at = p.y_offset + int(row) * p.y_strides[0] +
           int(column) * p.y_strides[1];
  U_compute k = U_load(p.inner, p.inner_offset + int(i) * p.inner_stride);
  T_compute product = T_compute(uintBitsToFloat(0x7fc00000u));
  if (k >= U_compute(0) && k < U_compute(p.b_rows)) {
    product =
        T_load(p.values, p.value_offset + int(i) * p.value_stride) *
        T_load(p.b, p.b_offset + int(k) * p.b_strides[0] +
                        int(column) * p.b_strides[1]);
  }
  T_store(p.y, at, T_load(p.y, at) + product);
}

void main() { dml_walk_rows(p.walk); }
