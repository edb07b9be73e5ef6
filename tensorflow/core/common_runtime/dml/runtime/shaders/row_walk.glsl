// Walks updates of rows in order: what scatters and sparse optimizer steps
// share. Mirrors operators/row_walk.h.
//
// Every element belongs to one invocation, which meets its updates in the order
// of i: no atomics, and the same bits every time. A group owns a block of rows
// and of columns. It reads the indices a group's width at a time, notes in a
// bit mask which of them are among its rows, and walks the set bits. Where
// there are fewer columns than invocations, `lanes` of them share a row's
// number modulo `lanes`.
//
// A program has a RowWalk among its parameters, defines the two functions
// declared here, and calls dml_walk_rows().
#ifndef DML_ROW_WALK_GLSL_
#define DML_ROW_WALK_GLSL_

const uint WALK_WIDTH = 256;  // invocations

struct RowWalk {
  uint count;  // of updates
  uint rows;
  uint columns;
  uint groups;
  uint column_blocks;
  uint block_columns;  // columns that a group owns, at most WALK_WIDTH
  uint block_rows;     // rows that a group owns
  uint lanes;          // WALK_WIDTH / block_columns
};

// The row of update i; any number from `rows` on is out of range.
uint row_of_update(uint i);
// Column `column` of update i, to be applied to that of `row`.
void apply_update(uint row, uint column, uint i);

shared uint walk_rows[WALK_WIDTH];  // from the group's first row
shared uint walk_mask[WALK_WIDTH / 32];

void dml_walk_rows(RowWalk walk) {
  if (dml_group() >= walk.groups) return;
  uint first_row = dml_group() / walk.column_blocks * walk.block_rows;
  uint last_row = min(first_row + walk.block_rows, walk.rows);
  uint first_column = dml_group() % walk.column_blocks * walk.block_columns;
  uint local = gl_LocalInvocationID.x;
  uint lane = local / walk.block_columns;
  uint column = first_column + local % walk.block_columns;
  bool works = lane < walk.lanes && column < walk.columns;

  for (uint chunk = 0; chunk < walk.count; chunk += WALK_WIDTH) {
    if (local < WALK_WIDTH / 32) walk_mask[local] = 0;
    barrier();
    uint i = chunk + local;
    if (i < walk.count) {
      uint row = row_of_update(i);
      if (row >= first_row && row < last_row) {
        walk_rows[local] = row - first_row;
        atomicOr(walk_mask[local / 32], 1u << (local % 32));
      }
    }
    barrier();
    for (uint word = 0; word < WALK_WIDTH / 32; ++word) {
      uint bits = works ? walk_mask[word] : 0;
      while (bits != 0) {
        uint bit = uint(findLSB(bits));
        bits &= bits - 1;
        uint row = walk_rows[word * 32 + bit];
        if (row % walk.lanes != lane) continue;
        apply_update(first_row + row, column, chunk + word * 32 + bit);
      }
    }
    barrier();
  }
}

#endif  // DML_ROW_WALK_GLSL_
