// Columns of q whose element on the diagonal of r is negative change their signs.
#version 460
#include "dml.glsl"
#include "field.glsl"

DML_PARAMETERS_BEGIN
  TBuffer q;  // [batch, rows, columns], in place
  TBuffer r;  // [batch, r_rows, columns]
  uint batch;
  uint rows;
  uint columns;
  uint r_rows;
  int q_strides[3];
  int q_offset;
DML_PARAMETERS_END

void main() {
  const uint element = dml_global();
  if (element >= p.batch * p.rows * p.columns) return;
  const uint column = element % p.columns;
  const uint row = element / p.columns;  // of all matrices
  const uint matrix = row / p.rows;
  const FIELD_part diagonal = field_real(
      T_load(p.r, (matrix * p.r_rows + column) * p.columns + column));
  if (!(diagonal < FIELD_part(0))) return;
  const int at = p.q_offset + int(matrix) * p.q_strides[0] +
                 int(row - matrix * p.rows) * p.q_strides[1] +
                 int(column) * p.q_strides[2];
  T_store(p.q, at, -T_load(p.q, at));
}
