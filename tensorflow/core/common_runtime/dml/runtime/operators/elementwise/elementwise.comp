// Element-wise operations on tensors without gaps, and single elements
// repeated. See elementwise.glsl.
#version 460
#include "elementwise.glsl"
