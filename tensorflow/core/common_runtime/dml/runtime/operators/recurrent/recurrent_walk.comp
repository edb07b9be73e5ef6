// All steps of a recurrent layer's direction, see dml_recurrent_layer().
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "recurrent_walk.glsl"

DML_PARAMETERS_BEGIN
  TBuffer gates;
  TBuffer recurrent;
  TBuffer weights;  // [units, columns]: neighbours are of neighbouring columns
  TBuffer bias;
  TBuffer hidden;
  TBuffer cells;
  TBuffer output_;
  IntBuffer lengths;
  RecurrentWalk walk;
  int offsets[7];  // of the tensors, without the lengths
  int output_strides[3];
DML_PARAMETERS_END

shared T_compute shared_hidden[ROWS * SPAN];
shared T_compute shared_cells[CELL == DML_CELL_LSTM ? ROWS * SPAN : 1];
shared T_compute shared_products[ROWS * GATES * SPAN];

DML_HELD(TBuffer, weights_data);

// What the hidden states give to each gate.
void multiply() {
  const uint units = p.walk.units;
  const uint columns = GATES * units;
  const int first = p.offsets[2];
  for (uint column = gl_LocalInvocationID.x; column < columns;
       column += kGroupSize) {
    const T_compute start = T_load(p.bias, p.offsets[3] + int(column));
    T_compute sums[ROWS];
    [[unroll]] for (uint r = 0; r < ROWS; ++r) sums[r] = start;
    for (uint k = 0; k < units; ++k) {
      const T_compute weight =
          T_load(weights_data, first + int(k * columns + column));
      [[unroll]] for (uint r = 0; r < ROWS; ++r) {
        sums[r] += weight * shared_hidden[r * SPAN + k];
      }
    }
    const uint at = column / units * SPAN + column % units;
    [[unroll]] for (uint r = 0; r < ROWS; ++r) {
      shared_products[r * GATES * SPAN + at] = sums[r];
    }
  }
}

// One unit of one row at one step.
void advance(uint local_row, uint row, uint unit, uint step) {
  const uint units = p.walk.units;
  const uint held = local_row * SPAN + unit;
  const uint slot = p.walk.reverse != 0 ? step : step + 1;
  const int after = WALK_ROW(slot, row, units) + int(unit);
  const int at_output = p.offsets[6] + int(step) * p.output_strides[0] +
                        int(row) * p.output_strides[1] +
                        int(unit) * p.output_strides[2];
  const bool ended = WALK_ENDED(step, row);
  T_compute h = shared_hidden[held];
  T_compute c = T_compute(0);
  if (CELL == DML_CELL_LSTM) c = shared_cells[held];
  if (!ended) {
    const int at = WALK_ROW(step, row, GATES * units) + int(unit);
    T_compute gates[4], products[4];
    [[unroll]] for (uint g = 0; g < GATES; ++g) {
      const int at_gate = at + int(g * units);
      gates[g] = T_load(p.gates, p.offsets[0] + at_gate);
      products[g] =
          shared_products[(local_row * GATES + g) * SPAN + unit];
      if (CELL == DML_CELL_GRU) {
        T_store(p.recurrent, p.offsets[1] + at_gate, products[g]);
      } else {
        gates[g] += products[g];
      }
    }
    h = cell_step(gates, products, h, c);
    [[unroll]] for (uint g = 0; g < GATES; ++g) {
      T_store(p.gates, p.offsets[0] + at + int(g * units), gates[g]);
    }
    shared_hidden[held] = h;
    if (CELL == DML_CELL_LSTM) shared_cells[held] = c;
  }
  T_store(p.hidden, p.offsets[4] + after, h);
  if (CELL == DML_CELL_LSTM) T_store(p.cells, p.offsets[5] + after, c);
  T_store(p.output_, at_output, ended ? T_compute(0) : h);
}

void main() {
  DML_HOLD(weights_data, p.weights);
  const uint units = p.walk.units;
  const uint first_row = dml_group() * ROWS;
  const uint count = ROWS * units;
  const uint slot = p.walk.reverse != 0 ? p.walk.steps - p.walk.begin
                                        : p.walk.begin;
  for (uint i = gl_LocalInvocationID.x; i < count; i += kGroupSize) {
    const uint local_row = i / units, unit = i % units;
    const uint row = min(first_row + local_row, p.walk.batch - 1);
    const int at = WALK_ROW(slot, row, units) + int(unit);
    shared_hidden[local_row * SPAN + unit] = T_load(p.hidden, p.offsets[4] + at);
    if (CELL == DML_CELL_LSTM) {
      shared_cells[local_row * SPAN + unit] = T_load(p.cells, p.offsets[5] + at);
    }
  }
  for (uint n = 0; n < p.walk.count; ++n) {
    barrier();
    multiply();
    barrier();
    const uint step = WALK_STEP(p.walk.begin + n);
    for (uint i = gl_LocalInvocationID.x; i < count; i += kGroupSize) {
      const uint row = first_row + i / units;
      if (row < p.walk.batch) advance(i / units, row, i % units, step);
    }
  }
}
