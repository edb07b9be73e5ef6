// Solves tridiagonal systems a x = b by LU factors, with row exchanges where
// PIVOTING, in three steps over rows [first, last) each. Later launches go on
// where earlier ones ended, so that none of them takes long.
//   FACTOR    one invocation a matrix: the rows of U, and how row i + 1 became
//             of rows i and i + 1
//   FORWARD   one invocation a column of b: the same to b, into x
//   BACKWARD  likewise, from the last row up: x
// As in LAPACK's gtsv, an exchange gives U a second diagonal above its main one.
#version 460
#include "dml.glsl"
#include "field.glsl"

DML_SHARED const uint FACTOR = 0;
DML_SHARED const uint FORWARD = 1;
DML_SHARED const uint BACKWARD = 2;

layout(constant_id = 1) const uint STEP = FACTOR;
layout(constant_id = 2) const bool PIVOTING = true;

DML_PARAMETERS_BEGIN
  TBuffer diagonals;   // [batch, 3, n]: upper, main, lower
  TBuffer factors;     // [5, n, batch]: see below
  TBuffer b;           // [batch, n, columns]
  TBuffer x;           // the same
  IntBuffer singular;  // [batch]
  uint batch;
  uint n;
  uint columns;
  uint first;
  uint last;
  int diagonal_strides[3];
  int b_strides[3];
  int x_strides[3];
  int singular_stride;
  int offsets[4];  // of diagonals, b, x and singular
DML_PARAMETERS_END

// Rows of `factors`: those of U, from its main diagonal; the multiple of the
// pivot's row that the other one lost; whether the two changed places.
const uint MAIN = 0;
const uint ABOVE = 1;
const uint SECOND_ABOVE = 2;
const uint MULTIPLE = 3;
const uint EXCHANGED = 4;
DML_SHARED const uint FACTOR_KINDS = 5;

uint factor_at(uint kind, uint matrix, uint row) {
  return (kind * p.n + row) * p.batch + matrix;
}

T_compute diagonal(uint matrix, uint kind, uint row) {
  return T_load(p.diagonals, p.offsets[0] +
                                 int(matrix) * p.diagonal_strides[0] +
                                 int(kind) * p.diagonal_strides[1] +
                                 int(row) * p.diagonal_strides[2]);
}

void factor(uint matrix) {
  const T_compute zero = T_compute(0);
  bool singular = false;
  T_compute main_i, above;
  if (p.first == 0) {
    main_i = diagonal(matrix, 1, 0);
    above = p.n > 1 ? diagonal(matrix, 0, 0) : zero;
  } else {
    main_i = T_load(p.factors, factor_at(MAIN, matrix, p.first));
    above = T_load(p.factors, factor_at(ABOVE, matrix, p.first));
  }
  for (uint i = p.first; i < min(p.last, p.n - 1); ++i) {
    const T_compute lower = diagonal(matrix, 2, i + 1);
    const T_compute next = diagonal(matrix, 1, i + 1);
    const T_compute next_above = i + 2 < p.n ? diagonal(matrix, 0, i + 1) : zero;
    const bool exchange = PIVOTING && !(field_abs(main_i) >= field_abs(lower));
    const T_compute pivot = exchange ? lower : main_i;
    const T_compute multiple = field_divide(exchange ? main_i : lower, pivot);
    singular = singular || pivot == zero;
    T_store(p.factors, factor_at(MAIN, matrix, i), pivot);
    T_store(p.factors, factor_at(ABOVE, matrix, i), exchange ? next : above);
    T_store(p.factors, factor_at(SECOND_ABOVE, matrix, i),
            exchange ? next_above : zero);
    T_store(p.factors, factor_at(MULTIPLE, matrix, i), multiple);
    T_store(p.factors, factor_at(EXCHANGED, matrix, i),
            T_compute(exchange ? 1 : 0));
    if (exchange) {
      main_i = above - field_multiply(multiple, next);
      above = -field_multiply(multiple, next_above);
    } else {
      main_i = next - field_multiply(multiple, above);
      above = next_above;
    }
  }
  const uint end = min(p.last, p.n - 1);
  T_store(p.factors, factor_at(MAIN, matrix, end), main_i);
  T_store(p.factors, factor_at(ABOVE, matrix, end), above);
  T_store(p.factors, factor_at(SECOND_ABOVE, matrix, end), zero);
  singular = singular || (p.last == p.n && main_i == zero);
  const int at = p.offsets[3] + int(matrix) * p.singular_stride;
  int_store(p.singular, at,
            singular || (p.first > 0 && int_load(p.singular, at) != 0) ? 1 : 0);
}

void forward(uint matrix, int b_at, int x_at) {
  T_compute value = p.first == 0
                        ? T_load(p.b, b_at)
                        : T_load(p.x, x_at + int(p.first) * p.x_strides[1]);
  const uint end = min(p.last, p.n - 1);
  for (uint i = p.first; i < end; ++i) {
    const T_compute next = T_load(p.b, b_at + int(i + 1) * p.b_strides[1]);
    const T_compute multiple =
        T_load(p.factors, factor_at(MULTIPLE, matrix, i));
    const bool exchange =
        T_load(p.factors, factor_at(EXCHANGED, matrix, i)) != T_compute(0);
    T_store(p.x, x_at + int(i) * p.x_strides[1], exchange ? next : value);
    value = exchange ? value - field_multiply(multiple, next)
                     : next - field_multiply(multiple, value);
  }
  T_store(p.x, x_at + int(end) * p.x_strides[1], value);
}

void backward(uint matrix, int x_at) {
  T_compute next = T_compute(0);
  T_compute second = T_compute(0);
  if (p.last < p.n) next = T_load(p.x, x_at + int(p.last) * p.x_strides[1]);
  if (p.last + 1 < p.n) {
    second = T_load(p.x, x_at + int(p.last + 1) * p.x_strides[1]);
  }
  for (uint row = p.last; row > p.first; --row) {
    const uint i = row - 1;
    const int at = x_at + int(i) * p.x_strides[1];
    T_compute rest = T_load(p.x, at);
    // There are no rows below the last: their x, 0 here, must not be multiplied
    // by factors, which may be infinite.
    if (i + 1 < p.n) {
      rest -=
          field_multiply(T_load(p.factors, factor_at(ABOVE, matrix, i)), next);
    }
    if (i + 2 < p.n) {
      rest -= field_multiply(
          T_load(p.factors, factor_at(SECOND_ABOVE, matrix, i)), second);
    }
    second = next;
    next = field_divide(rest, T_load(p.factors, factor_at(MAIN, matrix, i)));
    T_store(p.x, at, next);
  }
}

void main() {
  const uint i = dml_global();
  if (STEP == FACTOR) {
    if (i < p.batch) factor(i);
    return;
  }
  if (i >= p.batch * p.columns) return;
  const uint matrix = i / p.columns;
  const int column = int(i - matrix * p.columns);
  const int b_at = p.offsets[1] + int(matrix) * p.b_strides[0] +
                   column * p.b_strides[2];
  const int x_at = p.offsets[2] + int(matrix) * p.x_strides[0] +
                   column * p.x_strides[2];
  if (STEP == FORWARD) {
    forward(matrix, b_at, x_at);
  } else {
    backward(matrix, x_at);
  }
}
