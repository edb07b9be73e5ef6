// Element-wise operations on tensors without gaps, and single elements
// repeated. See elementwise.glsl.
#version 460
#include "elementwise_types.glsl"

DML_PARAMETERS_BEGIN
  XBuffer x;
#if DML_INPUTS > 1
  YBuffer y;
#endif
#if DML_INPUTS > 2
  TBuffer z;
#endif
  OBuffer result;
  uint count;
  float parameter;
DML_PARAMETERS_END

#include "elementwise.glsl"
