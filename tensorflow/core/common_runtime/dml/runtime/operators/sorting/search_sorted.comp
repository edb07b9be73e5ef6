// Where values would be inserted into sorted rows: y[r, i] is the number of
// elements of x[r] that are below v[r, i], or (UPPER) not above it.
#version 460
#include "dml.glsl"

layout(constant_id = 1) const bool UPPER = false;
layout(constant_id = 2) const bool WIDE = false;  // y is int64

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer v;
  WordBuffer y;
  uint total;  // values in all
  uint row;    // values in a row
  uint n;      // elements of a row of x
  int x_offset;
  int v_offset;
  int y_offset;
  int x_strides[2];
  int v_strides[2];
  int y_strides[2];
DML_PARAMETERS_END

void main() {
  const uint i = dml_global();
  if (i >= p.total) return;
  const int r = int(i / p.row);
  const int c = int(i - uint(r) * p.row);
  const T_compute value =
      T_load(p.v, p.v_offset + r * p.v_strides[0] + c * p.v_strides[1]);
  const int first = p.x_offset + r * p.x_strides[0];
  uint low = 0;
  uint high = p.n;
  while (low < high) {
    const uint middle = low + (high - low) / 2;
    const T_compute element = T_load(p.x, first + int(middle) * p.x_strides[1]);
    if (UPPER ? !(value < element) : element < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const int to = p.y_offset + r * p.y_strides[0] + c * p.y_strides[1];
  if (WIDE) {
    word_store(p.y, 2 * to, low);
    word_store(p.y, 2 * to + 1, 0);
  } else {
    word_store(p.y, to, low);
  }
}
