// Sums of the squares of a gradient's elements, one for each part of `chunk`
// elements, of which a group takes one. clip_by_norm.comp adds them up.
#version 460
#include "dml.glsl"
#include "all_reduce.glsl"

// Whether x begins at a multiple of 16 bytes.
layout(constant_id = 1) const bool VECTORS = true;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer sums;
  uint count;
  uint chunk;  // a multiple of 4
DML_PARAMETERS_END

float plus(float a, float b) { return a + b; }
DML_ALL_REDUCE(sum_of_lanes, tree, float, plus)

// Four elements from i on, and 0 behind the end.
vec4 load(uint i, uint end) {
  if (VECTORS && i + 4 <= end) return T_load4(p.x, i);
  vec4 x = vec4(0.0);
  for (uint e = 0; e < 4; ++e) {
    if (i + e < end) x[e] = T_load(p.x, i + e);
  }
  return x;
}

void main() {
  const uint begin = dml_group() * p.chunk;
  const uint end = min(begin + p.chunk, p.count);
  const uint step = 4 * kGroupSize;
  uint i = begin + 4 * gl_LocalInvocationID.x;
  // Independent loads, and shorter chains of rounding.
  vec4 a = vec4(0.0), b = a;
  for (; i + step < end; i += 2 * step) {
    const vec4 x = load(i, end);
    const vec4 y = load(i + step, end);
    a += x * x;
    b += y * y;
  }
  if (i < end) {
    const vec4 x = load(i, end);
    a += x * x;
  }
  a += b;
  const float sum = sum_of_lanes((a.x + a.y) + (a.z + a.w), kGroupSize, 1);
  if (gl_LocalInvocationID.x == 0) T_store(p.sums, dml_group(), sum);
}
