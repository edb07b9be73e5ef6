// y[n, o, k, c] = x[n, o * stride - pad_before + k * dilation, c], zero outside
// of x, where o and k are places in up to 3 dimensions. T is an unsigned type
// of the elements' size.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;  // [batch, outputs..., window..., channels], row-major
  uint total;
  uint channels;
  int x_offset;
  int x_strides[5];
  int inputs[3];
  uint outputs[3];
  uint window[3];
  int stride[3];
  int dilation[3];
  int pad_before[3];
DML_PARAMETERS_END

void main() {
  const uint width = gl_WorkGroupSize.x;
  const uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint e = 0; e < 4; ++e) {
    const uint number = first + e * width;
    if (number >= p.total) return;
    uint rest = number / p.channels;
    int from = p.x_offset + int(number - rest * p.channels) * p.x_strides[4];
    int k[3];
    for (int d = 2; d >= 0; --d) {
      const uint next = rest / p.window[d];
      k[d] = int(rest - next * p.window[d]);
      rest = next;
    }
    bool inside = true;
    for (int d = 2; d >= 0; --d) {
      const uint next = rest / p.outputs[d];
      const int at = int(rest - next * p.outputs[d]) * p.stride[d] -
                     p.pad_before[d] + k[d] * p.dilation[d];
      rest = next;
      inside = inside && at >= 0 && at < p.inputs[d];
      from += at * p.x_strides[d + 1];
    }
    from += int(rest) * p.x_strides[0];
    T_storage value = T_storage(0);
    if (inside) value = T_load_raw(p.x, from);
    T_store_raw(p.y, number, value);
  }
}
