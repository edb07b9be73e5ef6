// What recurrent_cell.comp and its gradient share: one invocation has one unit of
// one row of the batch. A tensor is numbered in the order of the parameters; an
// absent one stands in for another and is not read.
#include "dml.glsl"
#include "recurrent_math.glsl"

DML_SHARED struct RecurrentStep {
  uint count;  // rows * units
  uint units;
  int time;
  uint has_lengths;
  int length_stride;
  int length_offset;
};

// This invocation's row of the batch and unit. Gate `g` of the unit is in column
// g * units + unit.
uint cell_row, cell_unit;

#define CELL_AT(tensor, column)                                  \
  (p.offsets[tensor] + int(cell_row) * p.strides[tensor][0] +    \
   int(column) * p.strides[tensor][1])
#define CELL_LOAD(buffer, tensor) T_load(p.buffer, CELL_AT(tensor, cell_unit))
#define CELL_STORE(buffer, tensor, v) \
  T_store(p.buffer, CELL_AT(tensor, cell_unit), v)
#define CELL_LOAD_GATE(buffer, tensor, g) \
  T_load(p.buffer, CELL_AT(tensor, (g) * p.step.units + cell_unit))
#define CELL_STORE_GATE(buffer, tensor, g, v) \
  T_store(p.buffer, CELL_AT(tensor, (g) * p.step.units + cell_unit), v)
