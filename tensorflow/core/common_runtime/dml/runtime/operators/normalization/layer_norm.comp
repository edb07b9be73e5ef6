// y = (x - mean) * inverse deviation * scale + offset, of each row of x, whose
// mean and deviation these are.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"
#include "layer_norm.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer scale;
  TBuffer offset;
  TBuffer y;
  FloatBuffer mean;
  FloatBuffer inverse_stddev;
  uint rows;
  uint count;  // accesses of a row
  uint lanes;
  uint has_mean;
  uint has_inverse_stddev;
  float share;  // 1 / elements of a row
  float epsilon;
  int x_at[3];  // offset, strides of rows and of accesses
  int y_at[3];
  int scale_at[2];
  int offset_at[2];
  int mean_at[2];
  int inverse_stddev_at[2];
DML_PARAMETERS_END

DML_HELD(TBuffer, x_data);
DML_HELD(TBuffer, scale_data);
DML_HELD(TBuffer, offset_data);
DML_HELD(TBuffer, y_data);
int x_row;
int x_step;
int y_row;
int y_step;
int scale_first;
int scale_step;
int offset_first;
int offset_step;

T_pack load(uint i) {
  T_pack x;
  DML_LOAD_ACCESS(ACCESS, x_data, x_row + int(i) * x_step, x)
  return x;
}

T_pack centred(T_pack x, float mean) {
  [[unroll]] for (int v = 0; v < T_VECTORS; ++v) x.v[v] -= mean;
  return x;
}

// Access i of the result, of the centred x.
void store(uint i, T_pack x, float inverse) {
  T_pack factor, summand;
  DML_LOAD_ACCESS(ACCESS, scale_data, scale_first + int(i) * scale_step, factor)
  DML_LOAD_ACCESS(
      ACCESS, offset_data, offset_first + int(i) * offset_step, summand)
  [[unroll]] for (int v = 0; v < T_VECTORS; ++v) {
    x.v[v] = x.v[v] * inverse * factor.v[v] + summand.v[v];
  }
  DML_STORE_ACCESS(ACCESS, y_data, y_row + int(i) * y_step, x)
}

void main() {
  DML_HOLD(x_data, p.x);
  DML_HOLD(scale_data, p.scale);
  DML_HOLD(offset_data, p.offset);
  DML_HOLD(y_data, p.y);
  const uint lanes = p.lanes;
  const uint lane = lane_of(lanes, 1);
  const uint row = dml_group() * (kGroupSize / lanes) + slot_of(lanes, 1);
  const bool inside = row < p.rows;
  const uint count = p.count;
  const uint end = inside ? count : 0;
  const uint some_row = min(row, p.rows - 1);
  x_row = p.x_at[0] + int(some_row) * p.x_at[1];
  x_step = p.x_at[2];

  // Loads are not in branches, so that several are under way at once.
  T_pack held[kMostHeldAccesses];
  float sum = 0;
  if (HELD == 0) {
    for (uint i = lane; i < end; i += lanes) sum += sum_of_items(load(i));
  } else {
    [[unroll]] for (int h = 0; h < int(HELD); ++h) {
      held[h] = load(min(lane + h * lanes, count - 1));
    }
    [[unroll]] for (int h = 0; h < int(HELD); ++h) {
      sum += lane + h * lanes < end ? sum_of_items(held[h]) : 0.0;
    }
  }
  const float mean = sums_of_lanes(vec2(sum, 0), lanes, 1).x * p.share;

  float squares = 0;
  if (HELD == 0) {
    for (uint i = lane; i < end; i += lanes) {
      const T_pack x = centred(load(i), mean);
      squares += sum_of_products(x, x);
    }
  } else {
    [[unroll]] for (int h = 0; h < int(HELD); ++h) {
      held[h] = centred(held[h], mean);
      squares +=
          lane + h * lanes < end ? sum_of_products(held[h], held[h]) : 0.0;
    }
  }
  const float variance =
      sums_of_lanes(vec2(squares, 0), lanes, 1).x * p.share;
  const float inverse = 1.0 / sqrt(variance + p.epsilon);

  y_row = p.y_at[0] + int(some_row) * p.y_at[1];
  y_step = p.y_at[2];
  scale_first = p.scale_at[0];
  scale_step = p.scale_at[1];
  offset_first = p.offset_at[0];
  offset_step = p.offset_at[1];
  if (HELD == 0) {
    for (uint i = lane; i < end; i += lanes) {
      store(i, centred(load(i), mean), inverse);
    }
  } else {
    [[unroll]] for (int h = 0; h < int(HELD); ++h) {
      const uint i = lane + h * lanes;
      if (i >= end) break;
      store(i, held[h], inverse);
    }
  }
  if (!inside || lane != 0) return;
  if (p.has_mean != 0) {
    float_store(p.mean, p.mean_at[0] + int(row) * p.mean_at[1], mean);
  }
  if (p.has_inverse_stddev != 0) {
    float_store(p.inverse_stddev,
                p.inverse_stddev_at[0] + int(row) * p.inverse_stddev_at[1],
                inverse);
  }
}
