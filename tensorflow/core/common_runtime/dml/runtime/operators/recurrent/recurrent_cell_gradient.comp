// The gradient of one step of a recurrent layer behind its products, see
// dml_recurrent_cell_gradient().
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "recurrent_cell.glsl"

DML_PARAMETERS_BEGIN
  TBuffer gates;
  TBuffer recurrent;
  TBuffer hidden_before;
  TBuffer cell_before;
  TBuffer cell_after;
  TBuffer output_gradient;
  TBuffer hidden_gradient;
  TBuffer cell_gradient;
  TBuffer gates_gradient;
  TBuffer recurrent_gradient;
  IntBuffer lengths;
  RecurrentStep step;
  int offsets[10];  // of the tensors, without the lengths
  int strides[10][2];
DML_PARAMETERS_END

void main() {
  const uint at = dml_global();
  if (at >= p.step.count) return;
  cell_row = at / p.step.units;
  cell_unit = at % p.step.units;
  if (p.step.has_lengths != 0 &&
      p.step.time >= int_load(p.lengths, p.step.length_offset +
                                           int(cell_row) * p.step.length_stride)) {
    // The states passed through, and so do their gradients.
    for (uint g = 0; g < GATES; ++g) {
      CELL_STORE_GATE(gates_gradient, 8, g, T_compute(0));
      if (CELL == DML_CELL_GRU) {
        CELL_STORE_GATE(recurrent_gradient, 9, g, T_compute(0));
      }
    }
    return;
  }
  T_compute dh = CELL_LOAD(output_gradient, 5) + CELL_LOAD(hidden_gradient, 6);
  T_compute dc = T_compute(0), recurrent_new = T_compute(0);
  T_compute h = T_compute(0), c = T_compute(0), c_after = T_compute(0);
  T_compute gates[4];
  [[unroll]] for (uint g = 0; g < GATES; ++g) {
    gates[g] = CELL_LOAD_GATE(gates, 0, g);
  }
  if (CELL == DML_CELL_GRU) {
    recurrent_new = CELL_LOAD_GATE(recurrent, 1, 2);
    h = CELL_LOAD(hidden_before, 2);
  }
  if (CELL == DML_CELL_LSTM) {
    c = CELL_LOAD(cell_before, 3);
    c_after = CELL_LOAD(cell_after, 4);
    dc = CELL_LOAD(cell_gradient, 7);
  }
  cell_gradient_step(gates, recurrent_new, h, c, c_after, dh, dc);
  [[unroll]] for (uint g = 0; g < GATES; ++g) {
    CELL_STORE_GATE(gates_gradient, 8, g, gates[g]);
    if (CELL == DML_CELL_GRU) {
      CELL_STORE_GATE(recurrent_gradient, 9, g, g == 2 ? recurrent_new : gates[g]);
    }
  }
  if (CELL == DML_CELL_LSTM) CELL_STORE(cell_gradient, 7, dc);
  CELL_STORE(hidden_gradient, 6, dh);
}
