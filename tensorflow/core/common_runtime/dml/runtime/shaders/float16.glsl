// Rounding to float16 by integer arithmetic, to nearest even. buffers.glsl and
// programs that round before they store include it.
#ifndef DML_FLOAT16_GLSL_
#define DML_FLOAT16_GLSL_

// Whether stores of float16 round by it: where the driver does not say that its
// own conversion rounds to nearest even and keeps infinities and NaN. The runtime
// sets it (hal/vulkan/float_controls.h).
layout(constant_id = 31) const bool DML_FLOAT16_BY_HAND = false;

// The bits of v as a float16, in the lower half. NaN becomes a quiet one.
uint dml_float16_bits(float v) {
  const uint bits = floatBitsToUint(v);
  const uint magnitude = bits & 0x7fffffffu;
  // What remains after `shift` bits are rounded off is the float16: a normal one
  // by moving the exponent's bias, a subnormal one in units of 2^-24. From 2^-26
  // downwards, all is rounded off.
  const bool normal = magnitude >= 0x38800000u;
  const uint shift = normal ? 13u : min(126u - (magnitude >> 23), 25u);
  const uint whole =
      normal ? magnitude - 0x38000000u : (magnitude & 0x7fffffu) | 0x800000u;
  const uint below_half = (1u << (shift - 1u)) - 1u;
  const uint rounded = (whole + below_half + ((whole >> shift) & 1u)) >> shift;
  return ((bits >> 16) & 0x8000u) |
         (magnitude > 0x7f800000u ? 0x7e00u : min(rounded, 0x7c00u));
}

uvec4 dml_float16_bits4(vec4 v) {
  return uvec4(dml_float16_bits(v.x), dml_float16_bits(v.y),
               dml_float16_bits(v.z), dml_float16_bits(v.w));
}

// v rounded to a float16. Drivers may leave out a conversion there and back.
float dml_round_to_float16(float v) {
  return unpackHalf2x16(dml_float16_bits(v)).x;
}

#endif  // DML_FLOAT16_GLSL_
