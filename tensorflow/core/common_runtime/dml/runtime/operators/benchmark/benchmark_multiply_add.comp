// Measures the rate of fused multiply-adds: each invocation runs 8 chains of
// them, independent of each other, in registers. y takes one value a group, so
// that no compiler drops the work. Four lanes an operation, since adapters with
// packed float16 arithmetic need them side by side.
#version 460
#include "dml.glsl"

DML_PARAMETERS_BEGIN
  TBuffer y;
  uint count;  // of y
  uint iterations;
DML_PARAMETERS_END

void main() {
  // Below 1, so that the chains stay finite however long they are.
  T_storage4 factor = T_storage4(T_storage(0.5));
  T_storage4 added = T_storage4(T_storage(gl_LocalInvocationID.x & 7u));
  T_storage4 a = added, b = added + factor;
  for (uint i = 0; i < p.iterations; ++i) {
    [[unroll]] for (uint step = 0; step < 16; ++step) {
      a = fma(a, factor, added);
      b = fma(b, factor, added);
    }
  }
  T_storage4 sum = a + b;
  if (gl_LocalInvocationID.x == 0 && dml_group() < p.count) {
    T_store_raw(p.y, dml_group(), (sum.x + sum.y) + (sum.z + sum.w));
  }
}
