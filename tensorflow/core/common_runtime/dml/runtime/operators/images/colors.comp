// Colors of pixels, from one model to another, or with another hue or
// saturation; see dml_color_op. A hue counts turns, from red over green and
// blue back to red.
#version 460
#include "dml.glsl"

layout(constant_id = 1) const uint OP = 0;

DML_PARAMETERS_BEGIN
  TBuffer x;
  FloatBuffer amount;  // one number, for adjustments
  TBuffer y;
  uint count;
  int x_offset;
  int x_strides[2];
  int y_offset;
  int y_strides[2];
DML_PARAMETERS_END

#ifdef T_f64
#define COLOR dvec3
#else
#define COLOR vec3
#endif

const T_compute ZERO = T_compute(0);
const T_compute ONE = T_compute(1);

T_compute value_of(COLOR rgb) { return max(rgb.r, max(rgb.g, rgb.b)); }
T_compute range_of(COLOR rgb) {
  return value_of(rgb) - min(rgb.r, min(rgb.g, rgb.b));
}

T_compute hue_of(COLOR rgb) {
  T_compute value = value_of(rgb);
  T_compute range = range_of(rgb);
  if (!(range > ZERO)) return ZERO;
  T_compute turns = ONE / (T_compute(6) * range);
  T_compute hue;
  if (rgb.r == value) {
    hue = turns * (rgb.g - rgb.b);
  } else if (rgb.g == value) {
    hue = turns * (rgb.b - rgb.r) + ONE / T_compute(3);
  } else {
    hue = turns * (rgb.r - rgb.g) + T_compute(2) / T_compute(3);
  }
  return hue < ZERO ? hue + ONE : hue;
}

T_compute saturation_of(COLOR rgb) {
  T_compute value = value_of(rgb);
  return value > ZERO ? range_of(rgb) / value : ZERO;
}

// The color of this hue with value 1 and saturation 1.
COLOR pure(T_compute hue) {
  T_compute sixths = T_compute(6) * hue;
  return clamp(COLOR(abs(sixths - T_compute(3)) - ONE,
                     T_compute(2) - abs(sixths - T_compute(2)),
                     T_compute(2) - abs(sixths - T_compute(4))),
               COLOR(ZERO), COLOR(ONE));
}

COLOR from_hsv(T_compute hue, T_compute saturation, T_compute value) {
  return (COLOR(ONE - saturation) + saturation * pure(hue)) * value;
}

COLOR convert(COLOR color) {
  switch (OP) {
    case DML_RGB_TO_HSV:
      return COLOR(hue_of(color), saturation_of(color), value_of(color));
    case DML_HSV_TO_RGB:
      return from_hsv(color.x, color.y, color.z);
    case DML_ADJUST_HUE: {
      // By the range, not the saturation: values may be negative.
      T_compute range = range_of(color);
      T_compute hue = hue_of(color) + T_compute(float_load(p.amount, 0));
      return COLOR(value_of(color) - range) + range * pure(hue - floor(hue));
    }
  }
  T_compute saturation =
      saturation_of(color) * T_compute(float_load(p.amount, 0));
  return from_hsv(hue_of(color), clamp(saturation, ZERO, ONE),
                  value_of(color));
}

void main() {
  const uint width = gl_WorkGroupSize.x;
  const uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    const uint i = first + k * width;
    if (i >= p.count) return;
    const int from = p.x_offset + int(i) * p.x_strides[0];
    const COLOR color = COLOR(T_load(p.x, from),
                              T_load(p.x, from + p.x_strides[1]),
                              T_load(p.x, from + 2 * p.x_strides[1]));
    const COLOR result = convert(color);
    const int to = p.y_offset + int(i) * p.y_strides[0];
    for (int c = 0; c < 3; ++c) {
      T_store(p.y, to + c * p.y_strides[1], result[c]);
    }
  }
}
