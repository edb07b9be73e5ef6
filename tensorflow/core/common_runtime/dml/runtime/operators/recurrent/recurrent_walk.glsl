// What recurrent_walk.comp and its gradient share: all steps of one direction of a
// layer in one launch. Rows of the batch don't know of each other: a work group
// walks through the steps of ROWS of them, with their states in shared memory, and
// reads the weights anew in each step, from caches.
#include "dml.glsl"
#include "group_size.glsl"
#include "recurrent_math.glsl"

// The units, rounded up to a power of two.
layout(constant_id = 2) const uint SPAN = 64;
layout(constant_id = 3) const uint ROWS = 1;

DML_SHARED struct RecurrentWalk {
  uint batch;
  uint units;
  uint steps;  // of the tensors
  uint begin;  // the first one to take, and
  uint count;  // how many, in the order of the walk
  uint reverse;
  uint has_lengths;
  int length_stride;
  int length_offset;
};

// The step that the walk takes as its i-th.
#define WALK_STEP(i) (p.walk.reverse != 0 ? p.walk.steps - 1 - (i) : (i))
// Where a tensor [steps, batch, columns], or of one step more, has a row.
#define WALK_ROW(step, row, columns) \
  int(((step) * p.walk.batch + (row)) * (columns))
// Whether the row's sequence is over.
#define WALK_ENDED(step, row)                                  \
  (p.walk.has_lengths != 0 &&                                  \
   int(step) >= int_load(p.lengths, p.walk.length_offset +     \
                                        int(row) * p.walk.length_stride))
