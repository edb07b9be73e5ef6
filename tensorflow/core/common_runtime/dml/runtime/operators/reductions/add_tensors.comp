// y = x[0] + x[1] + ..., in this order, of tensors without gaps. The last
// access takes what does not fill a pack.
#version 460
#include "dml.glsl"
#include "packs.glsl"

// kAccessReduced: packs; else every element by itself.
layout(constant_id = 1) const uint ACCESS = kAccessSingle;
layout(constant_id = 2) const uint INPUTS = 2;

DML_SHARED const uint MAX_INPUTS = 8;

DML_PARAMETERS_BEGIN
  TBuffer x[8];
  TBuffer y;
  uint count;
DML_PARAMETERS_END

const uint ITEMS = ACCESS == kAccessSingle ? 1 : T_PACK;

T_pack plus(T_pack a, T_pack b) {
#if T_IS_COMPLEX
  return a + b;
#else
  for (int v = 0; v < T_VECTORS; ++v) a.v[v] += b.v[v];
  return a;
#endif
}

// `access` is a constant.
#define DML_ADD_INPUT(access, n, at)                 \
  if (INPUTS > n) {                                  \
    T_pack term;                                     \
    DML_LOAD_ACCESS(access, p.x[n], at, term)        \
    sum = plus(sum, term);                           \
  }
#define DML_ADD_INPUTS(access, at)                   \
  {                                                  \
    T_pack sum;                                      \
    DML_LOAD_ACCESS(access, p.x[0], at, sum)         \
    DML_ADD_INPUT(access, 1, at)                     \
    DML_ADD_INPUT(access, 2, at)                     \
    DML_ADD_INPUT(access, 3, at)                     \
    DML_ADD_INPUT(access, 4, at)                     \
    DML_ADD_INPUT(access, 5, at)                     \
    DML_ADD_INPUT(access, 6, at)                     \
    DML_ADD_INPUT(access, 7, at)                     \
    DML_STORE_ACCESS(access, p.y, at, sum)           \
  }

void main() {
  const uint first = dml_global() * ITEMS;
  if (first + ITEMS <= p.count) {
    DML_ADD_INPUTS(ACCESS, first)
  } else {
    for (uint i = first; i < p.count; ++i) DML_ADD_INPUTS(kAccessSingle, i)
  }
}
