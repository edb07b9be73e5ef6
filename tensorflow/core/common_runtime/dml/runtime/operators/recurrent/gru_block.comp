// The steps of dml_block_cell() for a GRU, and of its gradient; the tensors are
// numbered as there.
#version 460
#include "block_cell.glsl"

layout(constant_id = 2) const uint STEP = 0;

DML_PARAMETERS_BEGIN
  TBuffer tensors[7];
  BlockCellAttributes cell;
DML_PARAMETERS_END

#define LOAD(tensor) T_load(p.tensors[tensor], at)
#define STORE(tensor, value) T_store(p.tensors[tensor], at, value)

void gates() {
  const T_compute r = dml_sigmoid(T_load(p.tensors[0], at_gate(0, 2, p.cell.units)) +
                                  T_load(p.tensors[1], unit));
  const T_compute u = dml_sigmoid(T_load(p.tensors[0], at_gate(1, 2, p.cell.units)) +
                                  T_load(p.tensors[1], p.cell.units + unit));
  STORE(3, r);
  STORE(4, u);
  STORE(5, r * LOAD(2));
}

void outputs() {
  const T_compute c = dml_tanh(LOAD(0) + T_load(p.tensors[1], unit));
  const T_compute h = LOAD(3) * (LOAD(2) - c) + c;
  STORE(4, c);
  STORE(5, h);
}

void output_gradient() {
  const T_compute u = LOAD(1), c = LOAD(2), dh = LOAD(3);
  const T_compute du = dh * (LOAD(0) - c) * sigmoid_gradient(u);
  STORE(4, dh * (T_compute(1) - u) * tanh_gradient(c));
  T_store(p.tensors[5], at_gate(1, 2, p.cell.units), du);
}

void reset_gradient() {
  const T_compute h = LOAD(0), r = LOAD(1), dhr = LOAD(4);
  const T_compute dh = dhr * r + LOAD(3) * LOAD(2);
  T_store(p.tensors[5], at_gate(0, 2, p.cell.units), dhr * h * sigmoid_gradient(r));
  STORE(6, dh);
}

void main() {
  at = dml_global();
  if (at >= p.cell.count) return;
  unit = at % p.cell.units;
  switch (STEP) {
    case DML_GRU_BLOCK_GATES: gates(); break;
    case DML_GRU_BLOCK_OUTPUTS: outputs(); break;
    case DML_GRU_BLOCK_OUTPUT_GRADIENT: output_gradient(); break;
    case DML_GRU_BLOCK_RESET_GRADIENT: reset_gradient(); break;
  }
}
