// y = x resized in height and width, nearest or bilinear.
#version 460
#include "dml.glsl"
#include "resize.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  UBuffer y;
  uint count;
  uint channels_last;  // the order in which to walk y
  uint channels;
  int x_size[2];
  uint y_size[2];
  float scale[2];
  int x_offset;
  int y_offset;
  int x_strides[4];
  int y_strides[4];
DML_PARAMETERS_END

void main() {
  uint rest = dml_global();
  if (rest >= p.count) return;
  uint c = 0;
  if (p.channels_last != 0) {
    c = rest % p.channels;
    rest /= p.channels;
  }
  const int w = int(rest % p.y_size[1]);
  rest /= p.y_size[1];
  const int h = int(rest % p.y_size[0]);
  uint n = rest / p.y_size[0];
  if (p.channels_last == 0) {
    c = n % p.channels;
    n /= p.channels;
  }
  const int to = p.y_offset + int(n) * p.y_strides[0] + int(c) * p.y_strides[1] +
                 h * p.y_strides[2] + w * p.y_strides[3];
  const int from =
      p.x_offset + int(n) * p.x_strides[0] + int(c) * p.x_strides[1];
  const Source row = source_of(h, p.x_size[0], p.scale[0]);
  const Source column = source_of(w, p.x_size[1], p.scale[1]);
  const int top = from + row.lower * p.x_strides[2];
  const int left = column.lower * p.x_strides[3];
  Value value = Value(T_load(p.x, top + left));
  if (MODE == DML_RESIZE_LINEAR) {
    const int bottom = from + row.upper * p.x_strides[2];
    const int right = column.upper * p.x_strides[3];
    const Value across = Value(column.weight);
    const Value above = mix(value, Value(T_load(p.x, top + right)), across);
    const Value below = mix(Value(T_load(p.x, bottom + left)),
                            Value(T_load(p.x, bottom + right)), across);
    value = mix(above, below, Value(row.weight));
  }
  U_store(p.y, to, value);
}
