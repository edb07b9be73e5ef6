// DML_LSTM_BLOCK of dml_block_cell(): the gates and states of a step, once
// their products are there.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "block_cell.glsl"

DML_PARAMETERS_BEGIN
  TBuffer gates;
  TBuffer bias;
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
  TBuffer h;
  BlockCellAttributes cell;
DML_PARAMETERS_END

T_compute gate(uint number) {
  return T_load(p.gates, at_gate(number, 4, p.cell.units)) +
         T_load(p.bias, number * p.cell.units + unit);
}

void main() {
  at = dml_global();
  if (at >= p.cell.count) return;
  unit = at % p.cell.units;
  const bool peephole = has(DML_BLOCK_PEEPHOLE);
  const bool ifco = has(DML_BLOCK_IFCO);

  const T_compute before = T_load(p.cs_prev, at);
  T_compute i = gate(0);
  const T_compute ci = dml_tanh(gate(ifco ? 2 : 1));
  T_compute f = gate(ifco ? 1 : 2) + p.cell.forget_bias;
  if (peephole) {
    i += before * T_load(p.wci, unit);
    f += before * T_load(p.wcf, unit);
  }
  i = dml_sigmoid(i);
  f = dml_sigmoid(f);
  T_compute cs = i * ci + f * before;
  if (p.cell.clip > 0.0) {
    // Comparisons with NaN are false, so NaN stays.
    cs = cs > p.cell.clip ? p.cell.clip : (cs < -p.cell.clip ? -p.cell.clip : cs);
  }
  const T_compute co = dml_tanh(cs);
  T_compute o = gate(3);
  if (peephole) o += cs * T_load(p.wco, unit);
  o = dml_sigmoid(o);

  T_store(p.i, at, i);
  T_store(p.cs, at, cs);
  T_store(p.f, at, f);
  T_store(p.o, at, o);
  T_store(p.ci, at, ci);
  T_store(p.co, at, co);
  T_store(p.h, at, o * co);
}
