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

const uint GATES = CELL == DML_CELL_LSTM ? 4 : (CELL == DML_CELL_GRU ? 3 : 1);

T_compute sigmoid_gradient(T_compute y) { return y * (T_compute(1) - y); }
T_compute tanh_gradient(T_compute y) { return T_compute(1) - y * y; }

void lstm(T_compute dh) {
  const T_compute i = CELL_LOAD_GATE(gates, 0, 0);
  const T_compute f = CELL_LOAD_GATE(gates, 0, 1);
  const T_compute g = CELL_LOAD_GATE(gates, 0, 2);
  const T_compute o = CELL_LOAD_GATE(gates, 0, 3);
  const T_compute c = dml_tanh(CELL_LOAD(cell_after, 4));
  const T_compute dc = CELL_LOAD(cell_gradient, 7) + dh * o * tanh_gradient(c);
  CELL_STORE_GATE(gates_gradient, 8, 0, dc * g * sigmoid_gradient(i));
  CELL_STORE_GATE(gates_gradient, 8, 1,
                  dc * CELL_LOAD(cell_before, 3) * sigmoid_gradient(f));
  CELL_STORE_GATE(gates_gradient, 8, 2, dc * i * tanh_gradient(g));
  CELL_STORE_GATE(gates_gradient, 8, 3, dh * c * sigmoid_gradient(o));
  CELL_STORE(cell_gradient, 7, dc * f);
  CELL_STORE(hidden_gradient, 6, T_compute(0));
}

void gru(T_compute dh) {
  const T_compute r = CELL_LOAD_GATE(gates, 0, 0);
  const T_compute z = CELL_LOAD_GATE(gates, 0, 1);
  const T_compute n = CELL_LOAD_GATE(gates, 0, 2);
  const T_compute dz = dh * (CELL_LOAD(hidden_before, 2) - n) *
                       sigmoid_gradient(z);
  const T_compute dn = dh * (T_compute(1) - z) * tanh_gradient(n);
  const T_compute dr =
      dn * CELL_LOAD_GATE(recurrent, 1, 2) * sigmoid_gradient(r);
  CELL_STORE_GATE(gates_gradient, 8, 0, dr);
  CELL_STORE_GATE(gates_gradient, 8, 1, dz);
  CELL_STORE_GATE(gates_gradient, 8, 2, dn);
  CELL_STORE_GATE(recurrent_gradient, 9, 0, dr);
  CELL_STORE_GATE(recurrent_gradient, 9, 1, dz);
  CELL_STORE_GATE(recurrent_gradient, 9, 2, dn * r);
  CELL_STORE(hidden_gradient, 6, dh * z);
}

void plain(T_compute dh) {
  const T_compute h = CELL_LOAD_GATE(gates, 0, 0);
  const T_compute d = CELL == DML_CELL_TANH
                          ? dh * tanh_gradient(h)
                          : (h > T_compute(0) ? dh : T_compute(0));
  CELL_STORE_GATE(gates_gradient, 8, 0, d);
  CELL_STORE(hidden_gradient, 6, T_compute(0));
}

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
  const T_compute dh =
      CELL_LOAD(output_gradient, 5) + CELL_LOAD(hidden_gradient, 6);
  if (CELL == DML_CELL_LSTM) {
    lstm(dh);
  } else if (CELL == DML_CELL_GRU) {
    gru(dh);
  } else {
    plain(dh);
  }
}
