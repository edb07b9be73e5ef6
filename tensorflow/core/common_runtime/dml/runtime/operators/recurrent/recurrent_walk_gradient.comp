// The gradient of all steps of a recurrent layer's direction, see
// dml_recurrent_layer_gradient(). The walk is that of the forward pass, from its
// end to its begin.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "recurrent_walk.glsl"

DML_PARAMETERS_BEGIN
  TBuffer gates;
  TBuffer recurrent;
  TBuffer weights;  // [columns, units]
  TBuffer hidden;
  TBuffer cells;
  TBuffer output_gradient;
  TBuffer hidden_gradient;
  TBuffer cell_gradient;
  TBuffer gates_gradient;
  TBuffer recurrent_gradient;
  IntBuffer lengths;
  RecurrentWalk walk;
  int offsets[10];  // of the tensors, without the lengths
  int output_strides[3];
  int hidden_strides[2];
  int cell_strides[2];
DML_PARAMETERS_END

// The invocations that share a sum of products, each for PARTS-th of its terms.
const uint PARTS = SPAN < kGroupSize ? kGroupSize / SPAN : 1;

// Of the states after a step: what came past the products, and through them.
shared T_compute shared_hidden[ROWS * SPAN];
shared T_compute shared_parts[ROWS * PARTS * SPAN];
shared T_compute shared_cells[CELL == DML_CELL_LSTM ? ROWS * SPAN : 1];
// Of what the hidden state gives to the gates.
shared T_compute shared_gates[ROWS * GATES * SPAN];

DML_HELD(TBuffer, weights_data);

// The gradients of the gates, times the weights: for the state before the step.
void multiply() {
  const uint units = p.walk.units;
  const uint part = gl_LocalInvocationID.x / SPAN % PARTS;
  const int first = p.offsets[2];
  for (uint unit = gl_LocalInvocationID.x % (PARTS > 1 ? SPAN : kGroupSize);
       unit < units; unit += kGroupSize) {
    T_compute sums[ROWS];
    [[unroll]] for (uint r = 0; r < ROWS; ++r) sums[r] = T_compute(0);
    [[unroll]] for (uint g = 0; g < GATES; ++g) {
      for (uint k = part; k < units; k += PARTS) {
        const T_compute weight = T_load(
            weights_data, first + int((g * units + k) * units + unit));
        [[unroll]] for (uint r = 0; r < ROWS; ++r) {
          sums[r] += weight * shared_gates[(r * GATES + g) * SPAN + k];
        }
      }
    }
    [[unroll]] for (uint r = 0; r < ROWS; ++r) {
      shared_parts[(r * PARTS + part) * SPAN + unit] = sums[r];
    }
  }
}

T_compute hidden_gradient_of(uint local_row, uint unit) {
  T_compute sum = shared_hidden[local_row * SPAN + unit];
  for (uint part = 0; part < PARTS; ++part) {
    sum += shared_parts[(local_row * PARTS + part) * SPAN + unit];
  }
  return sum;
}

