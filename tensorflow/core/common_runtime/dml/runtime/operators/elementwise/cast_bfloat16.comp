// float32 to and from bfloat16, its upper half, without gaps. To bfloat16 it
// rounds to nearest even, or TRUNCATEs; NaN becomes the quiet one.
#version 460
#include "dml.glsl"

layout(constant_id = 1) const bool TO_BFLOAT16 = false;
layout(constant_id = 2) const bool TRUNCATE = false;

DML_PARAMETERS_BEGIN
  WordBuffer words;  // float32
  TBuffer halves;    // bfloat16
  uint count;
DML_PARAMETERS_END

uint upper_half(uint bits) {
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fc0u;
  if (!TRUNCATE) bits += 0x7fffu + (bits >> 16 & 1u);
  return bits >> 16;
}

void main() {
  const uint width = gl_WorkGroupSize.x;
  const uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    const uint i = first + k * width;
    if (i >= p.count) return;
    if (TO_BFLOAT16) {
      T_store(p.halves, i, upper_half(word_load(p.words, i)));
    } else {
      word_store(p.words, i, T_load(p.halves, i) << 16);
    }
  }
}
