// The host side of shaders/row_walk.glsl: updates of rows by index, in order.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ROW_WALK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ROW_WALK_H_

#include <cstdint>

namespace dml {

// Mirrors RowWalk of row_walk.glsl, whose groups have kGroupSize invocations.
struct RowWalk {
  // `count` updates of [rows, columns], none of them 0.
  RowWalk(uint64_t count, uint64_t rows, uint64_t columns);

  uint32_t count;
  uint32_t rows;
  uint32_t columns;
  uint32_t groups;
  uint32_t column_blocks;
  uint32_t block_columns;
  uint32_t block_rows;
  uint32_t lanes;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ROW_WALK_H_
