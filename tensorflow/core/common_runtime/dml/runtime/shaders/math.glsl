// Elementary and special functions in float32 that are accurate on any driver.
//
// Vulkan lets exp, log, pow and the trigonometric functions be off by far more
// than a rounding, and lets comparisons assume that there is no NaN. These use
// only +, -, *, /, sqrt, conversions and integers, whose accuracy Vulkan does
// fix, and test NaN and infinity by their bits. Each is within 4 ulp of the
// true value, most within 2, over all of float32, except that
//   - results and arguments below 2^-126 may be flushed to zero;
//   - near the zeros of dml_lgamma at negative arguments and of dml_digamma
//     (also near 1.4616), the error is about 1e-6 absolutely, not relatively.
// Special values are those of C's <math.h>.
//
// `precise` marks what must be neither contracted nor reassociated: exact
// differences and compensated products. Polynomials may be contracted. Their
// coefficients are minimax fits of the remainder that the comment names.
//
// The files keep to what is GLSL and C++ alike, so that a host program can
// include them to sweep all of float32. A program may include only those of
// the functions that it calls.
#ifndef DML_MATH_GLSL_
#define DML_MATH_GLSL_

#include "math_basic.glsl"
#include "math_exponential.glsl"
#include "math_trigonometry.glsl"
#include "math_hyperbolic.glsl"
#include "math_special.glsl"
#include "math_activation.glsl"

#endif  // DML_MATH_GLSL_
