// Uniform and normal numbers of Philox's bits, in T_compute. Include after dml.glsl
// and the constants.
#ifndef DML_RANDOM_NUMBERS_GLSL_
#define DML_RANDOM_NUMBERS_GLSL_

#include "math_t.glsl"
#include "../elementwise/philox.glsl"

#ifdef T_f64
// [0, 1) by 52 bits.
double unit(uint high, uint low) {
  return packDouble2x32(uvec2(low, 0x3ff00000u | (high & 0xfffffu))) - 1.0lf;
}

// Two normals of four numbers.
dvec2 box_muller(uvec4 bits) {
  double u = max(unit(bits.x, bits.y), 1e-7lf);
  double radius = sqrt(-2.0lf * dml_log(u));
  return radius * dml_sin_cos(2.0lf * DML_PI * unit(bits.z, bits.w));
}

#elif T_IS_FLOAT
// Two normals of two numbers.
vec2 box_muller(uint a, uint b) {
  float u = max(dml_unit(a), 1e-7);
  float radius = sqrt(-2.0 * dml_log(u));
  // 2 pi times the other number, rounded once.
  float turn = dml_unit(b);
  vec2 angle = dml_two_product(turn, 6.28318548);
  return radius * dml_sin_cos(angle.x + (angle.y - turn * 1.74845553e-7));
}
#endif

#endif  // DML_RANDOM_NUMBERS_GLSL_
