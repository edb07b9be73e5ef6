// Walking the elements that make an output of a reduction, by packs where the
// tensors allow; what the loops need is held in variables. The host's side is
// ReducedWalk in operators/reduction_shape.h.
#ifndef DML_REDUCED_WALK_GLSL_
#define DML_REDUCED_WALK_GLSL_

#include "packs.glsl"
#include "strided.glsl"

// Where a program has these two elsewhere, it says #define DML_WALK_CONSTANTS.
#ifndef DML_WALK_CONSTANTS
layout(constant_id = 2) const uint ACCESS = kAccessSingle;
layout(constant_id = 3) const uint RANK = 8;  // of the reduced dimensions
#endif

// Items of a pack in use, and outputs that an invocation makes.
const uint ITEMS = ACCESS == kAccessSingle ? 1 : T_PACK;
const uint OUTPUTS = ACCESS == kAccessKept ? T_PACK : 1;

StridedIndex dml_reduced;

// Of access i, in the dimensions of the parameters' `reduced`, which main()
// holds by DML_HOLD_INDEX(dml_reduced, p.reduced, RANK) first.
int dml_reduced_offset(uint i, int strides[DML_MAX_RANK]) {
  int offset = 0;
  DML_ADD_OFFSET(offset, i, RANK, dml_reduced, strides)
  return offset;
}

#endif  // DML_REDUCED_WALK_GLSL_
