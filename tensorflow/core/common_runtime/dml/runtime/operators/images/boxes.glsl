// Boxes given by two opposite corners, in whatever order.
#ifndef BOXES_GLSL_
#define BOXES_GLSL_

struct Box {
  vec2 low;
  vec2 high;
};

Box box_of(vec2 corner, vec2 other) {
  return Box(min(corner, other), max(corner, other));
}

float area_of(vec2 size) {
  precise float area = size.x * size.y;
  return area;
}

// Whether the intersection is more than `threshold` times the union. Boxes
// without area overlap none.
bool overlap(Box a, Box b, float threshold) {
  const float a_area = area_of(a.high - a.low);
  const float b_area = area_of(b.high - b.low);
  if (a_area == 0 || b_area == 0) return false;
  const vec2 shared_size = min(a.high, b.high) - max(a.low, b.low);
  const float both = area_of(max(shared_size, vec2(0)));
  precise float either = a_area + b_area - both;
  precise float limit = either * threshold;
  return both > limit;
}

#endif  // BOXES_GLSL_
