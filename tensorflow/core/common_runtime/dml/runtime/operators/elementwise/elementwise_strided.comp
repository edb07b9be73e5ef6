// Element-wise operations on tensors of any strides. See elementwise.glsl.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#define DML_STRIDED
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
  StridedIndex index;
  int offsets[4];  // inputs, then the output
  int strides[4][DML_MAX_RANK];
DML_PARAMETERS_END

#include "elementwise.glsl"
