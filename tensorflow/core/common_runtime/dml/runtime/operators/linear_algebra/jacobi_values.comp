// What vectors tell after Jacobi rotations, a group a vector, times the scale of
// their matrix: their lengths, which are singular values; or, if RAYLEIGH, for
// the products y of a Hermitian matrix with x, the eigenvalues x^H y / x^H x.
#version 460
#include "dml.glsl"
#include "all_reduce.glsl"
#include "jacobi.glsl"

layout(constant_id = 1) const bool RAYLEIGH = false;

DML_PARAMETERS_BEGIN
  TBuffer x;       // [batch, n, extent]
  TBuffer y;       // the same
  TBuffer scales;  // [batch]
  TBuffer values;  // [batch, n]
  uint batch;
  uint n;
  uint extent;
  uint measured;  // elements of x's vectors
DML_PARAMETERS_END

DML_ALL_REDUCE(all_moments, tree, Moments, add_moments)

void main() {
  const uint vector = dml_group();
  if (vector >= p.batch * p.n) return;
  const uint me = gl_LocalInvocationID.x;
  const uint size = gl_WorkGroupSize.x;
  Moments moments = moments_of(T_compute(0), T_compute(0));
  for (uint i = me; i < p.measured; i += size) {
    const T_compute x = T_load(p.x, vector * p.extent + i);
    const T_compute y = RAYLEIGH ? T_load(p.y, vector * p.extent + i) : x;
    moments = add_moments(moments, moments_of(x, y));
  }
  moments = all_moments(moments, size, 1);
  if (me != 0) return;
  const FIELD_part value =
      RAYLEIGH ? field_real(moments.xy) / moments.x : sqrt(moments.x);
  T_store(p.values, vector,
          field_of(value * field_real(T_load(p.scales, vector / p.n))));
}
