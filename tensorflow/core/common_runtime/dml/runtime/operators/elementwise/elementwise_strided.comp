// Element-wise operations on tensors of any strides. See elementwise.glsl.
#version 460
#define DML_PARAMETERS_IN_MEMORY
#define DML_STRIDED
#include "elementwise.glsl"
