// The gradient of each box, by linear interpolation: a group sums over all
// elements of its crop.
#version 460
#include "dml.glsl"
#include "all_reduce.glsl"
#include "crop_and_resize.glsl"

DML_PARAMETERS_BEGIN
  FloatBuffer dy;  // [count, crop_height, crop_width, depth]
  TBuffer image;   // [images, height, width, depth]
  FloatBuffer boxes;
  IntBuffer box_index;
  FloatBuffer y;   // [count, 4]
  uint count;
  uint images;
  uint height;
  uint width;
  uint depth;
  uint crop_height;
  uint crop_width;
DML_PARAMETERS_END

vec4 add(vec4 a, vec4 b) { return a + b; }
DML_ALL_REDUCE(sum_of_lanes, tree, vec4, add)

float image_at(uint n, float row, float column, uint c) {
  return float(T_load(p.image, ((n * p.height + uint(row)) * p.width +
                                uint(column)) * p.depth + c));
}

// How the place of element i of `size` moves with the box's low and high.
vec2 moves(uint i, uint size, uint image_size) {
  const float last = float(image_size - 1);
  if (size <= 1) return vec2(0.5 * last);
  const float ratio = float(i) / float(size - 1);
  return vec2((1 - ratio) * last, ratio * last);
}

void main() {
  const uint n = dml_group();
  const bool inside = n < p.count;
  const uint from = inside ? uint(int_load(p.box_index, n)) : p.images;
  vec4 sum = vec4(0);
  if (from < p.images) {
    const Side rows =
        side_of(float_load(p.boxes, 4 * n), float_load(p.boxes, 4 * n + 2),
                p.height, p.crop_height);
    const Side columns =
        side_of(float_load(p.boxes, 4 * n + 1), float_load(p.boxes, 4 * n + 3),
                p.width, p.crop_width);
    const uint elements = p.crop_height * p.crop_width * p.depth;
    for (uint e = gl_LocalInvocationID.x; e < elements; e += kGroupSize) {
      const uint c = e % p.depth;
      const uint j = e / p.depth % p.crop_width;
      const uint i = e / p.depth / p.crop_width;
      const float row = place_on(rows, i);
      const float column = place_on(columns, j);
      if (!is_inside(row, p.height) || !is_inside(column, p.width)) continue;
      const float top = floor(row);
      const float left = floor(column);
      const float bottom = ceil(row);
      const float right = ceil(column);
      const float top_left = image_at(from, top, left, c);
      const float top_right = image_at(from, top, right, c);
      const float bottom_left = image_at(from, bottom, left, c);
      const float bottom_right = image_at(from, bottom, right, c);
      const float down = mix(bottom_left - top_left, bottom_right - top_right,
                             column - left);
      const float across = mix(top_right - top_left, bottom_right - bottom_left,
                               row - top);
      const float gradient = float_load(p.dy, n * elements + e);
      const vec2 y_moves = gradient * down * moves(i, p.crop_height, p.height);
      const vec2 x_moves = gradient * across * moves(j, p.crop_width, p.width);
      sum += vec4(y_moves.x, x_moves.x, y_moves.y, x_moves.y);
    }
  }
  sum = sum_of_lanes(sum, kGroupSize, 1);
  if (inside && gl_LocalInvocationID.x < 4) {
    float_store(p.y, 4 * n + gl_LocalInvocationID.x,
                sum[gl_LocalInvocationID.x]);
  }
}
