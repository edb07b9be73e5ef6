// The equations of dml_cell and their gradients, for one unit of one row of the
// batch. Include after dml.glsl.
#ifndef DML_RECURRENT_MATH_GLSL_
#define DML_RECURRENT_MATH_GLSL_

#include "math_t.glsl"

// A dml_cell.
layout(constant_id = 1) const uint CELL = 0;

const uint GATES = CELL == DML_CELL_LSTM ? 4 : (CELL == DML_CELL_GRU ? 3 : 1);

// `gates`: sums, which become the activated gates. `recurrent`: what the hidden
// state gives to each gate, for GRU. `cell`: LSTM's state before the step, which
// becomes that after it. Gives the hidden state after the step.
T_compute cell_step(inout T_compute gates[4], T_compute recurrent[4],
                    T_compute hidden, inout T_compute cell) {
  if (CELL == DML_CELL_LSTM) {
    gates[0] = dml_sigmoid(gates[0]);
    gates[1] = dml_sigmoid(gates[1]);
    gates[2] = dml_tanh(gates[2]);
    gates[3] = dml_sigmoid(gates[3]);
    cell = gates[1] * cell + gates[0] * gates[2];
    return gates[3] * dml_tanh(cell);
  }
  if (CELL == DML_CELL_GRU) {
    gates[0] = dml_sigmoid(gates[0] + recurrent[0]);
    gates[1] = dml_sigmoid(gates[1] + recurrent[1]);
    gates[2] = dml_tanh(gates[2] + gates[0] * recurrent[2]);
    return (T_compute(1) - gates[1]) * gates[2] + gates[1] * hidden;
  }
  // A comparison with NaN is false, so NaN stays.
  gates[0] = CELL == DML_CELL_TANH
                 ? dml_tanh(gates[0])
                 : (gates[0] < T_compute(0) ? T_compute(0) : gates[0]);
  return gates[0];
}

T_compute sigmoid_gradient(T_compute y) { return y * (T_compute(1) - y); }
T_compute tanh_gradient(T_compute y) { return T_compute(1) - y * y; }

// `gates`: activated; they become their gradients. `recurrent_new`: what the
// hidden state gave to GRU's third gate; becomes its gradient. `hidden_gradient`,
// `cell_gradient`: of the states after the step; become those of the states
// before it, but for what goes through the products.
void cell_gradient_step(inout T_compute gates[4], inout T_compute recurrent_new,
                        T_compute hidden_before, T_compute cell_before,
                        T_compute cell_after, inout T_compute hidden_gradient,
                        inout T_compute cell_gradient) {
  const T_compute dh = hidden_gradient;
  if (CELL == DML_CELL_LSTM) {
    const T_compute i = gates[0], f = gates[1], g = gates[2], o = gates[3];
    const T_compute c = dml_tanh(cell_after);
    const T_compute dc = cell_gradient + dh * o * tanh_gradient(c);
    gates[0] = dc * g * sigmoid_gradient(i);
    gates[1] = dc * cell_before * sigmoid_gradient(f);
    gates[2] = dc * i * tanh_gradient(g);
    gates[3] = dh * c * sigmoid_gradient(o);
    cell_gradient = dc * f;
    hidden_gradient = T_compute(0);
  } else if (CELL == DML_CELL_GRU) {
    const T_compute r = gates[0], z = gates[1], n = gates[2];
    const T_compute dn = dh * (T_compute(1) - z) * tanh_gradient(n);
    gates[0] = dn * recurrent_new * sigmoid_gradient(r);
    gates[1] = dh * (hidden_before - n) * sigmoid_gradient(z);
    gates[2] = dn;
    recurrent_new = dn * r;
    hidden_gradient = dh * z;
  } else {
    const T_compute h = gates[0];
    gates[0] = CELL == DML_CELL_TANH ? dh * tanh_gradient(h)
                                     : (h > T_compute(0) ? dh : T_compute(0));
    hidden_gradient = T_compute(0);
  }
}

#endif  // DML_RECURRENT_MATH_GLSL_
