// CompileLog: tells users why the first step of a model takes its time.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COMPILE_LOG_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COMPILE_LOG_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_source.h"

namespace dml {
namespace hal {
namespace d3d12 {

// Thread-safe. Times are os::SteadyNanoseconds().
class CompileLog {
 public:
  // What took less is not worth a line.
  static constexpr uint64_t kMinNanoseconds = 1'000'000'000;
  // A step makes its programs one after the other: one line is about all.
  static constexpr uint64_t kPauseNanoseconds = 500'000'000;

  // A program was made, from `begin` to `end`; from `had_dxil` on the driver
  // had it.
  void Note(DxilSource source, uint64_t begin, uint64_t had_dxil, uint64_t end);
  // Whether Take() may have something to say; costs a load.
  bool pending() const {
    return nanoseconds_.load(std::memory_order_relaxed) >= kMinNanoseconds;
  }
  // A line about what was made since the last one; empty for little, and while
  // the last program was made a moment before `now`.
  std::string Take(uint64_t now);

 private:
  struct Counts {
    uint32_t of[3] = {};  // by DxilSource
    uint64_t compiler_ns = 0;
    uint64_t driver_ns = 0;
    uint64_t last = 0;  // end
  };

  std::atomic<uint64_t> nanoseconds_{0};  // of all
  std::mutex mutex_;
  Counts counts_;  // guarded by mutex_
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COMPILE_LOG_H_
