// Random numbers of T, of a generator that the host knows: see
// random_blocks.glsl.
#version 460
#include "dml.glsl"

layout(constant_id = 1) const uint DISTRIBUTION = 0;

DML_PARAMETERS_BEGIN
  TBuffer y;
  uint count;
  uint counter[4];
  uint key[2];
  uint low[2];    // of integers: low word first
  uint range[2];  // high - low
DML_PARAMETERS_END

#include "random_blocks.glsl"

void main() {
  draw_block(uvec4(p.counter[0], p.counter[1], p.counter[2], p.counter[3]),
             uvec2(p.key[0], p.key[1]));
}
