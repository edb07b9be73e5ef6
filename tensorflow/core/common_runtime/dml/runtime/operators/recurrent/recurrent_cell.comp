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

T_compute lstm() {
  const T_compute i = dml_sigmoid(CELL_LOAD_GATE(gates, 0, 0));
  const T_compute f = dml_sigmoid(CELL_LOAD_GATE(gates, 0, 1));
  const T_compute g = dml_tanh(CELL_LOAD_GATE(gates, 0, 2));
  const T_compute o = dml_sigmoid(CELL_LOAD_GATE(gates, 0, 3));
  const T_compute c = f * CELL_LOAD(cell_before, 3) + i * g;
  CELL_STORE_GATE(gates, 0, 0, i);
  CELL_STORE_GATE(gates, 0, 1, f);
  CELL_STORE_GATE(gates, 0, 2, g);
  CELL_STORE_GATE(gates, 0, 3, o);
  CELL_STORE(cell_after, 5, c);
  return o * dml_tanh(c);
}

T_compute gru() {
  const T_compute r = dml_sigmoid(CELL_LOAD_GATE(gates, 0, 0) +
                                  CELL_LOAD_GATE(recurrent, 1, 0));
  const T_compute z = dml_sigmoid(CELL_LOAD_GATE(gates, 0, 1) +
                                  CELL_LOAD_GATE(recurrent, 1, 1));
  const T_compute n = dml_tanh(CELL_LOAD_GATE(gates, 0, 2) +
                               r * CELL_LOAD_GATE(recurrent, 1, 2));
  CELL_STORE_GATE(gates, 0, 0, r);
  CELL_STORE_GATE(gates, 0, 1, z);
  CELL_STORE_GATE(gates, 0, 2, n);
  return (T_compute(1) - z) * n + z * CELL_LOAD(hidden_before, 2);
}

T_compute plain() {
  T_compute h = CELL_LOAD_GATE(gates, 0, 0);
  // A comparison with NaN is false, so NaN stays.
  h = CELL == DML_CELL_TANH ? dml_tanh(h) : (h < T_compute(0) ? T_compute(0) : h);
  CELL_STORE_GATE(gates, 0, 0, h);
  return h;
}

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
  T_compute h;
  if (CELL == DML_CELL_LSTM) {
    h = lstm();
  } else if (CELL == DML_CELL_GRU) {
    h = gru();
  } else {
    h = plain();
  }
  CELL_STORE(hidden, 4, h);
  CELL_STORE(output_, 6, h);
}
