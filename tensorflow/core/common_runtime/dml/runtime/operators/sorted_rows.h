// Updates of rows in the order of their rows, where there are many: the host's
// side of shaders/sorted_walk.glsl. Few go by row_walk.h, in one launch.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_SORTED_ROWS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_SORTED_ROWS_H_

#include <cstdint>
#include <optional>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/radix_sort.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/shared_parameters.h"

namespace dml {

// Whether sums of `count` updates of [rows, columns] are faster in their rows'
// order, with what it takes to bring them there, and programs can number their
// parts. They take memory besides: where there is none (kOutOfMemory), nothing
// has been written yet.
bool SortingPays(const hal::AdapterInfo& adapter, int64_t count, int64_t rows,
                 int64_t columns);

// Row numbers and which updates they are of, in scratch memory.
class SortedRows {
 public:
  explicit SortedRows(OperatorContext& context) : context_(context) {}

  // Sorts the rows that `indices` name, [count], or with `sizes` vectors
  // [count, depth] as scatter_nd takes them; those that name none of `rows`
  // come last. indexing/sort_rows.cc.
  Status Sort(const dml_tensor& indices, const int64_t* sizes, int64_t rows);

  BufferArgument rows() const { return sort_->keys(Access::kRead); }
  BufferArgument positions() const { return sort_->positions(); }

  // Two launches that add up `count` sorted updates of `columns`: launch(walk,
  // step, groups, partial), with the value of STEP and the memory of `partial`.
  template <typename Launch>
  Status SumUp(int64_t columns, uint32_t type, const Launch& launch) {
    const SortedWalk walk = Walk(columns);
    Scratch partial(context_);
    DML_RETURN_IF_ERROR(partial.Allocate(PartialBytes(walk, type)));
    const uint64_t groups = Groups(walk);
    DML_RETURN_IF_ERROR(
        launch(walk, kSortedBlocks, groups, partial.Argument(Access::kWrite)));
    if (walk.blocks == 1) return Status::Ok();
    return launch(walk, kSortedJoin, groups, partial.Argument(Access::kRead));
  }

 private:
  SortedWalk Walk(int64_t columns) const;
  static uint64_t PartialBytes(const SortedWalk& walk, uint32_t type);
  static uint64_t Groups(const SortedWalk& walk);

  OperatorContext& context_;
  std::optional<RadixSort> sort_;
  int64_t count_ = 0;
  int64_t row_count_ = 0;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_SORTED_ROWS_H_
