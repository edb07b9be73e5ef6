// The largest element of each window and its place, as dml_max_pool_argmax()
// numbers them. As in max_pool.comp, NaN is passed over, or (PROPAGATE_NAN) larger
// than any number.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "math_t.glsl"
#include "pooling.glsl"

layout(constant_id = 1) const bool PROPAGATE_NAN = false;

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  WordBuffer places;  // int64, low word first
  PooledTensor x_at;
  PooledTensor y_at;
  PooledTensor places_at;
  PoolingGeometry g;
  uint with_batch;
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
  const ivec3 size = ivec3(TRIPLE(p.g.input_size));
  int place = p.with_batch != 0 ? y.n : 0;
  place = ((place * size.x + first.x) * size.y + first.y) * size.z + first.z;
  place = place * int(p.g.channels) + y.c;
  T_store(p.y, DML_POOLING_OFFSET(p.y_at, y.n, y.c, y.at), best);
  const int word = 2 * DML_POOLING_OFFSET(p.places_at, y.n, y.c, y.at);
  word_store(p.places, word, uint(place));
  word_store(p.places, word + 1, 0);
}
