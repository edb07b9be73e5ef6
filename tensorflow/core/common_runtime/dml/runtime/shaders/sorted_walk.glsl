// Sums of updates by row, of updates that lie in the order of their rows: what
// scatters and sparse products share where there are many. The host's side is
// operators/sorted_rows.h.
//
// An invocation adds up a block of updates, for one column. What begins and ends
// in its block goes to its row at once. The sum of a run that goes on from the
// block before, or into the next, is left in `partial`, and a second launch adds
// the parts of each such run, in order. So neither a row of many updates nor many
// rows of few keep others waiting; nothing is atomic, and the bits are the same
// every time.
//
// A program has among its parameters
//   WordBuffer rows;       // of the updates, ascending
//   WordBuffer positions;  // which updates these are
//   SumBuffer partial;     // [2, blocks, columns]: sums at blocks' beginnings, ends
//   SortedWalk walk;
// defines the two functions declared here, and calls dml_walk_sorted().
#ifndef DML_SORTED_WALK_GLSL_
#define DML_SORTED_WALK_GLSL_

DML_SHARED struct SortedWalk {
  uint count;   // of updates
  uint none;    // the row of those that have none: it comes after all others
  uint columns;
  uint block;   // updates of an invocation
  uint blocks;
};

DML_SHARED const uint SORTED_BLOCKS = 0;
DML_SHARED const uint SORTED_JOIN = 1;
layout(constant_id = 1) const uint STEP = SORTED_BLOCKS;

#if defined(T_f16) || defined(T_f32)
#define SumBuffer FloatBuffer
#define sum_load(b, i) float_load(b, i)
#define sum_store(b, i, v) float_store(b, i, v)
#else
#define SumBuffer TBuffer
#define sum_load(b, i) T_load(b, i)
#define sum_store(b, i, v) T_store(b, i, v)
#endif

T_compute update_of(uint position, uint column);
void add_to_row(uint row, uint column, T_compute sum);

#define DML_WALK_SORTED                                                       \
  void sum_block(uint block, uint column) {                                   \
    const uint begin = block * p.walk.block;                                  \
    const uint count = p.walk.count;                                          \
    const uint end = min(begin + p.walk.block, count);                        \
    const uint none = p.walk.none;                                            \
    uint row = word_load(p.rows, begin);                                      \
    bool goes_on = begin > 0 && word_load(p.rows, begin - 1) == row;          \
    const uint at = block * p.walk.columns + column;                          \
    T_compute sum = T_compute(0);                                             \
    for (uint i = begin; i < end; ++i) {                                      \
      const uint next = word_load(p.rows, i);                                 \
      if (next != row) {                                                      \
        if (goes_on) {                                                        \
          sum_store(p.partial, at, sum);                                      \
        } else {                                                              \
          add_to_row(row, column, sum);                                       \
        }                                                                     \
        goes_on = false;                                                      \
        row = next;                                                           \
        sum = T_compute(0);                                                   \
      }                                                                       \
      if (row >= none) return;                                                \
      sum += update_of(word_load(p.positions, i), column);                    \
    }                                                                         \
    const bool is_open = end < count && word_load(p.rows, end) == row;        \
    if (goes_on) {                                                            \
      sum_store(p.partial, at, sum);                                          \
    } else if (is_open) {                                                     \
      sum_store(p.partial, p.walk.blocks * p.walk.columns + at, sum);         \
    } else {                                                                  \
      add_to_row(row, column, sum);                                           \
    }                                                                         \
  }                                                                           \
                                                                              \
  /* Of the run that begins in this block and goes on into the next. */       \
  void join_run(uint block, uint column) {                                    \
    const uint count = p.walk.count;                                          \
    const uint begin = block * p.walk.block;                                  \
    uint end = begin + p.walk.block;                                          \
    if (end >= count) return;                                                 \
    const uint row = word_load(p.rows, end);                                  \
    if (row >= p.walk.none || word_load(p.rows, end - 1) != row) return;      \
    if (begin > 0 && word_load(p.rows, begin - 1) == row) return;             \
    const uint columns = p.walk.columns;                                      \
    uint at = block * columns + column;                                       \
    T_compute sum = sum_load(p.partial, p.walk.blocks * columns + at);        \
    do {                                                                      \
      at += columns;                                                          \
      sum += sum_load(p.partial, at);                                         \
      end += p.walk.block;                                                    \
    } while (end < count && word_load(p.rows, end) == row);                   \
    add_to_row(row, column, sum);                                             \
  }                                                                           \
                                                                              \
  void dml_walk_sorted() {                                                    \
    const uint block = dml_global() / p.walk.columns;                         \
    const uint column = dml_global() - block * p.walk.columns;                \
    if (block >= p.walk.blocks) return;                                       \
    if (STEP == SORTED_BLOCKS) {                                              \
      sum_block(block, column);                                               \
    } else {                                                                  \
      join_run(block, column);                                                \
    }                                                                         \
  }

#endif  // DML_SORTED_WALK_GLSL_
