// dml_apply(): what OP does to one element, by kind and type. OP is a constant
// of the program, so one case of each switch remains. Others than the programs
// of one operation have DML_OPERATION declare it as an argument.
#define DML_OPERATION
#define DML_PARAMETER p.parameter
#if defined(DML_SPECIAL)
#include "elementwise_special.glsl"
#elif T_IS_COMPLEX && !defined(DML_COMPARE)
#include "elementwise_complex.glsl"
#elif defined(DML_UNARY)
#if T_IS_FLOAT
#include "elementwise_unary_float.glsl"
#else
#include "elementwise_integer.glsl"
#endif
#elif defined(DML_BINARY)
#if T_IS_FLOAT
#include "elementwise_binary_float.glsl"
#else
#include "elementwise_integer.glsl"
#endif
#else
#include "elementwise_other.glsl"
#endif
