// c = a x b, row-major, the plain way: one element of c an invocation, each
// operand read from memory at every use. The yardstick for gemm.comp.
#version 460
#include "dml.glsl"

DML_PARAMETERS_BEGIN
  TBuffer a;
  TBuffer b;
  TBuffer c;
  uint m, n, k;
DML_PARAMETERS_END

void main() {
  uint element = dml_global();
  if (element >= p.m * p.n) return;
  uint row = element / p.n;
  uint column = element % p.n;
  T_compute sum = T_compute(0);
  for (uint depth = 0; depth < p.k; ++depth) {
    sum = fma(T_load(p.a, row * p.k + depth), T_load(p.b, depth * p.n + column), sum);
  }
  T_store(p.c, element, sum);
}
