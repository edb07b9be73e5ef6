// One step of a recurrent layer behind its products, see dml_recurrent_cell().
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "recurrent_cell.glsl"

DML_PARAMETERS_BEGIN
  TBuffer gates;
  TBuffer recurrent;
  TBuffer hidden_before;
  TBuffer cell_before;
  TBuffer hidden;
  TBuffer cell_after;
  TBuffer output_;
  IntBuffer lengths;
  RecurrentStep step;
  int offsets[7];  // of the tensors, without the lengths
  int strides[7][2];
DML_PARAMETERS_END

void main() {
  const uint at = dml_global();
  if (at >= p.step.count) return;
  cell_row = at / p.step.units;
  cell_unit = at % p.step.units;
  if (p.step.has_lengths != 0 &&
      p.step.time >= int_load(p.lengths, p.step.length_offset +
                                           int(cell_row) * p.step.length_stride)) {
    CELL_STORE(hidden, 4, CELL_LOAD(hidden_before, 2));
    if (CELL == DML_CELL_LSTM) CELL_STORE(cell_after, 5, CELL_LOAD(cell_before, 3));
    CELL_STORE(output_, 6, T_compute(0));
    return;
  }
  T_compute gates[4], products[4];
  [[unroll]] for (uint g = 0; g < GATES; ++g) {
    gates[g] = CELL_LOAD_GATE(gates, 0, g);
    if (CELL == DML_CELL_GRU) products[g] = CELL_LOAD_GATE(recurrent, 1, g);
  }
  T_compute h = T_compute(0), c = T_compute(0);
  if (CELL == DML_CELL_GRU) h = CELL_LOAD(hidden_before, 2);
  if (CELL == DML_CELL_LSTM) c = CELL_LOAD(cell_before, 3);
  h = cell_step(gates, products, h, c);
  [[unroll]] for (uint g = 0; g < GATES; ++g) {
    CELL_STORE_GATE(gates, 0, g, gates[g]);
  }
  if (CELL == DML_CELL_LSTM) CELL_STORE(cell_after, 5, c);
  CELL_STORE(hidden, 4, h);
  CELL_STORE(output_, 6, h);
}
