// Which elements of a window are its largest, where that is known.
#ifndef DML_POOLING_SAME_VALUE_GLSL_
#define DML_POOLING_SAME_VALUE_GLSL_

#include "math_t.glsl"

layout(constant_id = 1) const bool PROPAGATE_NAN = false;

// NaN equals NaN where it counts as a value.
bool same(T_compute a, T_compute b) {
  return a == b || (PROPAGATE_NAN && dml_is_nan(a) && dml_is_nan(b));
}

#endif  // DML_POOLING_SAME_VALUE_GLSL_
