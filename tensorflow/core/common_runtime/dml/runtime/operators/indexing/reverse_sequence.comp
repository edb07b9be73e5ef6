// y[o, s, m, b, i] = x[o, s < lengths[b] ? lengths[b] - 1 - s : s, m, b, i]
// for the axes s of the sequence and b of the batch, whichever comes first.
// T is an unsigned type of the elements' size, U that of the lengths.
#version 460
#include "dml.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  UBuffer lengths;
  TBuffer y;
  uint total;
  uint rank;
  uint sequence;  // the axes
  uint batch;
  int length_stride;
  int length_offset;
  int x_offset;
  int y_offset;
  uint sizes[5];
  int x_strides[5];
  int y_strides[5];
DML_PARAMETERS_END

void main() {
  const uint width = gl_WorkGroupSize.x;
  const uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    uint rest = first + k * width;
    if (rest >= p.total) return;
    int from = p.x_offset;
    int to = p.y_offset;
    int step = 0;
    int lane = 0;
    for (uint d = p.rank; d-- > 0;) {
      const uint next = rest / p.sizes[d];
      const int at = int(rest - next * p.sizes[d]);
      rest = next;
      if (d == p.sequence) step = at;
      if (d == p.batch) lane = at;
      from += at * p.x_strides[d];
      to += at * p.y_strides[d];
    }
    const int size = int(p.sizes[p.sequence]);
    const int length = int(clamp(
        U_load(p.lengths, p.length_offset + lane * p.length_stride),
        U_compute(0), U_compute(size)));
    if (step < length) {
      from += (length - 1 - 2 * step) * p.x_strides[p.sequence];
    }
    T_store_raw(p.y, to, T_load_raw(p.x, from));
  }
}
