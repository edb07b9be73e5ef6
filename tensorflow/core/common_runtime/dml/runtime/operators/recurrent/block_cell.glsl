// What the programs of dml_block_cell() share: one invocation has one unit of
// one row. All tensors are row-major: [units], [rows, units], or [rows, several
// gates, units].
#include "dml.glsl"
#include "math_t.glsl"

// A sum of the DML_BLOCK_ flags; see dml_block_flags.
layout(constant_id = 1) const uint FLAGS = 0;

bool has(uint flag) { return (FLAGS & flag) != 0; }

DML_SHARED struct BlockCellAttributes {
  uint count;  // rows * units
  uint units;
  float forget_bias;
  float clip;
};

// This invocation's element of a tensor [rows, units], and its unit.
uint at, unit;

// The element of gate `gate` in a tensor of `gates` gates.
uint at_gate(uint gate, uint gates, uint units) {
  return at + (at / units * (gates - 1) + gate) * units;
}

T_compute sigmoid_gradient(T_compute y) { return y * (T_compute(1) - y); }
T_compute tanh_gradient(T_compute y) { return T_compute(1) - y * y; }
