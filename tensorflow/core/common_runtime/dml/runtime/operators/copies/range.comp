// y[i] = start + i * step. Floats compute in pairs of float32, some 45 bits;
// integers in 64 bits.
#version 460
#include "dml.glsl"
#include "math.glsl"

DML_PARAMETERS_BEGIN
  TBuffer y;
  uint count;
  int stride;
  int offset;
  uint start[2];  // floats: high and low part; integers: low and high word
  uint step[2];
DML_PARAMETERS_END

void main() {
  uint i = dml_global();
  if (i >= p.count) return;
  int at = p.offset + int(i) * p.stride;
#if T_IS_FLOAT
  // i as the sum of two numbers that float32 holds.
  float high = float(i & 0xffff0000u);
  float low = float(i & 0xffffu);
  float step = uintBitsToFloat(p.step[0]);
  float start = uintBitsToFloat(p.start[0]);
  vec2 a = dml_two_product(high, step);
  vec2 b = dml_two_product(low, step);
  precise float s = a.x + b.x;
  precise float s_b = s - a.x;
  precise float s_lost = (a.x - (s - s_b)) + (b.x - s_b);
  precise float sum = start + s;
  precise float sum_s = sum - start;
  precise float lost = (start - (sum - sum_s)) + (s - sum_s);
  precise float rest = lost + (s_lost + a.y + b.y) +
                       (uintBitsToFloat(p.start[1]) +
                        float(i) * uintBitsToFloat(p.step[1]));
  T_store(p.y, at, sum + rest);
#else
  int64_t start = int64_t(uint64_t(p.start[1]) << 32 | uint64_t(p.start[0]));
  int64_t step = int64_t(uint64_t(p.step[1]) << 32 | uint64_t(p.step[0]));
  T_store(p.y, at, start + int64_t(i) * step);
#endif
}
