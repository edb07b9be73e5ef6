// Each image element sums its shares of the crops' gradients, over the boxes in
// order: no two invocations write one place, so the sum's order is fixed. A
// launch takes a range of the boxes, and of the rows and columns of each crop;
// any but the first adds to what the launches before it have left.
#version 460
#include "dml.glsl"
#include "crop_and_resize.glsl"

layout(constant_id = 1) const bool NEAREST = false;

DML_PARAMETERS_BEGIN
  FloatBuffer dy;  // [count, crop_height, crop_width, depth]
  FloatBuffer boxes;  // [count, 4]
  IntBuffer box_index;
  TBuffer dx;      // [images, height, width, depth]
  uint total;
  uint height;
  uint width;
  uint depth;
  uint crop_height;
  uint crop_width;
  uvec2 boxes_taken;  // half open, as the ranges of rows and of columns
  uvec2 rows_taken;
  uvec2 columns_taken;
  uint accumulate;
DML_PARAMETERS_END

// The elements of a crop's side, among those taken, that may have a share in
// the image's element `at`: their places are less than 1 away. Half open, and
// rather too many.
uvec2 candidates(Side side, uint at, uvec2 taken) {
  if (side.step == 0) {
    return abs(side.first - float(at)) <= 1 ? taken : uvec2(0);
  }
  const float a = (float(at) - 1 - side.first) / side.step;
  const float b = (float(at) + 1 - side.first) / side.step;
  const float low =
      clamp(floor(min(a, b)) - 1, float(taken.x), float(taken.y));
  const float high =
      clamp(ceil(max(a, b)) + 2, float(taken.x), float(taken.y));
  return low < high ? uvec2(low, high) : uvec2(0);
}

// The share of the image's element `at` in an element at `place`.
float share(float place, uint at, uint image_size) {
  if (!is_inside(place, image_size)) return 0;
  const float whole = floor(place);
  const float rest = place - whole;
  if (NEAREST) return whole + (rest >= 0.5 ? 1 : 0) == float(at) ? 1 : 0;
  if (whole == float(at)) return 1 - rest;
  return whole + 1 == float(at) ? rest : 0;
}

void main() {
  const uint o = dml_global();
  if (o >= p.total) return;
  uint rest = o;
  const uint c = rest % p.depth;
  rest /= p.depth;
  const uint column = rest % p.width;
  rest /= p.width;
  const uint row = rest % p.height;
  const int image = int(rest / p.height);

  float sum = p.accumulate != 0 ? float(T_load(p.dx, o)) : 0;
  for (uint n = p.boxes_taken.x; n < p.boxes_taken.y; ++n) {
    if (int_load(p.box_index, n) != image) continue;
    const Side rows =
        side_of(float_load(p.boxes, 4 * n), float_load(p.boxes, 4 * n + 2),
                p.height, p.crop_height);
    const uvec2 is = candidates(rows, row, p.rows_taken);
    if (is.x >= is.y) continue;
    const Side columns =
        side_of(float_load(p.boxes, 4 * n + 1), float_load(p.boxes, 4 * n + 3),
                p.width, p.crop_width);
    const uvec2 js = candidates(columns, column, p.columns_taken);
    for (uint i = is.x; i < is.y; ++i) {
      const float row_share = share(place_on(rows, i), row, p.height);
      if (row_share == 0) continue;
      for (uint j = js.x; j < js.y; ++j) {
        const float both =
            row_share * share(place_on(columns, j), column, p.width);
        if (both == 0) continue;
        const uint pixel = (n * p.crop_height + i) * p.crop_width + j;
        sum += both * float_load(p.dy, pixel * p.depth + c);
      }
    }
  }
  T_store(p.dx, o, sum);
}
