// Forward convolution in two dimensions, the plain way: one output element an
// invocation, each operand read from memory at every use. Input and output
// NHWC, filter HWIO, without gaps. The yardstick for convolution.comp.
#version 460
#include "dml.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer w;
  TBuffer y;
  uint batch;
  uint x_size[2], y_size[2], window[2];
  uint x_channels, y_channels;
  int stride[2], dilation[2], pad[2];
DML_PARAMETERS_END

void main() {
  uint element = dml_global();
  uint rest = element;
  uint channel = rest % p.y_channels;
  rest /= p.y_channels;
  uint column = rest % p.y_size[1];
  rest /= p.y_size[1];
  uint row = rest % p.y_size[0];
  uint image = rest / p.y_size[0];
  if (image >= p.batch) return;
  T_compute sum = T_compute(0);
  for (uint i = 0; i < p.window[0]; ++i) {
    int x_row = int(row) * p.stride[0] - p.pad[0] + int(i) * p.dilation[0];
    if (x_row < 0 || x_row >= int(p.x_size[0])) continue;
    for (uint j = 0; j < p.window[1]; ++j) {
      int x_column = int(column) * p.stride[1] - p.pad[1] + int(j) * p.dilation[1];
      if (x_column < 0 || x_column >= int(p.x_size[1])) continue;
      uint x_base = ((image * p.x_size[0] + uint(x_row)) * p.x_size[1] + uint(x_column)) *
                    p.x_channels;
      uint w_base = (i * p.window[1] + j) * p.x_channels * p.y_channels + channel;
      for (uint c = 0; c < p.x_channels; ++c) {
        sum = fma(T_load(p.x, x_base + c), T_load(p.w, w_base + c * p.y_channels), sum);
      }
    }
  }
  T_store(p.y, element, sum);
}
