// Where in each window its largest element is first, as the number of that
// place in the input's space: for max_pool_places_gradient.comp.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#include "dml.glsl"
#include "pooling.glsl"
#include "same_value.glsl"

DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y;
  WordBuffer places;
  PooledTensor x_at;
  PooledTensor y_at;
  PooledTensor places_at;
  PoolingGeometry g;
DML_PARAMETERS_END

#include "pooling_index.glsl"

void main() {
  if (dml_global() >= p.g.count) return;
  const Element y = element(dml_global(), uvec3(TRIPLE(p.g.output_size)));
  const T_compute largest =
      T_load(p.y, DML_POOLING_OFFSET(p.y_at, y.n, y.c, y.at));
  const Box box = window_of(y.at);
  const ivec3 x_strides =
      ivec3(p.x_at.strides[2], p.x_at.strides[3], p.x_at.strides[4]);
  const int first =
      DML_POOLING_OFFSET(p.x_at, y.n, y.c, box.begin);
  uint place = kNoPlace;
  int plane = first;
  for (int a = box.begin.x; a < box.end.x && place == kNoPlace; ++a) {
    int row = plane;
    for (int b = box.begin.y; b < box.end.y && place == kNoPlace; ++b) {
      int at = row;
      for (int c = box.begin.z; c < box.end.z && place == kNoPlace; ++c) {
        if (same(T_load(p.x, at), largest)) {
          place = place_in_space(ivec3(a, b, c));
        }
        at += x_strides.z;
      }
      row += x_strides.y;
    }
    plane += x_strides.x;
  }
  word_store(p.places,
             DML_POOLING_OFFSET(p.places_at, y.n, y.c, y.at), place);
}
