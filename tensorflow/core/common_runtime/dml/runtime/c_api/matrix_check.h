// Whether an adapter's cooperative matrices compute what they should.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_MATRIX_CHECK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_MATRIX_CHECK_H_

#include <atomic>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"

namespace dml {

// Compares what every form of products with cooperative matrices gives with
// what the plain programs give, on a device of its own: ok when all are equal
// to the bit, kInternal with what differs, or what the driver failed with.
// Takes seconds, mostly to compile; ends early with kUnavailable when `stop`
// becomes true, between two products.
Status RunMatrixCheck(uint32_t adapter_index, const std::atomic<bool>& stop);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_MATRIX_CHECK_H_
