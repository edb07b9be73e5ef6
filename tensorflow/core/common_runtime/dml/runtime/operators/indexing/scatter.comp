// y[indices[i], j] = op(y[indices[i], j], updates[i, j]) for each i in order.
// With a DEPTH other than 1, indices are vectors: places in a tensor of DEPTH
// dimensions, whose elements in row-major order are the rows.
// With DML_MOVE, op is assignment, and T any type of the elements' size.
#version 460
#include "dml.glsl"
#include "index_vectors.glsl"
#include "row_walk.glsl"

layout(constant_id = 1) const uint OP = 0;  // a dml_scatter_op
layout(constant_id = 2) const uint DEPTH = 1;

DML_PARAMETERS_BEGIN
  UBuffer indices;
  TBuffer updates;
  TBuffer y;
  RowWalk walk;
  int index_strides[2];
  int update_strides[2];
  int y_strides[2];
  int index_offset;
  int update_offset;
  int y_offset;
  uint sizes[DML_MAX_RANK];  // of the dimensions that vectors are places in
DML_PARAMETERS_END

T_compute combine(T_compute old, T_compute update) {
#ifndef DML_MOVE
  switch (OP) {
    case DML_SCATTER_ADD: return old + update;
    case DML_SCATTER_SUBTRACT: return old - update;
    case DML_SCATTER_MULTIPLY: return old * update;
#if T_IS_FLOAT
    case DML_SCATTER_DIVIDE: return old / update;
#else
    case DML_SCATTER_DIVIDE:
      if (update == T_compute(0)) return T_compute(0);
      if (update == T_compute(-1)) return T_compute(0) - old;
      return old / update;
#endif
    case DML_SCATTER_MINIMUM: return update < old ? update : old;
    case DML_SCATTER_MAXIMUM: return old < update ? update : old;
  }
#endif
  return update;
}

uint row_of_update(uint i) {
  const int at = p.index_offset + int(i) * p.index_strides[0];
  if (DEPTH != 1) {
    uint number;
    bool inside;
    DML_ROW_OF_VECTOR(number, inside, p.indices, at, p.index_strides[1], DEPTH,
                      p.sizes)
    return inside ? number : DML_NO_ROW;
  }
  U_compute row = U_load(p.indices, at);
#if U_SIZE == 8
  if (row >= U_compute(DML_NO_ROW)) return DML_NO_ROW;
#endif
  return row >= U_compute(0) ? uint(row) : DML_NO_ROW;
}

void apply_update(uint row, uint column, uint i) {
  int at = p.y_offset + int(row) * p.y_strides[0] +
           int(column) * p.y_strides[1];
  int from = p.update_offset + int(i) * p.update_strides[0] +
             int(column) * p.update_strides[1];
  T_store(p.y, at, combine(T_load(p.y, at), T_load(p.updates, from)));
}

void main() { dml_walk_rows(p.walk); }
