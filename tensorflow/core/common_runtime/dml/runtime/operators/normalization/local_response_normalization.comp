// Local response normalization across channels, and its gradient in two steps,
// so that each step sums over one window of channels only:
//   OUTPUT    y = x * norm^-beta
//   SHARES    share = dy * y / norm, float32 [rows, channels]
//   GRADIENT  dx = dy * norm^-beta - 2 alpha beta x * (sum of the shares)
#version 460
#include "dml.glsl"
#include "math.glsl"
#include "strided.glsl"

DML_SHARED const uint OUTPUT = 0;
DML_SHARED const uint SHARES = 1;
DML_SHARED const uint GRADIENT = 2;
layout(constant_id = 1) const uint STEP = OUTPUT;

DML_SHARED struct MatrixLayout {
  int offset;
  int row;      // strides
  int channel;
};

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  TBuffer dy;
  FloatBuffer share;
  TBuffer dx;
  uint count;
  uint channels;
  FastDivisor by_channels;
  uint radius;
  float bias;
  float alpha;
  float beta;
  MatrixLayout x_at;
  MatrixLayout y_at;
  MatrixLayout dy_at;
  MatrixLayout dx_at;
DML_PARAMETERS_END

int place(MatrixLayout matrix, uint row, uint channel) {
  return matrix.offset + int(row) * matrix.row + int(channel) * matrix.channel;
}

void main() {
  const uint i = dml_global();
  if (i >= p.count) return;
  const uint row =
      dml_fast_divide(i, p.by_channels.multiplier, p.by_channels.shift);
  const uint channel = i - row * p.channels;
  const uint begin = channel - min(p.radius, channel);
  const uint end = min(channel + p.radius + 1, p.channels);
  float squares = 0;
  float shares = 0;
  for (uint d = begin; d < end; ++d) {
    const float value = T_load(p.x, place(p.x_at, row, d));
    squares += value * value;
    if (STEP == GRADIENT) shares += float_load(p.share, row * p.channels + d);
  }
  const float norm = p.bias + p.alpha * squares;
  const float x = T_load(p.x, place(p.x_at, row, channel));
  if (STEP == OUTPUT) {
    T_store(p.y, place(p.y_at, row, channel), x * dml_pow(norm, -p.beta));
    return;
  }
  const float dy = T_load(p.dy, place(p.dy_at, row, channel));
  if (STEP == SHARES) {
    float_store(p.share, i,
                dy * T_load(p.y, place(p.y_at, row, channel)) / norm);
  } else {
    T_store(p.dx, place(p.dx_at, row, channel),
            dy * dml_pow(norm, -p.beta) - 2 * p.alpha * p.beta * x * shares);
  }
}
