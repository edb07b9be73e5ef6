// DML_LSTM_BLOCK_GRADIENT of dml_block_cell(): what a step's outputs pass back
// to its gates and to the state before.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "block_cell.glsl"

DML_PARAMETERS_BEGIN
  TBuffer cs_prev;
  TBuffer wci;
  TBuffer wcf;
  TBuffer wco;
  TBuffer i;
  TBuffer cs;
  TBuffer f;
  TBuffer o;
  TBuffer ci;
  TBuffer co;
  TBuffer cs_grad;
  TBuffer cs_grad_later;
  TBuffer h_grad;
  TBuffer gates_grad;
  TBuffer cs_prev_grad;
  TBuffer peephole_terms;
  BlockCellAttributes cell;
DML_PARAMETERS_END

void main() {
  at = dml_global();
  if (at >= p.cell.count) return;
  unit = at % p.cell.units;
  const bool peephole = has(DML_BLOCK_PEEPHOLE);
  const bool ifco = has(DML_BLOCK_IFCO);

  const T_compute before = T_load(p.cs_prev, at);
  const T_compute i = T_load(p.i, at), f = T_load(p.f, at);
  const T_compute o = T_load(p.o, at), ci = T_load(p.ci, at);
  const T_compute co = T_load(p.co, at), dh = T_load(p.h_grad, at);
  const T_compute d_o = sigmoid_gradient(o) * dh * co;
  T_compute dcs = tanh_gradient(co) * dh * o + T_load(p.cs_grad, at);
  if (has(DML_BLOCK_LATER)) dcs += T_load(p.cs_grad_later, at);
  if (peephole) dcs += d_o * T_load(p.wco, unit);
  const T_compute dci = tanh_gradient(ci) * dcs * i;
  const T_compute df = sigmoid_gradient(f) * dcs * before;
  const T_compute di = sigmoid_gradient(i) * dcs * ci;
  T_compute dcs_prev = dcs * f;
  if (peephole) {
    dcs_prev += di * T_load(p.wci, unit) + df * T_load(p.wcf, unit);
    const T_compute cs = T_load(p.cs, at);
    T_store(p.peephole_terms, at_gate(0, 3, p.cell.units), di * before);
    T_store(p.peephole_terms, at_gate(1, 3, p.cell.units), df * before);
    T_store(p.peephole_terms, at_gate(2, 3, p.cell.units), d_o * cs);
  }
  T_store(p.gates_grad, at_gate(0, 4, p.cell.units), di);
  T_store(p.gates_grad, at_gate(ifco ? 2 : 1, 4, p.cell.units), dci);
  T_store(p.gates_grad, at_gate(ifco ? 1 : 2, 4, p.cell.units), df);
  T_store(p.gates_grad, at_gate(3, 4, p.cell.units), d_o);
  T_store(p.cs_prev_grad, at, dcs_prev);
}
