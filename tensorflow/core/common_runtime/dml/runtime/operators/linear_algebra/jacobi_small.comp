// All sweeps of one-sided Jacobi rotations (jacobi.glsl) of few vectors, in shared
// memory: a group a matrix, kTeam invocations a pair.
#version 460
#include "dml.glsl"
#include "group_size.glsl"
#include "jacobi.glsl"

#if T_SIZE == 16
const uint kMaxVectors = 16;
#else
const uint kMaxVectors = 32;
#endif
const uint kMaxLength = 64;
const uint kTeam = kGroupSize * 2 / kMaxVectors;

DML_PARAMETERS_BEGIN
  TBuffer x;  // [batch, n, extent]
  uint batch;
  uint n;
  uint extent;
  uint measured;
  uint sweeps;
  float tolerance;
DML_PARAMETERS_END

shared T_compute vectors[kMaxVectors * kMaxLength];
shared Moments parts[kGroupSize];
shared uint rotations;

void main() {
  const uint me = gl_LocalInvocationID.x;
  const uint matrix = dml_group();
  if (matrix >= p.batch) return;
  const uint count = p.n * p.extent;
  for (uint i = me; i < count; i += kGroupSize) {
    vectors[i] = T_load(p.x, matrix * count + i);
  }
  const uint players = p.n + (p.n & 1);
  const uint team = me / kTeam;
  const uint lane = me - team * kTeam;
  for (uint sweep = 0; sweep < p.sweeps; ++sweep) {
    barrier();
    if (me == 0) rotations = 0;
    for (uint turn = 0; turn + 1 < players; ++turn) {
      const uvec2 pair = pair_of(team, turn, players);
      const bool plays = team < players / 2 && pair.y < p.n;
      const uint x_at = pair.x * p.extent;
      const uint y_at = pair.y * p.extent;
      barrier();
      Moments moments = moments_of(T_compute(0), T_compute(0));
      if (plays) {
        for (uint i = lane; i < p.measured; i += kTeam) {
          moments =
              add_moments(moments, moments_of(vectors[x_at + i], vectors[y_at + i]));
        }
      }
      parts[me] = moments;
      barrier();
      moments = parts[team * kTeam];
      for (uint k = 1; k < kTeam; ++k) {
        moments = add_moments(moments, parts[team * kTeam + k]);
      }
      const Rotation r = rotation_of(moments, p.tolerance);
      if (plays && r.needed) {
        rotations = 1;
        for (uint i = lane; i < p.extent; i += kTeam) {
          const T_compute x = vectors[x_at + i];
          const T_compute y = field_multiply(r.phase, vectors[y_at + i]);
          vectors[x_at + i] = r.c * x - r.s * y;
          vectors[y_at + i] = r.s * x + r.c * y;
        }
      }
    }
    barrier();
    if (rotations == 0) break;
  }
  barrier();
  for (uint i = me; i < count; i += kGroupSize) {
    T_store(p.x, matrix * count + i, vectors[i]);
  }
}
