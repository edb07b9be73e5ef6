// Tridiagonal matrices times matrices: with x[b, r, c] 0 outside of its rows,
//   y[b, r, c] = lower[b, r] x[b, r - 1, c] + middle[b, r] x[b, r, c] +
//                upper[b, r] x[b, r + 1, c]
#version 460
#include "dml.glsl"
#include "field.glsl"

DML_PARAMETERS_BEGIN
  TBuffer upper;
  TBuffer middle;
  TBuffer lower;
  TBuffer x;
  TBuffer y;
  uint count;  // elements of y
  uint rows;
  uint columns;
  int diagonal_strides[3][2];
  int x_strides[3];
  int y_strides[3];
  int offsets[5];
DML_PARAMETERS_END

void make(uint i) {
  const uint line = i / p.columns;
  const int c = int(i - line * p.columns);
  const int b = int(line / p.rows);
  const int r = int(line) - b * int(p.rows);
  const int x_at = p.offsets[3] + b * p.x_strides[0] + r * p.x_strides[1] +
                   c * p.x_strides[2];
  int at[3];
  for (int d = 0; d < 3; ++d) {
    at[d] = p.offsets[d] + b * p.diagonal_strides[d][0] +
            r * p.diagonal_strides[d][1];
  }
  T_compute sum = field_multiply(T_load(p.middle, at[1]), T_load(p.x, x_at));
  if (r > 0) {
    sum += field_multiply(T_load(p.lower, at[2]),
                          T_load(p.x, x_at - p.x_strides[1]));
  }
  if (r + 1 < int(p.rows)) {
    sum += field_multiply(T_load(p.upper, at[0]),
                          T_load(p.x, x_at + p.x_strides[1]));
  }
  T_store(p.y,
          p.offsets[4] + b * p.y_strides[0] + r * p.y_strides[1] +
              c * p.y_strides[2],
          sum);
}

void main() {
  const uint width = gl_WorkGroupSize.x;
  const uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    const uint i = first + k * width;
    if (i < p.count) make(i);
  }
}
