// y[i] = value, without gaps; T is an unsigned type of the elements' size.
#version 460
#include "dml.glsl"

layout(constant_id = 1) const bool VECTORS = false;

DML_PARAMETERS_BEGIN
  TBuffer y;
  uint count;
  uint value[4];  // low word first
DML_PARAMETERS_END

void main() {
#if T_SIZE == 16
  T_storage value = T_storage(p.value[0], p.value[1], p.value[2], p.value[3]);
#elif T_SIZE == 8
  T_storage value = uint64_t(p.value[1]) << 32 | uint64_t(p.value[0]);
#else
  T_storage value = T_storage(p.value[0]);
#endif
  uint first = 4 * dml_global();
  if (first >= p.count) return;
#ifdef T_storage4
  if (VECTORS && first + 4 <= p.count) {
    T_store4_raw(p.y, first, T_storage4(value));
    return;
  }
#endif
  for (uint i = first; i < min(first + 4, p.count); ++i) {
    T_store_raw(p.y, i, value);
  }
}
