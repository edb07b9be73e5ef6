// y = (x - mean) * inverse deviation * scale + offset, each of the last four a
// vector over channels.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "all_reduce.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  FloatBuffer mean;
  FloatBuffer spread;
  FloatBuffer scale;
  FloatBuffer offset;
  TBuffer y;
  int x_offset;
  int y_offset;
  uint count;
  uint spread_is_variance;  // else it is the inverse deviation
  float epsilon;
  int mean_at[2];  // offset and stride
  int spread_at[2];
  int scale_at[2];
  int offset_at[2];
  uint rank;
  uint sizes[DML_MAX_RANK];
  int x_strides[DML_MAX_RANK];
  int y_strides[DML_MAX_RANK];
  int channel_strides[DML_MAX_RANK];
DML_PARAMETERS_END

DML_SHARED const uint kElements = 4;

void main() {
  uint i = dml_group() * kElements * kGroupSize + gl_LocalInvocationID.x;
  for (uint k = 0; k < kElements && i < p.count; ++k, i += kGroupSize) {
    int x = p.x_offset;
    int y = p.y_offset;
    int c = 0;
    DML_ADD_OFFSET(x, i, p.rank, p.sizes, p.x_strides)
    DML_ADD_OFFSET(y, i, p.rank, p.sizes, p.y_strides)
    DML_ADD_OFFSET(c, i, p.rank, p.sizes, p.channel_strides)
    float factor = float_load(p.spread, p.spread_at[0] + c * p.spread_at[1]);
    if (p.spread_is_variance != 0) factor = 1.0 / sqrt(factor + p.epsilon);
    factor *= float_load(p.scale, p.scale_at[0] + c * p.scale_at[1]);
    const float centred =
        T_load(p.x, x) - float_load(p.mean, p.mean_at[0] + c * p.mean_at[1]);
    const float offset =
        float_load(p.offset, p.offset_at[0] + c * p.offset_at[1]);
    T_store(p.y, y, centred * factor + offset);
  }
}
