// The elementary functions of T_compute, a floating-point type, or of its parts
// if T is complex: dml_exp(x) and so on, in float or in double. Include after
// dml.glsl.
#ifndef DML_MATH_T_GLSL_
#define DML_MATH_T_GLSL_

#if defined(T_f64) || defined(T_c128)
#include "math_double.glsl"
#else
#include "math.glsl"
#endif

#endif  // DML_MATH_T_GLSL_
