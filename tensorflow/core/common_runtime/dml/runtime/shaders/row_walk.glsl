// Walks updates of rows in order: what scatters and sparse optimizer steps
// share. The host's side is operators/row_walk.h.
//
// Every element belongs to one invocation, which meets its updates in the order
// of i: no atomics in memory, and the same bits every time. A group owns a block
// of rows and of columns. It reads the indices a group's width at a time, notes
// in bit masks which of them are among its rows, and walks the set bits. Where
// there are fewer columns than invocations, a group has `lanes` of them for a
// column; a lane owns the rows whose number modulo `lanes` is its own, and has
// masks of its own, so that it walks no other lane's updates.
//
// A program has a RowWalk among its parameters, defines the two functions
// declared here, and calls dml_walk_rows().
#ifndef DML_ROW_WALK_GLSL_
#define DML_ROW_WALK_GLSL_

#include "group_size.glsl"

// For groups of kGroupSize invocations.
DML_SHARED struct RowWalk {
  uint count;  // of updates
  uint first_row;  // of those that are walked, by the number in the indices
  uint rows;
  uint columns;
  uint groups;
  uint column_blocks;
  uint block_columns;  // columns that a group owns, at most kGroupSize
  uint block_rows;     // rows that a group owns
  uint lanes;          // kGroupSize / block_columns
};

// The row of update i, by the number in the indices, which has 32 bits: negative
// and larger ones are DML_NO_ROW.
#define DML_NO_ROW 0xffffffffu
uint row_of_update(uint i);
// Column `column` of update i, to be applied to that of `row`, counted from the
// first row that is walked.
void apply_update(uint row, uint column, uint i);

const uint WALK_WORDS = kGroupSize / 32;  // of a lane's mask

shared uint walk_rows[kGroupSize];  // from the group's first row
shared uint walk_masks[WALK_WORDS * kGroupSize];  // [word][lane]

void dml_walk_rows(RowWalk walk) {
  if (dml_group() >= walk.groups) return;
  uint first_row = dml_group() / walk.column_blocks * walk.block_rows;
  uint row_count = min(walk.block_rows, walk.rows - first_row);
  uint first_number = walk.first_row + first_row;
  uint first_column = dml_group() % walk.column_blocks * walk.block_columns;
  uint local = gl_LocalInvocationID.x;
  uint lane = local / walk.block_columns;
  uint column = first_column + local % walk.block_columns;
  bool works = lane < walk.lanes && column < walk.columns;

  for (uint chunk = 0; chunk < walk.count; chunk += kGroupSize) {
    for (uint k = local; k < WALK_WORDS * walk.lanes; k += kGroupSize) {
      walk_masks[k] = 0;
    }
    barrier();
    uint i = chunk + local;
    if (i < walk.count) {
      uint row = row_of_update(i);
      uint from_first = row - first_number;
      if (row >= first_number && from_first < row_count) {
        walk_rows[local] = from_first;
        atomicOr(walk_masks[local / 32 * walk.lanes + from_first % walk.lanes],
                 1u << (local % 32));
      }
    }
    barrier();
    for (uint word = 0; word < WALK_WORDS; ++word) {
      uint bits = works ? walk_masks[word * walk.lanes + lane] : 0;
      while (bits != 0) {
        uint entry = word * 32 + uint(findLSB(bits));
        bits &= bits - 1;
        apply_update(first_row + walk_rows[entry], column, chunk + entry);
      }
    }
    barrier();
  }
}

#endif  // DML_ROW_WALK_GLSL_
