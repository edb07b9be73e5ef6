// What backends refuse of heaps before they ask their drivers.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_HEAP_SIZE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_HEAP_SIZE_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {

// kInvalidArgument for nothing, kOutOfMemory for more than the API takes.
inline Status CheckHeapSize(const AdapterInfo& info, uint64_t bytes) {
  if (bytes == 0) return InvalidArgument("a heap of 0 bytes was asked for");
  if (bytes > info.max_heap_bytes) {
    return Error(Code::kOutOfMemory, "a heap of ", bytes,
                 " bytes was asked for; adapter \"", info.name,
                 "\" makes at most ", info.max_heap_bytes,
                 " bytes at once: make the tensor smaller, or split it");
  }
  return Status::Ok();
}

}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_HEAP_SIZE_H_
