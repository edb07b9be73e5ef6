// Householder reflections of columns [first, first + width) of matrices a, in
// place; one group a matrix. As in LAPACK, reflection j is
//   H_j = I - tau_j v_j v_j^H
// v_j has a 1 in row first + j and zeros above, and all of them together are
//   H_1 H_2 ... = I - V T V^H
// (R. Schreiber and C. Van Loan, "A storage-efficient WY representation for
// products of Householder transformations", 1989). The conjugates of H_j, applied
// one after the other, make the columns upper triangular.
//
// kTeam invocations share a column, which lies in `work`; each touches no other
// one's elements in memory. What all need, v_j and sums, is in shared memory.
#version 460
#include "dml.glsl"
#include "field.glsl"
#include "group_size.glsl"
#include "matrix_block.glsl"

const uint kTeam = kGroupSize / kBlock;
#if T_SIZE == 16
const uint kMaxRows = 512;
#else
const uint kMaxRows = 2048;
#endif

DML_PARAMETERS_BEGIN
  TBuffer a;     // [batch, m, n]
  TBuffer work;  // [batch, kBlock, m]
  TBuffer v;     // [batch, m, v_pitch], of which columns [first, first + width)
  TBuffer t;     // [batch, v_pitch, kBlock], of which these rows
  uint batch;
  uint m;
  uint n;
  uint first;
  uint width;
  uint v_pitch;
DML_PARAMETERS_END

shared T_compute reflector[kMaxRows];  // v_j, from row `first` on
shared FIELD_part norms[kTeam];
shared T_compute sums[kGroupSize];
shared T_compute factor[kBlock * kBlockPitch];  // T
shared T_compute products[kBlock];              // V^H v_j
shared T_compute head[1];                         // what v_j is made of

void main() {
  const uint matrix = dml_group();
  if (matrix >= p.batch) return;
  const uint me = gl_LocalInvocationID.x;
  const uint column = me / kTeam;
  const uint lane = me - column * kTeam;
  const uint rows = p.m - p.first;
  // Teams without a column walk no rows.
  const uint end = column < p.width ? rows : 0;
  const uint work_at = (matrix * kBlock + column) * p.m;
  const uint a_at = (matrix * p.m + p.first) * p.n + p.first + column;
  const uint v_at = (matrix * p.m + p.first) * p.v_pitch + p.first + column;
  for (uint r = lane; r < end; r += kTeam) {
    T_store(p.work, work_at + r, T_load(p.a, a_at + r * p.n));
  }

  for (uint j = 0; j < p.width; ++j) {
    // The first row from j on that this invocation owns.
    const uint begin = j + (lane + kTeam - j % kTeam) % kTeam;
    if (column == j) {
      FIELD_part norm = FIELD_part(0);
      for (uint r = begin; r < end; r += kTeam) {
        const T_compute value = T_load(p.work, work_at + r);
        if (r == j) {
          head[0] = value;
        } else {
          norm += field_norm(value);
        }
      }
      norms[lane] = norm;
    }
    barrier();
    FIELD_part tail = FIELD_part(0);
    for (uint k = 0; k < kTeam; ++k) tail += norms[k];
    const T_compute alpha = head[0];
    const FIELD_part real = field_real(alpha);
    // Nothing to reflect: H_j = I.
    const bool none =
        tail == FIELD_part(0) && field_norm(alpha) == real * real;
    FIELD_part beta = sqrt(field_norm(alpha) + tail);
    if (real >= FIELD_part(0)) beta = -beta;
    T_compute tau = T_compute(0);
    if (!none) tau = (field_of(beta) - alpha) / beta;
    if (column == j) {
      for (uint r = lane; r < end; r += kTeam) {
        T_compute value = T_compute(0);
        if (r == j) {
          if (!none) {
            value = field_of(FIELD_part(1));
            T_store(p.work, work_at + r, field_of(beta));
          }
        } else if (r > j) {
          if (!none) {
            value = field_divide(T_load(p.work, work_at + r),
                                 alpha - field_of(beta));
          }
          T_store(p.work, work_at + r, value);
        }
        reflector[r] = value;
        T_store(p.v, v_at + r * p.v_pitch, value);
      }
    }
    barrier();
    // v_j^H times the columns to the right, and V^H v_j of those to the left.
    T_compute sum = T_compute(0);
    if (column != j) {
      for (uint r = begin; r < end; r += kTeam) {
        const T_compute value = T_load(p.work, work_at + r);
        sum += column > j ? field_multiply(field_conjugate(reflector[r]), value)
                          : field_multiply(field_conjugate(value), reflector[r]);
      }
    }
    sums[me] = sum;
    barrier();
    T_compute total = T_compute(0);
    for (uint k = 0; k < kTeam; ++k) total += sums[column * kTeam + k];
    if (column > j) {
      const T_compute multiple = field_multiply(field_conjugate(tau), total);
      for (uint r = begin; r < end; r += kTeam) {
        T_store(p.work, work_at + r,
                T_load(p.work, work_at + r) -
                    field_multiply(multiple, reflector[r]));
      }
    } else if (column < j && lane == 0) {
      products[column] = total;
    }
    barrier();
    // Column j of T.
    if (me < kBlock) {
      T_compute value = T_compute(0);
      if (me == j) value = tau;
      if (me < j) {
        for (uint k = me; k < j; ++k) {
          value -= field_multiply(factor[me * kBlockPitch + k], products[k]);
        }
        value = field_multiply(value, tau);
      }
      factor[me * kBlockPitch + j] = value;
    }
  }

  for (uint r = lane; r < end; r += kTeam) {
    const T_compute value =
        r <= column ? T_load(p.work, work_at + r) : T_compute(0);
    T_store(p.a, a_at + r * p.n, value);
  }
  if (me >= p.width) return;
  for (uint k = 0; k < p.width; ++k) {
    T_store(p.t, (matrix * p.v_pitch + p.first + me) * kBlock + k,
            factor[me * kBlockPitch + k]);
  }
}
