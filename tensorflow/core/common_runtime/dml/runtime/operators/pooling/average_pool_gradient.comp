// Each input sums its shares of the gradients of the windows that hold it.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "pooling.glsl"

DML_PARAMETERS_BEGIN
  TBuffer dy;
  TBuffer dx;
  PooledTensor dy_at;
  PooledTensor dx_at;
  PoolingGeometry g;
DML_PARAMETERS_END

#include "pooling_index.glsl"

void main() {
  if (dml_global() >= p.g.count) return;
  const Element x = element(dml_global(), uvec3(TRIPLE(p.g.input_size)));
  const Box outputs = windows_over(x.at);
  T_compute sum = T_compute(0);
  DML_FOR_EACH(at, outputs) {
    const Box box = window_of(at);
    const ivec3 extent = box.end - box.begin;
    sum += T_load(p.dy, DML_POOLING_OFFSET(p.dy_at, x.n, x.c, at)) /
           T_compute(extent.x * extent.y * extent.z);
  }
  T_store(p.dx, DML_POOLING_OFFSET(p.dx_at, x.n, x.c, x.at), sum);
}
