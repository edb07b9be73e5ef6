// One step of an optimizer, in place, on row indices[i] for each row i of the
// gradient in order: see optimizer_steps.glsl.
#version 460
#include "dml.glsl"
#include "row_walk.glsl"

layout(constant_id = 1) const bool FLAG = false;

DML_PARAMETERS_BEGIN
  TBuffer t[DML_TENSORS];
  IntBuffer indices;
  RowWalk walk;
  uint index_words;  // 1 for int32, 2 for int64
DML_PARAMETERS_END

#include "optimizer_steps.glsl"

uint row_of_update(uint i) {
  uint row = uint(int_load(p.indices, i * p.index_words));
  if (p.index_words == 2 && int_load(p.indices, i * 2 + 1) != 0) return DML_NO_ROW;
  return row;
}

void apply_update(uint row, uint column, uint i) {
  update(row * p.walk.columns + column, i * p.walk.columns + column);
}

void main() { dml_walk_rows(p.walk); }
