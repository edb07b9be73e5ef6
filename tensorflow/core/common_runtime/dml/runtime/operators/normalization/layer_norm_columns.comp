// What scale and offset of layer norm get, where rows are too long to be held:
// an invocation adds up dy, and dy * x', of a column over every `slots`th row;
// partial [slots, 2, n] as of layer_norm_gradient.comp.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"

DML_PARAMETERS_BEGIN
  TBuffer dy;
  TBuffer x;
  FloatBuffer mean;
  FloatBuffer inverse_stddev;
  FloatBuffer partial;
  uint rows;
  uint n;
  uint slots;
  int dy_at[3];  // offset, strides of rows and columns
  int x_at[3];
  int mean_at[2];
  int inverse_stddev_at[2];
DML_PARAMETERS_END

void main() {
  const uint n = p.n;
  const uint slot = dml_global() / n;
  if (slot >= p.slots) return;
  const uint column = dml_global() - slot * n;
  const int dy_column = p.dy_at[0] + int(column) * p.dy_at[2];
  const int x_column = p.x_at[0] + int(column) * p.x_at[2];
  float sum = 0;
  float scaled_sum = 0;
  for (uint row = slot; row < p.rows; row += p.slots) {
    const float dy = T_load(p.dy, dy_column + int(row) * p.dy_at[1]);
    const float x = T_load(p.x, x_column + int(row) * p.x_at[1]);
    const float mean =
        float_load(p.mean, p.mean_at[0] + int(row) * p.mean_at[1]);
    const float inverse = float_load(
        p.inverse_stddev,
        p.inverse_stddev_at[0] + int(row) * p.inverse_stddev_at[1]);
    sum += dy;
    scaled_sum += dy * ((x - mean) * inverse);
  }
  float_store(p.partial, slot * 2 * n + column, sum);
  float_store(p.partial, slot * 2 * n + n + column, scaled_sum);
}
