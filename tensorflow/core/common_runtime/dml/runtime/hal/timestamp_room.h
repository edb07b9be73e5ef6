// The room for the timestamps of one command list, which backends ask of their
// drivers.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_TIMESTAMP_ROOM_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_TIMESTAMP_ROOM_H_

#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {

// What to make where there is room for `room` and `count` are wanted: `room`
// where that serves.
inline uint32_t TimestampRoom(uint32_t room, uint32_t count) {
  constexpr uint32_t kMinRoom = 16;
  // More than a profile needed lately, or so many that only a profile needed
  // them.
  const bool serves = count <= room && room <= std::max(kMinRoom, 8 * count);
  return serves ? room : std::max(kMinRoom, 2 * count);
}

// kUnimplemented where `device` has no timestamps on that queue.
inline Status CheckTimestamps(const Device& device, Queue queue) {
  if (device.clock(queue).tick_ns != 0) return Status::Ok();
  return Unimplemented(
      "adapter \"", device.info().name, "\" has no timestamps on its ",
      queue == Queue::kCompute ? "compute" : "transfer", " queue");
}

// kInternal where more were written than there is room for.
inline Status CheckTimestampsWritten(uint32_t written, uint32_t room) {
  if (written <= room) return Status::Ok();
  return Error(Code::kInternal, written, " timestamps, with room for ", room);
}

}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_TIMESTAMP_ROOM_H_
