// The host's side of shaders/row_walk.glsl: updates of rows by index, in order.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ROW_WALK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ROW_WALK_H_

#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/shared_parameters.h"

namespace dml {

// How groups share out `count` updates of [rows, columns], none of them 0.
RowWalk WalkRows(const hal::AdapterInfo& adapter, uint64_t count, uint64_t rows,
                 uint64_t columns);

// Updates of a row are one loop of one invocation: more of them go into several
// launches, so that none runs into a driver's time limit. Mesa's software
// driver ends loops, without a word, when they have made 65535 iterations
// together.
constexpr int64_t kUpdatesPerLaunch = 49152;

// Calls launch(first, count) for all of `count` updates in order.
template <typename Launch>
Status LaunchUpdates(int64_t count, Launch launch) {
  for (int64_t first = 0; first < count; first += kUpdatesPerLaunch) {
    DML_RETURN_IF_ERROR(
        launch(first, std::min(count - first, kUpdatesPerLaunch)));
  }
  return Status::Ok();
}

// Rows [first, first + count) of `tensor`, of any rank.
dml_tensor SliceRows(const dml_tensor& tensor, int64_t first, int64_t count);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_ROW_WALK_H_
