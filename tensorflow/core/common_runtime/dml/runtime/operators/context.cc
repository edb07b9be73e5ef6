#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/launch_memo.h"

namespace dml {

Grid LinearGrid(const hal::AdapterInfo& adapter, uint64_t groups,
                uint64_t multiply_adds) {
  Grid grid;
  grid.multiply_adds = multiply_adds;
  const uint64_t max_x = adapter.max_grid[0];
  if (groups <= max_x) {
    grid.x = static_cast<uint32_t>(groups);
    return grid;
  }
  // Rows of equal length, so that less than a row is surplus.
  const uint64_t rows = CeilDivide(groups, max_x);
  grid.x = static_cast<uint32_t>(CeilDivide(groups, rows));
  grid.y = static_cast<uint32_t>(rows);
  return grid;
}

Status PrepareLaunch(OperatorContext& context, std::string_view shader,
                     Span<const uint32_t> specialization, Grid grid,
                     Span<const BufferArgument> buffers,
                     const ParameterBlock& block, Span<const uint8_t> constants,
                     Launch* launch) {
  launch->groups[0] = grid.x;
  launch->groups[1] = grid.y;
  launch->groups[2] = grid.z;
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return Status::Ok();
  const uint32_t* max = context.adapter.max_grid;
  if (grid.x > max[0] || grid.y > max[1] || grid.z > max[2]) {
    return Unimplemented(shader, ": a grid of ", grid.x, " x ", grid.y, " x ",
                         grid.z, " groups exceeds this adapter's limit of ",
                         max[0], " x ", max[1], " x ", max[2],
                         ": the tensors are too large");
  }
  if (context.plan != nullptr) {
    context.plan->push_back(DescribeProgram(shader, specialization));
    return Status::Ok();
  }
  const Shader* row;
  DML_RETURN_IF_ERROR(
      context.programs.Get(shader, specialization, &launch->program, &row));
  if (row->block != &block || row->buffers != buffers.size()) {
    return Internal(shader, " takes the parameters of ", row->block->source,
                    " with ", row->buffers, " buffers, not those of ",
                    block.source, " with ", buffers.size());
  }
  launch->buffers = buffers;
  launch->constants = constants;
  launch->parts = context.parts;
  launch->multiply_adds = grid.multiply_adds;
  launch->may_group = !row->grouped.empty();
  launch->tag_lasts = context.tag_lasts;
  return Status::Ok();
}

Status EnqueueLaunch(OperatorContext& context, const Launch& launch,
                     const ElementStep* step) {
  const bool empty =
      launch.groups[0] == 0 || launch.groups[1] == 0 || launch.groups[2] == 0;
  if (empty || context.plan != nullptr) return Status::Ok();
  DML_RETURN_IF_ERROR(context.stream.Dispatch(launch, context.tag));
  if (context.learner == nullptr) return Status::Ok();
  if (launch.tail != nullptr) {
    context.learner->Spoil();
  } else {
    context.learner->Learn(launch, step);
  }
  return Status::Ok();
}

Status LaunchProgram(OperatorContext& context, std::string_view shader,
                     Span<const uint32_t> specialization, Grid grid,
                     Span<const BufferArgument> buffers,
                     const ParameterBlock& block, Span<const uint8_t> constants,
                     const ElementStep* step) {
  Launch launch;
  DML_RETURN_IF_ERROR(PrepareLaunch(context, shader, specialization, grid,
                                    buffers, block, constants, &launch));
  // Parts of one whole are kept together.
  launch.step = context.parts == 0 ? step : nullptr;
  return EnqueueLaunch(context, launch, step);
}

Status CopyMemory(OperatorContext& context, uint64_t dst, uint64_t src,
                  uint64_t bytes) {
  if (context.plan != nullptr) {
    context.plan->push_back(DescribeProgram("copy", {}));
    return Status::Ok();
  }
  if (context.learner != nullptr) context.learner->Spoil();
  return context.stream.Copy(dst, src, bytes);
}

Scratch::~Scratch() {
  if (address_ == 0) return;
  stream_.ReleaseHeld();
  if (stream_.KeepsValues() &&
      stream_.Discard(address_, bytes_, [&pool = pool_, address = address_] {
        pool.Free(address);
      })) {
    return;  // which frees it later
  }
  pool_.Free(address_);
}

Status Scratch::Allocate(uint64_t bytes) {
  DML_RETURN_IF_ERROR(pool_.Allocate(bytes, "operator scratch", &address_));
  bytes_ = bytes;
  return Status::Ok();
}

}  // namespace dml
