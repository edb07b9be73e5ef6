// The largest element of each window, or (GATHER) the element of `values` at
// the place of the first largest one. Windows without elements give -infinity,
// or 0. PROPAGATE_NAN: NaN is larger than any number.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "math_t.glsl"
#include "pooling.glsl"

layout(constant_id = 1) const bool GATHER = false;
layout(constant_id = 2) const bool PROPAGATE_NAN = false;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer values;
  TBuffer y;
  PooledTensor x_at;
  PooledTensor values_at;
  PooledTensor y_at;
  PoolingGeometry g;
DML_PARAMETERS_END

#include "pooling_index.glsl"

void main() {
  if (dml_global() >= p.g.count) return;
  const Element y = element(dml_global(), uvec3(TRIPLE(p.g.output_size)));
  const Box box = window_of(y.at);
  T_compute best = uintBitsToFloat(0xff800000u);
  ivec3 first = box.begin;
  bool found_nan = false;
  DML_FOR_EACH(at, box) {
    const T_compute value =
        T_load(p.x, DML_POOLING_OFFSET(p.x_at, y.n, y.c, at));
    const bool is_nan = PROPAGATE_NAN && dml_is_nan(value);
    if (!found_nan && (value > best || is_nan)) {
      best = value;
      first = at;
      found_nan = is_nan;
    }
  }
  if (GATHER) {
    best = T_compute(0);
    if (all(lessThan(box.begin, box.end))) {
      best = T_load(p.values, DML_POOLING_OFFSET(p.values_at, y.n, y.c, first));
    }
  }
  T_store(p.y, DML_POOLING_OFFSET(p.y_at, y.n, y.c, y.at), best);
}
