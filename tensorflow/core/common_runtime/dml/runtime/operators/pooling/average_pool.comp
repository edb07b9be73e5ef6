// The mean of each window's elements inside the input; 0 where there are none.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "pooling.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  PooledTensor x_at;
  PooledTensor y_at;
  PoolingGeometry g;
DML_PARAMETERS_END

#include "pooling_index.glsl"

void main() {
  if (dml_global() >= p.g.count) return;
  const Element y = element(dml_global(), uvec3(TRIPLE(p.g.output_size)));
  const Box box = window_of(y.at);
  T_compute sum = T_compute(0);
  DML_FOR_EACH(at, box) {
    sum += T_load(p.x, DML_POOLING_OFFSET(p.x_at, y.n, y.c, at));
  }
  const ivec3 extent = max(box.end - box.begin, ivec3(0));
  const int elements = extent.x * extent.y * extent.z;
  T_store(p.y, DML_POOLING_OFFSET(p.y_at, y.n, y.c, y.at),
          elements == 0 ? T_compute(0) : sum / T_compute(elements));
}
