// y[n, i, j, c] = image[box_index[n]] at the place of (i, j) in box n, linearly
// interpolated or (NEAREST) the nearest element; `outside` beyond the image.
#version 460
#include "dml.glsl"
#include "crop_and_resize.glsl"

layout(constant_id = 1) const bool NEAREST = false;

DML_PARAMETERS_BEGIN
  TBuffer image;  // [images, height, width, depth]
  FloatBuffer boxes;
  IntBuffer box_index;
  FloatBuffer y;
  uint total;
  uint images;
  uint height;
  uint width;
  uint depth;
  uint crop_height;
  uint crop_width;
  float outside;
DML_PARAMETERS_END

float image_at(uint n, float row, float column, uint c) {
  return float(T_load(p.image, ((n * p.height + uint(row)) * p.width +
                                uint(column)) * p.depth + c));
}

// Halves away from zero; places are not negative.
float nearest(float place) {
  const float whole = floor(place);
  return place - whole >= 0.5 ? whole + 1 : whole;
}

void main() {
  const uint o = dml_global();
  if (o >= p.total) return;
  uint rest = o;
  const uint c = rest % p.depth;
  rest /= p.depth;
  const uint j = rest % p.crop_width;
  rest /= p.crop_width;
  const uint i = rest % p.crop_height;
  const uint n = rest / p.crop_height;

  const uint from = uint(int_load(p.box_index, n));
  const float row =
      place_on(side_of(float_load(p.boxes, 4 * n),
                       float_load(p.boxes, 4 * n + 2), p.height, p.crop_height),
               i);
  const float column = place_on(side_of(float_load(p.boxes, 4 * n + 1),
                                        float_load(p.boxes, 4 * n + 3), p.width,
                                        p.crop_width), j);
  float value = p.outside;
  if (from < p.images && is_inside(row, p.height) &&
      is_inside(column, p.width)) {
    if (NEAREST) {
      value = image_at(from, nearest(row), nearest(column), c);
    } else {
      const float top = floor(row);
      const float left = floor(column);
      const float bottom = ceil(row);
      const float right = ceil(column);
      const float above = mix(image_at(from, top, left, c),
                              image_at(from, top, right, c), column - left);
      const float below = mix(image_at(from, bottom, left, c),
                              image_at(from, bottom, right, c), column - left);
      value = mix(above, below, row - top);
    }
  }
  float_store(p.y, o, value);
}
