// Each image element sums the gradients of the outputs that it is the largest
// sum of, by the places that dilation.comp found. No two invocations write one
// element, so the sum's order is fixed.
#version 460
#include "dml.glsl"
#include "dilation.glsl"

DML_PARAMETERS_BEGIN
  TBuffer dy;
  IntBuffer places;
  TBuffer dx;
  uint total;
  DilationGeometry g;
DML_PARAMETERS_END

// The output whose tap `tap` meets element `at` of dimension d, or -1.
int output_of(uint at, uint tap, int d) {
  const int offset = int(at) + p.g.pad[d] - int(tap) * p.g.rate[d];
  if (offset < 0 || offset % p.g.stride[d] != 0) return -1;
  const int o = offset / p.g.stride[d];
  return o < int(p.g.outputs[d]) ? o : -1;
}

void main() {
  const uint e = dml_global();
  if (e >= p.total) return;
  const uint c = e % p.g.depth;
  uint rest = e / p.g.depth;
  const uint column = rest % p.g.inputs[1];
  rest /= p.g.inputs[1];
  const uint row = rest % p.g.inputs[0];
  const uint image = rest / p.g.inputs[0];

  T_compute sum = T_compute(0);
  for (uint i = 0; i < p.g.window[0]; ++i) {
    const int to_row = output_of(row, i, 0);
    if (to_row < 0) continue;
    for (uint j = 0; j < p.g.window[1]; ++j) {
      const int to_column = output_of(column, j, 1);
      if (to_column < 0) continue;
      const uint o = ((image * p.g.outputs[0] + uint(to_row)) *
                      p.g.outputs[1] + uint(to_column)) * p.g.depth + c;
      const int place = int(i * p.g.window[1] + j);
      if (int_load(p.places, o) == place) sum += T_load(p.dy, o);
    }
  }
  T_store(p.dx, e, sum);
}
