// Sums of updates that lie in the order of their rows go to y: sorted_walk.glsl.
#version 460
#include "dml.glsl"
#include "sorted_walk.glsl"

layout(constant_id = 2) const bool SUBTRACT = false;

DML_PARAMETERS_BEGIN
  WordBuffer rows;
  WordBuffer positions;
  SumBuffer partial;
  TBuffer updates;
  TBuffer y;
  SortedWalk walk;
  int update_strides[2];
  int y_strides[2];
  int update_offset;
  int y_offset;
DML_PARAMETERS_END

DML_WALK_SORTED

T_compute update_of(uint position, uint column) {
  return T_load(p.updates, p.update_offset +
                               int(position) * p.update_strides[0] +
                               int(column) * p.update_strides[1]);
}

void add_to_row(uint row, uint column, T_compute sum) {
  const int at = p.y_offset + int(row) * p.y_strides[0] +
                 int(column) * p.y_strides[1];
  const T_compute old = T_load(p.y, at);
  T_store(p.y, at, SUBTRACT ? old - sum : old + sum);
}

void main() { dml_walk_sorted(); }
