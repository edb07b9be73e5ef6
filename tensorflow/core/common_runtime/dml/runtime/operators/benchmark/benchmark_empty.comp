// A dispatch that does nothing: what a dispatch costs by itself.
#version 460
#include "dml.glsl"

DML_PARAMETERS_BEGIN
  WordBuffer y;
DML_PARAMETERS_END

void main() {}
