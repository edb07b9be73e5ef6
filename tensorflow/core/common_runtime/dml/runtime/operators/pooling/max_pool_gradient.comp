// Each input sums the gradients of those windows of which it is the first
// largest element: no two invocations write one place, so the sum's order is
// fixed. Where windows are large and overlap, max_pool_places_gradient.comp.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "pooling.glsl"
#include "same_value.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  TBuffer dy;
  TBuffer dx;
  PooledTensor x_at;
  PooledTensor y_at;
  PooledTensor dy_at;
  PooledTensor dx_at;
  PoolingGeometry g;
DML_PARAMETERS_END

#include "pooling_index.glsl"

T_compute input_at(int n, int c, ivec3 at) {
  return T_load(p.x, DML_POOLING_OFFSET(p.x_at, n, c, at));
}

// Whether a window, known to have `value` at `here` and nothing larger, has it
// at an earlier place too.
bool occurs_before(int n, int c, Box box, ivec3 here,
                   T_compute value) {
  DML_FOR_EACH(at, box) {
    if (at == here) return false;
    if (same(input_at(n, c, at), value)) return true;
  }
  return false;
}

void main() {
  if (dml_global() >= p.g.count) return;
  const Element x = element(dml_global(), uvec3(TRIPLE(p.g.input_size)));
  const T_compute value = input_at(x.n, x.c, x.at);
  const Box outputs = windows_over(x.at);
  T_compute sum = T_compute(0);
  DML_FOR_EACH(at, outputs) {
    const T_compute largest =
        T_load(p.y, DML_POOLING_OFFSET(p.y_at, x.n, x.c, at));
    if (same(value, largest) &&
        !occurs_before(x.n, x.c, window_of(at), x.at, value)) {
      sum += T_load(p.dy, DML_POOLING_OFFSET(p.dy_at, x.n, x.c, at));
    }
  }
  T_store(p.dx, DML_POOLING_OFFSET(p.dx_at, x.n, x.c, x.at), sum);
}
