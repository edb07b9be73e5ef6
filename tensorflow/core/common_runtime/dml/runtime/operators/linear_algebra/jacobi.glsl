// One-sided Jacobi rotations of two vectors x and y, which become orthogonal:
//   x' = c x - s e^-if y,  y' = s x + c e^-if y,  x^H y = |x^H y| e^if
// J. Demmel and K. Veselic, "Jacobi's method is more accurate than QR", 1992.
#ifndef DML_JACOBI_GLSL_
#define DML_JACOBI_GLSL_

#include "field.glsl"

struct Moments {
  FIELD_part x;   // x^H x
  FIELD_part y;   // y^H y
  T_compute xy;  // x^H y
};

Moments moments_of(T_compute x, T_compute y) {
  Moments m;
  m.x = field_norm(x);
  m.y = field_norm(y);
  m.xy = field_multiply(field_conjugate(x), y);
  return m;
}

Moments add_moments(Moments a, Moments b) {
  Moments sum;
  sum.x = a.x + b.x;
  sum.y = a.y + b.y;
  sum.xy = a.xy + b.xy;
  return sum;
}

struct Rotation {
  bool needed;  // else the vectors are orthogonal already
  FIELD_part c;
  FIELD_part s;
  T_compute phase;  // e^-if
};

// Vectors are taken for orthogonal where |x^H y| <= tolerance |x| |y|.
Rotation rotation_of(Moments m, float tolerance) {
  Rotation r;
  const FIELD_part size = field_abs(m.xy);
  r.needed = size > FIELD_part(tolerance) * sqrt(m.x) * sqrt(m.y);
  r.c = FIELD_part(1);
  r.s = FIELD_part(0);
  r.phase = field_of(FIELD_part(1));
  if (!r.needed) return r;
  r.phase = field_conjugate(m.xy) / size;
  const FIELD_part zeta = (m.y - m.x) / (FIELD_part(2) * size);
  const FIELD_part magnitude = zeta < FIELD_part(0) ? -zeta : zeta;
  // Of large ones the square may be infinite.
  const FIELD_part root = magnitude > FIELD_part(1.0e8)
                              ? magnitude
                              : sqrt(FIELD_part(1) + magnitude * magnitude);
  FIELD_part t = FIELD_part(1) / (magnitude + root);
  if (zeta < FIELD_part(0)) t = -t;
  r.c = FIELD_part(1) / sqrt(FIELD_part(1) + t * t);
  r.s = r.c * t;
  return r;
}

// Pair `pair` of round `turn` of `players` (an even number): in players - 1
// rounds each meets each other one once. The last one stays, the others move on.
uvec2 pair_of(uint pair, uint turn, uint players) {
  const uint cycle = players - 1;
  const uint x = (turn + pair) % cycle;
  const uint y = pair == 0 ? cycle : (turn + cycle - pair) % cycle;
  return uvec2(min(x, y), max(x, y));
}

#endif  // DML_JACOBI_GLSL_
