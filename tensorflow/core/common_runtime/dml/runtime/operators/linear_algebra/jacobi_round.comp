// A round of one-sided Jacobi rotations (jacobi.glsl): a group a pair of vectors,
// of which the first `measured` elements become orthogonal; the others follow.
// Rounds of a sweep whose predecessor rotated nothing do nothing.
#version 460
#include "dml.glsl"
#include "all_reduce.glsl"
#include "jacobi.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;        // [batch, n, extent]
  IntBuffer moved;  // [sweeps + 1, batch]: whether a sweep rotated anything; 1 in
                    // the first row
  uint batch;
  uint n;
  uint extent;
  uint measured;
  uint sweep;  // from 1 on
  uint turn;
  float tolerance;
DML_PARAMETERS_END

DML_ALL_REDUCE(all_moments, tree, Moments, add_moments)

void main() {
  const uint me = gl_LocalInvocationID.x;
  const uint size = gl_WorkGroupSize.x;
  const uint players = p.n + (p.n & 1);
  const uint pairs = players / 2;
  const uint matrix = dml_group() / pairs;
  if (matrix >= p.batch) return;
  if (int_load(p.moved, (p.sweep - 1) * p.batch + matrix) == 0) return;
  const uvec2 pair = pair_of(dml_group() - matrix * pairs, p.turn, players);
  if (pair.y >= p.n) return;  // of an odd number one rests
  const uint x_at = (matrix * p.n + pair.x) * p.extent;
  const uint y_at = (matrix * p.n + pair.y) * p.extent;
  Moments moments = moments_of(T_compute(0), T_compute(0));
  for (uint i = me; i < p.measured; i += size) {
    moments = add_moments(
        moments, moments_of(T_load(p.x, x_at + i), T_load(p.x, y_at + i)));
  }
  const Rotation r =
      rotation_of(all_moments(moments, size, 1), p.tolerance);
  if (!r.needed) return;
  if (me == 0) int_store(p.moved, p.sweep * p.batch + matrix, 1);
  for (uint i = me; i < p.extent; i += size) {
    const T_compute x = T_load(p.x, x_at + i);
    const T_compute y = field_multiply(r.phase, T_load(p.x, y_at + i));
    T_store(p.x, x_at + i, r.c * x - r.s * y);
    T_store(p.x, y_at + i, r.s * x + r.c * y);
  }
}
