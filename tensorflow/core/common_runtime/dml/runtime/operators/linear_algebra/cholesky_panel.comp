// Columns [first, first + kBlock) of Cholesky factors l of matrices a, from which
// the products of the columns to their left are subtracted already.
//
// Each group factors the block on the diagonal in shared memory, and solves for
// kLanes of the rows below it, an invocation a row. The first one writes the
// block. a and l are different memory, or there is one group a matrix.
#version 460
#include "dml.glsl"
#include "field.glsl"
#include "matrix_block.glsl"

DML_PARAMETERS_BEGIN
  TBuffer a;         // [batch, n, n], its lower triangle
  TBuffer l;         // [batch, n, n]
  IntBuffer failed;  // [batch]
  uint batch;
  uint n;
  uint first;
  uint tiles;  // of kLanes rows below the block: groups a matrix
  int a_strides[3];
  int l_strides[3];
  int failed_stride;
  int offsets[3];  // of a, l and failed
DML_PARAMETERS_END

shared T_compute block[kBlock * kBlockPitch];
shared T_compute rows[kBlock * kLanes];
shared FIELD_part pivots[kBlock];

int a_at(uint matrix, uint row, uint column) {
  return p.offsets[0] + int(matrix) * p.a_strides[0] +
         int(row) * p.a_strides[1] + int(column) * p.a_strides[2];
}

int l_at(uint matrix, uint row, uint column) {
  return p.offsets[1] + int(matrix) * p.l_strides[0] +
         int(row) * p.l_strides[1] + int(column) * p.l_strides[2];
}

// The block's factor, of `width` rows; false where a pivot is not positive. NaN
// goes on, as in Eigen.
bool factor(uint width) {
  const uint me = gl_LocalInvocationID.x;
  bool positive = true;
  for (uint j = 0; j < width; ++j) {
    for (uint r = me; r < width; r += kLanes) {
      if (r < j) continue;
      T_compute rest = block[r * kBlockPitch + j];
      for (uint k = 0; k < j; ++k) {
        rest -= field_multiply(block[r * kBlockPitch + k],
                               field_conjugate(block[j * kBlockPitch + k]));
      }
      block[r * kBlockPitch + j] = rest;
      if (r == j) pivots[j] = field_real(rest);
    }
    barrier();
    positive = positive && !(pivots[j] <= FIELD_part(0));
    const FIELD_part root = sqrt(pivots[j]);
    for (uint r = me; r < width; r += kLanes) {
      if (r < j) continue;
      block[r * kBlockPitch + j] =
          r == j ? field_of(root) : block[r * kBlockPitch + j] / root;
    }
    barrier();
  }
  return positive;
}

void main() {
  const uint me = gl_LocalInvocationID.x;
  const uint matrix = dml_group() / p.tiles;
  const uint tile = dml_group() - matrix * p.tiles;
  if (matrix >= p.batch) return;
  const uint width = min(kBlock, p.n - p.first);
  for (uint e = me; e < width * kBlock; e += kLanes) {
    const uint row = e / kBlock;
    const uint column = e - row * kBlock;
    if (column > row) continue;
    block[row * kBlockPitch + column] =
        T_load(p.a, a_at(matrix, p.first + row, p.first + column));
  }
  barrier();
  const bool positive = factor(width);

  if (tile == 0) {
    for (uint e = me; e < width * kBlock; e += kLanes) {
      const uint row = e / kBlock;
      const uint column = e - row * kBlock;
      if (column >= width) continue;
      const T_compute value =
          column > row ? T_compute(0) : block[row * kBlockPitch + column];
      T_store(p.l, l_at(matrix, p.first + row, p.first + column), value);
    }
    if (me == 0 && (p.first == 0 || !positive)) {
      int_store(p.failed, p.offsets[2] + int(matrix) * p.failed_stride,
                positive ? 0 : 1);
    }
  }
  // Above the block.
  const uint zeros = p.first * kBlock;
  for (uint e = tile * kLanes + me; e < zeros; e += p.tiles * kLanes) {
    const uint row = e / kBlock;
    const uint column = e - row * kBlock;
    if (column < width) {
      T_store(p.l, l_at(matrix, row, p.first + column), T_compute(0));
    }
  }

  const uint row = p.first + kBlock + tile * kLanes + me;
  if (row >= p.n) return;
  int from = a_at(matrix, row, p.first);
  int to = l_at(matrix, row, p.first);
  for (uint j = 0; j < kBlock; ++j) {
    T_compute rest = T_load(p.a, from);
    for (uint k = 0; k < j; ++k) {
      rest -= field_multiply(rows[k * kLanes + me],
                             field_conjugate(block[j * kBlockPitch + k]));
    }
    const T_compute value = rest / field_real(block[j * kBlockPitch + j]);
    rows[j * kLanes + me] = value;
    T_store(p.l, to, value);
    from += p.a_strides[2];
    to += p.l_strides[2];
  }
}
