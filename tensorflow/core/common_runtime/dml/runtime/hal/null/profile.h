// What the null adapter says of itself: by default a discrete GPU that can do
// all, or, by a profile, what a given GPU says, so that the tables above choose
// what they would choose there.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_NULL_PROFILE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_NULL_PROFILE_H_

#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace null {

// Sets members of `info` by a text such as
//
//   type=integrated,vendor=32902,subgroup_size=32,matrix_shapes=8x16x16+8x8x16
//
//   type                   discrete, integrated or software
//   vendor                 PCI number of the vendor
//   subgroup_size, matrix_subgroup_size, max_group_invocations
//   max_shared_bytes
//   float16_arithmetic, float64, transfer_queue, grouped_programs   0 or 1
//   float16_products       converted, mixed or dot
//   matrix_shapes          m x n x k of each, joined by +; may be empty
//
// What is not named stays, but for matrix_subgroup_size, which follows
// subgroup_size unless it is named. An empty text changes nothing.
// kInvalidArgument, with the part that is wrong, for anything else; `info` is
// then undefined.
Status ApplyProfile(const std::string& text, AdapterInfo* info);

}  // namespace null
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_NULL_PROFILE_H_
