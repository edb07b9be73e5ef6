// The host's side of shaders/row_walk.glsl: updates of rows by index, in order.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ROW_WALK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ROW_WALK_H_

#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/shared_parameters.h"

namespace dml {

// How groups share out `count` updates of [rows, columns], none of them 0.
// `first_row`: the number of the first one in the indices.
RowWalk WalkRows(const hal::AdapterInfo& adapter, uint64_t count, uint64_t rows,
                 uint64_t columns, uint64_t first_row = 0);
// More rows have numbers that programs do not tell from no row: DML_NO_ROW.
constexpr int64_t kMaxWalkedRows = UINT32_MAX;

// Updates of a row are one loop of one invocation: more of them go into several
// launches, so that none runs into a driver's time limit. Mesa's software
// driver ends loops, without a word, when they have made 65535 iterations
// together.
constexpr int64_t kUpdatesPerLaunch = 49152;

// How many rows of `updates`, of rank 2, a launch takes: all in
// LaunchUpdates()'s bound that programs index.
int64_t UpdatesPerLaunch(const OperatorContext& context,
                         const dml_tensor& updates);

// Calls launch(first, count) for all of `count` updates in order.
template <typename Launch>
Status LaunchUpdates(int64_t count, int64_t per_launch, Launch launch) {
  for (int64_t first = 0; first < count; first += per_launch) {
    DML_RETURN_IF_ERROR(launch(first, std::min(count - first, per_launch)));
  }
  return Status::Ok();
}

// Rows [first, first + count) of `tensor`, of any rank.
dml_tensor SliceRows(const dml_tensor& tensor, int64_t first, int64_t count);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ROW_WALK_H_
