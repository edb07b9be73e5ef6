// y[i] = value, without gaps; T is an unsigned type of the elements' size.
#version 460
#include "dml.glsl"
#include "vector.glsl"

layout(constant_id = 1) const bool VECTORS = false;

DML_PARAMETERS_BEGIN
  TBuffer y;
  uint count;
  uint value[2];  // low word first
DML_PARAMETERS_END

void main() {
#if T_SIZE == 8
  T_storage value = uint64_t(p.value[1]) << 32 | uint64_t(p.value[0]);
#else
  T_storage value = T_storage(p.value[0]);
#endif
  uint first = 4 * dml_global();
  if (first >= p.count) return;
  if (VECTORS && first + 4 <= p.count) {
    TVector4(p.y).at[first / 4] = T_storage4(value);
    return;
  }
  for (uint i = first; i < min(first + 4, p.count); ++i) p.y.at[i] = value;
}
