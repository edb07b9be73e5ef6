// max_pool_gradient.comp where windows are large and overlap: each input sums,
// in the same order, the gradients of those windows whose places
// (max_pool_places.comp) it is at.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "pooling.glsl"

DML_PARAMETERS_BEGIN
  WordBuffer places;
  TBuffer dy;
  TBuffer dx;
  PooledTensor places_at;
  PooledTensor dy_at;
  PooledTensor dx_at;
  PoolingGeometry g;
DML_PARAMETERS_END

#include "pooling_index.glsl"

void main() {
  if (dml_global() >= p.g.count) return;
  const Element x = element(dml_global(), uvec3(TRIPLE(p.g.input_size)));
  const uint here = place_in_space(x.at);
  const Box outputs = windows_over(x.at);
  const ivec3 strides = ivec3(p.places_at.strides[2], p.places_at.strides[3],
                              p.places_at.strides[4]);
  T_compute sum = T_compute(0);
  int plane = DML_POOLING_OFFSET(p.places_at, x.n, x.c, outputs.begin);
  for (int a = outputs.begin.x; a < outputs.end.x; ++a) {
    int row = plane;
    for (int b = outputs.begin.y; b < outputs.end.y; ++b) {
      int at = row;
      for (int c = outputs.begin.z; c < outputs.end.z; ++c) {
        if (word_load(p.places, at) == here) {
          sum += T_load(
              p.dy, DML_POOLING_OFFSET(p.dy_at, x.n, x.c, ivec3(a, b, c)));
        }
        at += strides.z;
      }
      row += strides.y;
    }
    plane += strides.x;
  }
  T_store(p.dx, DML_POOLING_OFFSET(p.dx_at, x.n, x.c, x.at), sum);
}
