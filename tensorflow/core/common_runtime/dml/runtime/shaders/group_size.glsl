// The size of work groups that is not a choice of a program's own.
#ifndef DML_GROUP_SIZE_GLSL_
#define DML_GROUP_SIZE_GLSL_

// Invocations of a group where shared memory is laid out for a number of them,
// and where nothing asks for another number.
DML_SHARED const uint kGroupSize = 256;

#endif  // DML_GROUP_SIZE_GLSL_
