// GridSlices: one dispatch as several, which together start the same groups.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_GRID_SLICES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_GRID_SLICES_H_

#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"

namespace dml {

// Cuts a grid for programs that number their groups as dml_group() of
// shaders/dml.glsl does: y times the width of the grid, plus x. That width is
// what the program sees, which is the slice's. So slices are whole layers,
// whole rows, or parts of a row that lie in a grid of their own width where
// they get the same numbers.
class GridSlices {
 public:
  // About `wanted` slices of nearly equal size: as many as there are, or less
  // than twice as many where slices do not cross rows or layers. One slice is
  // the grid as it is.
  GridSlices(const uint32_t (&groups)[3], uint64_t wanted) {
    std::copy_n(groups, 3, groups_);
    wanted = std::max<uint64_t>(wanted, 1);
    uint64_t outer = 1;  // slices of other layers or rows
    axis_ = groups[2] > 1 ? 2 : groups[1] > 1 ? 1 : 0;
    for (; wanted > outer * groups[axis_] && MayGoInside(); --axis_) {
      outer *= groups[axis_];
    }
    uint64_t most = groups[axis_];
    // Numbers of rows grow as rows get narrow, up to what grids take.
    if (axis_ == 0 && outer > 1) most = std::min(most, kMaxRows / 2 / outer);
    pieces_ = std::max<uint64_t>(1, std::min(most, CeilDivide(wanted, outer)));
    count_ = outer * pieces_;
  }

  uint64_t size() const { return count_; }

  // The slice of that number, as hal::DispatchDesc has it.
  void Get(uint64_t slice, uint32_t (*first)[3], uint32_t (*groups)[3]) const {
    std::fill_n(*first, 3, 0);
    std::copy_n(groups_, 3, *groups);
    const uint64_t piece = slice % pieces_;
    uint64_t rest = slice / pieces_;
    const uint64_t begin = piece * groups_[axis_] / pieces_;
    const uint64_t end = (piece + 1) * groups_[axis_] / pieces_;
    (*first)[axis_] = static_cast<uint32_t>(begin);
    (*groups)[axis_] = static_cast<uint32_t>(end - begin);
    for (int axis = axis_ + 1; axis < 3; ++axis) {
      (*first)[axis] = static_cast<uint32_t>(rest % groups_[axis]);
      (*groups)[axis] = 1;
      rest /= groups_[axis];
    }
    if (axis_ == 0 && groups_[1] > 1) {
      // Part of a row: the same numbers in a grid of the part's width.
      const uint64_t width = (*groups)[0];
      const uint64_t number = uint64_t{(*first)[1]} * groups_[0] + begin;
      (*first)[0] = static_cast<uint32_t>(number % width);
      (*first)[1] = static_cast<uint32_t>(number / width);
    }
  }

 private:
  // Grids of every adapter have so many rows.
  static constexpr uint64_t kMaxRows = 65535;

  // Rows of a layer may be slices, and parts of a row; not parts of a row of
  // one layer of several.
  bool MayGoInside() const {
    return axis_ == 2 ? groups_[1] > 1 : axis_ == 1 && groups_[2] == 1;
  }

  uint32_t groups_[3];
  int axis_ = 0;
  uint64_t pieces_ = 1;  // of the axis
  uint64_t count_ = 1;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_GRID_SLICES_H_
