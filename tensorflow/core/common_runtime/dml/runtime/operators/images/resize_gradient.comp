// Gradient of resizing in one dimension: each input element sums its shares of
// the outputs that are made of it. The output index o of dy runs along `axis`;
// in the others dy and dx have the same sizes.
#version 460
#include "dml.glsl"
#include "resize.glsl"

DML_PARAMETERS_BEGIN
  TBuffer dy;
  UBuffer dx;
  uint count;
  uint channels_last;  // the order in which to walk dx
  uint sizes[4];       // of dx: batch, channels, height, width
  uint axis;
  int outputs;
  float scale;
  int dy_offset;
  int dx_offset;
  int dy_strides[4];
  int dx_strides[4];
DML_PARAMETERS_END

void main() {
  uint rest = dml_global();
  if (rest >= p.count) return;
  uint c = 0;
  if (p.channels_last != 0) {
    c = rest % p.sizes[1];
    rest /= p.sizes[1];
  }
  const uint w = rest % p.sizes[3];
  rest /= p.sizes[3];
  const uint h = rest % p.sizes[2];
  uint n = rest / p.sizes[2];
  if (p.channels_last == 0) {
    c = n % p.sizes[1];
    n /= p.sizes[1];
  }
  const uint place[4] = uint[](n, c, h, w);
  int from = p.dy_offset;
  int to = p.dx_offset;
  int step = 0;
  int i = 0;
  for (uint d = 0; d < 4; ++d) {
    to += int(place[d]) * p.dx_strides[d];
    if (d == p.axis) {
      i = int(place[d]);
      step = p.dy_strides[d];
    } else {
      from += int(place[d]) * p.dy_strides[d];
    }
  }

  // The outputs between inputs i - 1 and i + 1, and two more on either side
  // for rounding; beyond the edges lie outputs of the elements at the edges.
  const int size = int(p.sizes[p.axis]);
  int begin = 0;
  int end = p.outputs;
  if (i > 0) begin = max(int(floor(float(i - 1) / p.scale)) - 2, 0);
  if (i < size - 1) {
    end = int(min(ceil((float(i) + 1.5) / p.scale) + 3, float(p.outputs)));
  }
  Value sum = Value(0);
  for (int o = begin; o < end; ++o) {
    const Source source = source_of(o, size, p.scale);
    float share = 0;
    if (source.lower == i) share += 1 - source.weight;
    if (source.upper == i) share += source.weight;
    if (share != 0) sum += Value(share) * Value(T_load(p.dy, from + o * step));
  }
  U_store(p.dx, to, sum);
}