// One unit of one row at one step.
void retreat(uint local_row, uint row, uint unit, uint step) {
  const uint units = p.walk.units;
  const uint held = local_row * SPAN + unit;
  const int at = WALK_ROW(step, row, GATES * units) + int(unit);
  T_compute dh = hidden_gradient_of(local_row, unit);
  T_compute gates[4];
  [[unroll]] for (uint g = 0; g < GATES; ++g) gates[g] = T_compute(0);
  T_compute recurrent_new = T_compute(0);
  // Past the end of a sequence states passed through, and so do their gradients.
  if (!WALK_ENDED(step, row)) {
    const int before =
        WALK_ROW(p.walk.reverse != 0 ? step + 1 : step, row, units) + int(unit);
    const int after =
        WALK_ROW(p.walk.reverse != 0 ? step : step + 1, row, units) + int(unit);
    dh += T_load(p.output_gradient,
                 p.offsets[5] + int(step) * p.output_strides[0] +
                     int(row) * p.output_strides[1] +
                     int(unit) * p.output_strides[2]);
    [[unroll]] for (uint g = 0; g < GATES; ++g) {
      gates[g] = T_load(p.gates, p.offsets[0] + at + int(g * units));
    }
    T_compute h = T_compute(0), c = T_compute(0), c_after = T_compute(0);
    T_compute dc = T_compute(0);
    if (CELL == DML_CELL_GRU) {
      recurrent_new = T_load(p.recurrent, p.offsets[1] + at + int(2 * units));
      h = T_load(p.hidden, p.offsets[3] + before);
    }
    if (CELL == DML_CELL_LSTM) {
      c = T_load(p.cells, p.offsets[4] + before);
      c_after = T_load(p.cells, p.offsets[4] + after);
      dc = shared_cells[held];
    }
    cell_gradient_step(gates, recurrent_new, h, c, c_after, dh, dc);
    if (CELL == DML_CELL_LSTM) shared_cells[held] = dc;
  }
  shared_hidden[held] = dh;
  [[unroll]] for (uint g = 0; g < GATES; ++g) {
    const int at_gate = at + int(g * units);
    T_store(p.gates_gradient, p.offsets[8] + at_gate, gates[g]);
    const T_compute dproduct =
        CELL == DML_CELL_GRU && g == 2 ? recurrent_new : gates[g];
    if (CELL == DML_CELL_GRU) {
      T_store(p.recurrent_gradient, p.offsets[9] + at_gate, dproduct);
    }
    shared_gates[(local_row * GATES + g) * SPAN + unit] = dproduct;
  }
}

void main() {
  DML_HOLD(weights_data, p.weights);
  const uint units = p.walk.units;
  const uint first_row = dml_group() * ROWS;
  const uint count = ROWS * units;
  for (uint i = gl_LocalInvocationID.x; i < count; i += kGroupSize) {
    const uint local_row = i / units, unit = i % units;
    const uint row = min(first_row + local_row, p.walk.batch - 1);
    const uint held = local_row * SPAN + unit;
    shared_hidden[held] =
        T_load(p.hidden_gradient, p.offsets[6] +
                                      int(row) * p.hidden_strides[0] +
                                      int(unit) * p.hidden_strides[1]);
    if (CELL == DML_CELL_LSTM) {
      shared_cells[held] =
          T_load(p.cell_gradient, p.offsets[7] + int(row) * p.cell_strides[0] +
                                      int(unit) * p.cell_strides[1]);
    }
    for (uint part = 0; part < PARTS; ++part) {
      shared_parts[(local_row * PARTS + part) * SPAN + unit] = T_compute(0);
    }
    [[unroll]] for (uint g = 0; g < GATES; ++g) {
      shared_gates[(local_row * GATES + g) * SPAN + unit] = T_compute(0);
    }
  }
  for (uint n = p.walk.count; n > 0; --n) {
    barrier();
    const uint step = WALK_STEP(p.walk.begin + n - 1);
    for (uint i = gl_LocalInvocationID.x; i < count; i += kGroupSize) {
      const uint row = first_row + i / units;
      if (row < p.walk.batch) retreat(i / units, row, i % units, step);
    }
    barrier();
    multiply();
  }
  barrier();
  for (uint i = gl_LocalInvocationID.x; i < count; i += kGroupSize) {
    const uint local_row = i / units, unit = i % units;
    const uint row = first_row + local_row;
    if (row >= p.walk.batch) continue;
    T_store(p.hidden_gradient,
            p.offsets[6] + int(row) * p.hidden_strides[0] +
                int(unit) * p.hidden_strides[1],
            hidden_gradient_of(local_row, unit));
    if (CELL == DML_CELL_LSTM) {
      T_store(p.cell_gradient,
              p.offsets[7] + int(row) * p.cell_strides[0] +
                  int(unit) * p.cell_strides[1],
              shared_cells[local_row * SPAN + unit]);
    }
  }
}
