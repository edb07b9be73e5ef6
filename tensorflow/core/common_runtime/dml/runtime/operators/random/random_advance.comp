// Adds to the counter of a generator in the device's memory.
#version 460
#include "dml.glsl"
#include "../elementwise/philox.glsl"

DML_PARAMETERS_BEGIN
  WordBuffer state;  // the counter, low word first
  uint steps[2];     // low word first
DML_PARAMETERS_END

void main() {
  if (dml_global() != 0) return;
  uvec4 counter;
  for (int i = 0; i < 4; ++i) counter[i] = word_load(p.state, i);
  const uint64_t steps = uint64_t(p.steps[1]) << 32 | uint64_t(p.steps[0]);
  counter = dml_philox_advance(counter, steps);
  for (int i = 0; i < 4; ++i) word_store(p.state, i, counter[i]);
}
