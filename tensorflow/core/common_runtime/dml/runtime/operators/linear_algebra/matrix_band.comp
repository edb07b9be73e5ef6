// Bands of matrices: y[b, r, c] is an element of x where the mode has one for
// it, else that of z at the same place. Moves bits.
//   DML_BAND_KEEP      x[b, r, c] where lower <= c - r <= upper
//   DML_BAND_UNPACK    x[b, upper - (c - r), min(r, c)] where the same holds
//   DML_BAND_PACK      row r of y is diagonal d = upper - r of x, from its
//                      upper left end on
#version 460
#include "dml.glsl"
#include "strided.glsl"

layout(constant_id = 1) const uint MODE = 0;  // a dml_band_mode

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer z;
  TBuffer y;
  uint count;  // elements of y
  uint rows;
  uint columns;
  FastDivisor row_divisor;
  FastDivisor column_divisor;
  int lower;
  int upper;
  int x_rows;
  int x_columns;
  int x_strides[3];
  int z_strides[3];
  int y_strides[3];
  int x_offset;
  int z_offset;
  int y_offset;
DML_PARAMETERS_END

void move(uint i) {
  uint line = dml_fast_divide(i, p.column_divisor.multiplier,
                              p.column_divisor.shift);
  uint batch = dml_fast_divide(line, p.row_divisor.multiplier,
                               p.row_divisor.shift);
  int b = int(batch);
  int r = int(line - batch * p.rows);
  int c = int(i - line * p.columns);
  ivec2 from = ivec2(r, c);
  bool inside;
  if (MODE == DML_BAND_PACK) {
    int d = p.upper - r;
    from = ivec2(c + max(-d, 0), c + max(d, 0));
    inside = from.x < p.x_rows && from.y < p.x_columns;
  } else {
    int d = c - r;
    inside = p.lower <= d && d <= p.upper;
    if (MODE == DML_BAND_UNPACK) from = ivec2(p.upper - d, min(r, c));
  }
  T_storage value;
  if (inside) {
    value =
        T_load_raw(p.x, p.x_offset + b * p.x_strides[0] +
                            from.x * p.x_strides[1] + from.y * p.x_strides[2]);
  } else {
    value = T_load_raw(p.z, p.z_offset + b * p.z_strides[0] +
                                r * p.z_strides[1] + c * p.z_strides[2]);
  }
  T_store_raw(
      p.y,
      p.y_offset + b * p.y_strides[0] + r * p.y_strides[1] + c * p.y_strides[2],
      value);
}

void main() {
  const uint width = gl_WorkGroupSize.x;
  uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    uint i = first + k * width;
    if (i < p.count) move(i);
  }
}
