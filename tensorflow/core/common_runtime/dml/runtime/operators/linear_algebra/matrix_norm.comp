// A norm of each matrix, one group a matrix, which walks all of its elements; NaN
// where one of them is.
#version 460
#include "dml.glsl"
#include "all_reduce.glsl"
#include "field.glsl"
#include "math_t.glsl"

DML_SHARED const uint LARGEST_ELEMENT = 0;
// The root of the largest sum of a row's magnitudes, or 1 if that is less, and a
// half more. Of the square of a Hermitian matrix: clearly more than any magnitude
// of that one's eigenvalues.
DML_SHARED const uint ROOT_OF_ROW_SUM = 1;

layout(constant_id = 1) const uint NORM = LARGEST_ELEMENT;

DML_PARAMETERS_BEGIN
  TBuffer x;     // [batch, rows, columns]
  TBuffer norm;  // [batch]
  uint batch;
  uint rows;
  uint columns;
DML_PARAMETERS_END

FIELD_part largest(FIELD_part a, FIELD_part b) {
  return dml_is_nan(a) || a > b ? a : b;
}

DML_ALL_REDUCE(largest_of, tree, FIELD_part, largest)

void main() {
  const uint matrix = dml_group();
  if (matrix >= p.batch) return;
  const uint me = gl_LocalInvocationID.x;
  const uint size = gl_WorkGroupSize.x;
  const uint matrix_at = matrix * p.rows * p.columns;
  FIELD_part norm = FIELD_part(0);
  if (NORM == LARGEST_ELEMENT) {
    for (uint i = me; i < p.rows * p.columns; i += size) {
      norm = largest(norm, field_abs(T_load(p.x, matrix_at + i)));
    }
  } else {
    for (uint row = me; row < p.rows; row += size) {
      FIELD_part sum = FIELD_part(0);
      for (uint c = 0; c < p.columns; ++c) {
        sum += field_abs(T_load(p.x, matrix_at + row * p.columns + c));
      }
      norm = largest(norm, sum);
    }
  }
  norm = largest_of(norm, size, 1);
  if (NORM == ROOT_OF_ROW_SUM) {
    norm = FIELD_part(1.5) * sqrt(largest(norm, FIELD_part(1)));
  }
  if (me == 0) T_store(p.norm, matrix, field_of(norm));
}
