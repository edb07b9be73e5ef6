// What turns a Fourier transform of any length n into a convolution of length
// m >= 2 n - 1 (Bluestein, 1970). With w[j] = exp(-+pi i j^2 / n):
//   SPREAD    y[o, j, i] = x[o, j, i] w[j], 0 from j = n to m
//   FILTER    y[0, j, 0] = conjugate of w[j], and of w[m - j]; 0 in between
//   COLLECT   y[o, k, i] = x[o, k, i] w[k] / divisor, for k < n
#version 460
#include "dml.glsl"
#include "complex.glsl"
#include "unit_root.glsl"

DML_SHARED const uint SPREAD = 0;
DML_SHARED const uint FILTER = 1;
DML_SHARED const uint COLLECT = 2;

layout(constant_id = 1) const uint STEP = SPREAD;
layout(constant_id = 2) const bool INVERSE = false;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  uint count;    // of elements of y
  uint sizes[2]; // of y: j, i
  uint n;
  int x_strides[3];
  int y_strides[3];
  int x_offset;
  int y_offset;
  uint divisor;
DML_PARAMETERS_END

T_compute chirp(uint j) {
  uint order = 2 * p.n;
  T_compute w = unit_root(uint(uint64_t(j) * j % order), order);
  return INVERSE ? w : complex_conjugate(w);
}

void main() {
  const uint width = gl_WorkGroupSize.x;
  uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint e = 0; e < 4; ++e) {
    uint at = first + e * width;
    if (at >= p.count) return;
    uint i = at % p.sizes[1];
    uint rest = at / p.sizes[1];
    uint j = rest % p.sizes[0];
    uint o = rest / p.sizes[0];
    T_compute value = T_compute(0);
    if (STEP == FILTER) {
      uint mirrored = min(j, p.sizes[0] - j);
      if (mirrored < p.n) value = complex_conjugate(chirp(mirrored));
    } else if (j < p.n) {
      value =
          T_load(p.x, p.x_offset + int(o) * p.x_strides[0] +
                          int(j) * p.x_strides[1] + int(i) * p.x_strides[2]);
      value = complex_multiply(value, chirp(j));
      if (STEP == COLLECT) value /= T_part(p.divisor);
    }
    T_store(p.y,
            p.y_offset + int(o) * p.y_strides[0] + int(j) * p.y_strides[1] +
                int(i) * p.y_strides[2],
            value);
  }
}
