// y = x resized in height and width: the mean of the input that an output covers,
// elements at its edges by their shares. In float32, as coordinates are.
#version 460
#include "dml.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  UBuffer y;
  uint count;
  uint channels;
  int x_size[2];
  uint y_size[2];
  float scale[2];  // inputs of an output
DML_PARAMETERS_END

// How much of input `i` lies between two places.
float share_of(int i, float begin, float end, float scale) {
  const float at = float(i), next = float(i + 1);
  if (at < begin) return next > end ? scale : next - begin;
  return next > end ? end - at : 1.0;
}

void main() {
  const uint number = dml_global();
  if (number >= p.count) return;
  uint rest = number / p.channels;
  const int c = int(number - rest * p.channels);
  const int w = int(rest % p.y_size[1]);
  rest /= p.y_size[1];
  const int h = int(rest % p.y_size[0]);
  const int n = int(rest / p.y_size[0]);
  precise float top = float(h) * p.scale[0];
  precise float bottom = float(h + 1) * p.scale[0];
  precise float left = float(w) * p.scale[1];
  precise float right = float(w + 1) * p.scale[1];
  float sum = 0.0;
  for (int i = int(floor(top)); i < int(ceil(bottom)); ++i) {
    const int row = n * p.x_size[0] + clamp(i, 0, p.x_size[0] - 1);
    float across = 0.0;
    for (int j = int(floor(left)); j < int(ceil(right)); ++j) {
      const int at = row * p.x_size[1] + clamp(j, 0, p.x_size[1] - 1);
      across += float(T_load(p.x, at * int(p.channels) + c)) *
                share_of(j, left, right, p.scale[1]);
    }
    sum += across * share_of(i, top, bottom, p.scale[0]);
  }
  U_store(p.y, number, sum * (1.0 / (p.scale[0] * p.scale[1])));
}
