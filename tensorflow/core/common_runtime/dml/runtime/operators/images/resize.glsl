// Which input elements an output element is made of, in one dimension.
#ifndef DML_RESIZE_GLSL_
#define DML_RESIZE_GLSL_

layout(constant_id = 1) const uint MODE = DML_RESIZE_LINEAR;
layout(constant_id = 2) const uint COORDINATES = DML_RESIZE_LEGACY;

// The type to compute in.
#if defined(T_f64) || defined(U_f64)
#define Value double
#else
#define Value float
#endif

// (1 - weight) * [lower] + weight * [upper]
struct Source {
  int lower;
  int upper;
  float weight;
};

Source source_of(int o, int size, float scale) {
  const int last = size - 1;
  if (MODE == DML_RESIZE_NEAREST) {
    const float x =
        (float(o) + (COORDINATES == DML_RESIZE_HALF_PIXEL ? 0.5 : 0.0)) * scale;
    float whole = floor(x);
    if (COORDINATES == DML_RESIZE_ALIGN_CORNERS && x - whole >= 0.5) whole += 1;
    const int at = clamp(int(whole), 0, last);
    return Source(at, at, 0.0);
  }
  precise float x = float(o) * scale;
  if (COORDINATES == DML_RESIZE_HALF_PIXEL) {
    x = (float(o) + 0.5) * scale;
    x = x - 0.5;
  }
  const float whole = floor(x);
  return Source(clamp(int(whole), 0, last), clamp(int(ceil(x)), 0, last),
                x - whole);
}

#endif  // DML_RESIZE_GLSL_
