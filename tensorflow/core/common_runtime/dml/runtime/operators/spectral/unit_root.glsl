// Roots of unity to the last bit or two, in the parts' type of the complex
// type T: the functions of GLSL promise far less. Include after complex.glsl.
#ifndef DML_UNIT_ROOT_GLSL_
#define DML_UNIT_ROOT_GLSL_

#ifdef T_c128
const T_part UNIT_QUARTER_PI = 0.785398163397448309616lf;
#else
const T_part UNIT_QUARTER_PI = 0.785398163f;
#endif

// Taylor's series, of which what is left out is below the last bit for
// 0 <= x <= pi / 4.
T_compute unit_cosine_sine(T_part x) {
  T_part s = x * x;
  T_part c = T_part(1);
  T_part d = T_part(1);
#ifdef T_c128
  const int last = 18;
#else
  const int last = 10;
#endif
  [[unroll]] for (int i = last; i >= 2; i -= 2) {
    c = T_part(1) - c * s * (T_part(1) / T_part(i * (i - 1)));
    d = T_part(1) - d * s * (T_part(1) / T_part(i * (i + 1)));
  }
  return T_compute(c, x * d);
}

// exp(2 pi i k / n), with k < n <= 2^29. Only the first eighth of the circle is
// computed; the rest is its mirror images.
T_compute unit_root(uint k, uint n) {
  uint octant = 8 * k / n;
  uint rest = 8 * k - octant * n;
  if (octant % 2 == 1) rest = n - rest;
  T_compute z =
      unit_cosine_sine(T_part(rest) / T_part(n) * UNIT_QUARTER_PI);
  if (octant == 1 || octant == 2 || octant == 5 || octant == 6) z = z.yx;
  if (octant >= 2 && octant <= 5) z.x = -z.x;
  if (octant >= 4) z.y = -z.y;
  return z;
}

#endif  // DML_UNIT_ROOT_GLSL_
