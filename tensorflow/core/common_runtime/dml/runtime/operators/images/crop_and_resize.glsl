// Where the elements of a crop lie in its image. A box is [y1, x1, y2, x2] in
// units of the image's size less one.
#ifndef DML_CROP_AND_RESIZE_GLSL_
#define DML_CROP_AND_RESIZE_GLSL_

#include "math.glsl"

// Element i of a crop's side lies at first + i * step.
struct Side {
  float first;
  float step;
};

Side side_of(float low, float high, uint image_size, uint crop_size) {
  const float last = float(image_size - 1);
  if (crop_size <= 1) return Side(0.5 * (low + high) * last, 0.0);
  // Were it too large by a unit, the last element of a crop of the whole image would lie
  // outside.
  return Side(low * last,
              dml_divide_rounded((high - low) * last, float(crop_size - 1)));
}

float place_on(Side side, uint i) {
  precise const float offset = float(i) * side.step;
  precise const float place = side.first + offset;
  return place;
}

// False for NaN, too.
bool is_inside(float place, uint image_size) {
  return place >= 0 && place <= float(image_size - 1);
}

#endif  // DML_CROP_AND_RESIZE_GLSL_
