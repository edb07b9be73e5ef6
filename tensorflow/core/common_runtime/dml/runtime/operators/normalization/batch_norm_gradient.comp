// The gradient of batch normalization's input. With n elements in a channel
// and x' = (x - mean) * inverse deviation,
//   dx = scale * inverse deviation * (dy - sum(dy) / n - x' * sum(dy * x') / n)
// where the last two terms are absent for inference (share = 0; else 1 / n).
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"

DML_PARAMETERS_BEGIN
  TBuffer dy;
  TBuffer x;
  FloatBuffer mean;
  FloatBuffer inverse_stddev;
  FloatBuffer scale;
  FloatBuffer dy_sums;
  FloatBuffer scaled_sums;
  TBuffer dx;
  int dy_offset;
  int x_offset;
  int dx_offset;
  uint count;
  float share;
  int mean_at[2];  // offset and stride
  int inverse_stddev_at[2];
  int scale_at[2];
  int dy_sums_at[2];
  int scaled_sums_at[2];
  uint rank;
  uint sizes[DML_MAX_RANK];
  int dy_strides[DML_MAX_RANK];
  int x_strides[DML_MAX_RANK];
  int dx_strides[DML_MAX_RANK];
  int channel_strides[DML_MAX_RANK];
DML_PARAMETERS_END

DML_SHARED const uint kElements = 4;

void main() {
  uint i = dml_group() * kElements * kGroupSize + gl_LocalInvocationID.x;
  for (uint k = 0; k < kElements && i < p.count; ++k, i += kGroupSize) {
    int dy_at = p.dy_offset;
    int x_at = p.x_offset;
    int dx_at = p.dx_offset;
    int c = 0;
    DML_ADD_OFFSET(dy_at, i, p.rank, p.sizes, p.dy_strides)
    DML_ADD_OFFSET(x_at, i, p.rank, p.sizes, p.x_strides)
    DML_ADD_OFFSET(dx_at, i, p.rank, p.sizes, p.dx_strides)
    DML_ADD_OFFSET(c, i, p.rank, p.sizes, p.channel_strides)
    const float inverse = float_load(
        p.inverse_stddev, p.inverse_stddev_at[0] + c * p.inverse_stddev_at[1]);
    const float factor =
        inverse * float_load(p.scale, p.scale_at[0] + c * p.scale_at[1]);
    float dx = T_load(p.dy, dy_at);
    if (p.share != 0) {
      const float normalized =
          (T_load(p.x, x_at) -
           float_load(p.mean, p.mean_at[0] + c * p.mean_at[1])) *
          inverse;
      const float dy_sum =
          float_load(p.dy_sums, p.dy_sums_at[0] + c * p.dy_sums_at[1]);
      const float scaled_sum = float_load(
          p.scaled_sums, p.scaled_sums_at[0] + c * p.scaled_sums_at[1]);
      dx -= p.share * (dy_sum + normalized * scaled_sum);
    }
    T_store(p.dx, dx_at, dx * factor);
  }
}
