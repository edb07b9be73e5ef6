// Random numbers of T, of a generator in the device's memory: see
// random_blocks.glsl.
#version 460
#include "dml.glsl"

layout(constant_id = 1) const uint DISTRIBUTION = 0;

DML_PARAMETERS_BEGIN
  TBuffer y;
  WordBuffer state;  // the counter, low word first, and the key
  uint count;
  uint skip[2];   // counters before the first: low word first
  uint low[2];    // of integers
  uint range[2];  // high - low
DML_PARAMETERS_END

#include "random_blocks.glsl"

void main() {
  const uvec4 counter =
      uvec4(word_load(p.state, 0), word_load(p.state, 1),
            word_load(p.state, 2), word_load(p.state, 3));
  const uint64_t skip = uint64_t(p.skip[1]) << 32 | uint64_t(p.skip[0]);
  draw_block(dml_philox_advance(counter, skip),
             uvec2(word_load(p.state, 4), word_load(p.state, 5)));
}
