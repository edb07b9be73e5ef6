// Columns [first, first + kBlock) of LU factors with row exchanges, in place; one
// group a matrix, which holds the columns in `work`. The rows of other columns
// change places later (lu_rows.comp).
//
// An invocation owns every so many-th row and touches no other one's elements in
// memory; the two rows that change places go through shared memory.
#version 460
#include "dml.glsl"
#include "all_reduce.glsl"
#include "field.glsl"
#include "matrix_block.glsl"

DML_PARAMETERS_BEGIN
  TBuffer a;           // [batch, n, pitch]
  TBuffer work;        // [batch, kBlock, n]
  IntBuffer pivots;    // [batch, kBlock + 1]: with which row each one changed
                       // places; whether that made an odd permutation so far
  IntBuffer singular;  // [batch]
  uint batch;
  uint n;
  uint pitch;
  uint first;
  int singular_stride;
  int singular_offset;
DML_PARAMETERS_END

struct Candidate {
  FIELD_part size;
  uint row;
};

Candidate larger(Candidate a, Candidate b) {
  if (b.size > a.size || (b.size == a.size && b.row < a.row)) return b;
  return a;
}

DML_ALL_REDUCE(largest, tree, Candidate, larger)

shared T_compute top_row[kBlock];
shared T_compute pivot_row[kBlock];

uint width;
uint work_base;  // of the matrix
Candidate candidate;

uint work_at(uint column, uint row) {
  return work_base + column * p.n + row;
}

void consider(T_compute value, uint row) {
  const FIELD_part size = field_abs(value);
  if (size > candidate.size) {
    candidate.size = size;
    candidate.row = row;
  }
}

void no_candidate() {
  candidate.size = FIELD_part(-1);
  candidate.row = p.n;
}

void main() {
  const uint me = gl_LocalInvocationID.x;
  const uint size = gl_WorkGroupSize.x;
  const uint matrix = dml_group();
  if (matrix >= p.batch) return;
  width = min(kBlock, p.n - p.first);
  work_base = matrix * kBlock * p.n;
  const uint matrix_at = matrix * p.n * p.pitch + p.first;
  no_candidate();
  for (uint row = p.first + me; row < p.n; row += size) {
    for (uint c = 0; c < width; ++c) {
      const T_compute value = T_load(p.a, matrix_at + row * p.pitch + c);
      T_store(p.work, work_at(c, row), value);
      if (c == 0) consider(value, row);
    }
  }

  bool singular = false;
  bool odd = false;
  for (uint j = 0; j < width; ++j) {
    const Candidate best = largest(candidate, size, 1);
    const uint top = p.first + j;
    const uint pivot = best.row < p.n ? best.row : top;  // all are NaN
    const bool owns_pivot = (pivot - p.first) % size == me;
    if (me == j) {
      for (uint c = 0; c < width; ++c) top_row[c] = T_load(p.work, work_at(c, top));
    }
    if (owns_pivot) {
      for (uint c = 0; c < width; ++c) {
        pivot_row[c] = T_load(p.work, work_at(c, pivot));
      }
    }
    barrier();
    if (pivot != top) {
      if (me == j) {
        for (uint c = 0; c < width; ++c) T_store(p.work, work_at(c, top), pivot_row[c]);
      }
      if (owns_pivot) {
        for (uint c = 0; c < width; ++c) T_store(p.work, work_at(c, pivot), top_row[c]);
      }
      odd = !odd;
    }
    const FIELD_part pivot_size = field_abs(pivot_row[j]);
    singular = singular || !(pivot_size > FIELD_part(0));
    if (me == 0) {
      int_store(p.pivots, matrix * (kBlock + 1) + j, int(pivot));
    }
    no_candidate();
    // The first row below the top one that this invocation owns.
    for (uint row = p.first + me + (me > j ? 0 : size); row < p.n; row += size) {
      // Below a pivot of zero are zeros, and stay.
      T_compute multiple = T_load(p.work, work_at(j, row));
      if (pivot_size != FIELD_part(0)) {
        multiple = field_divide(multiple, pivot_row[j]);
      }
      T_store(p.work, work_at(j, row), multiple);
      for (uint c = j + 1; c < width; ++c) {
        const T_compute value = T_load(p.work, work_at(c, row)) -
                                field_multiply(multiple, pivot_row[c]);
        T_store(p.work, work_at(c, row), value);
        if (c == j + 1) consider(value, row);
      }
    }
  }

  for (uint row = p.first + me; row < p.n; row += size) {
    for (uint c = 0; c < width; ++c) {
      T_store(p.a, matrix_at + row * p.pitch + c, T_load(p.work, work_at(c, row)));
    }
  }
  if (me != 0) return;
  const int singular_at = p.singular_offset + int(matrix) * p.singular_stride;
  if (p.first == 0 || singular) int_store(p.singular, singular_at, singular ? 1 : 0);
  const uint odd_at = matrix * (kBlock + 1) + kBlock;
  if (p.first != 0 && int_load(p.pivots, odd_at) != 0) odd = !odd;
  int_store(p.pivots, odd_at, odd ? 1 : 0);
}
