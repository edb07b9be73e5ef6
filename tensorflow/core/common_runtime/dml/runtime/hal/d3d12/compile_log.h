// CompileLog: tells users why the first step of a model takes its time.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COMPILE_LOG_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COMPILE_LOG_H_

#include <atomic>
#include <cstdint>
#include <string>

namespace dml {
namespace hal {
namespace d3d12 {

// Thread-safe.
class CompileLog {
 public:
  // What took less is not worth a line.
  static constexpr uint64_t kMinNanoseconds = 1'000'000'000;

  // A program was compiled, in so long.
  void Note(uint64_t nanoseconds) {
    ++programs_;
    nanoseconds_ += nanoseconds;
  }
  // Whether Take() may have something to say; costs a load.
  bool pending() const {
    return nanoseconds_.load(std::memory_order_relaxed) >= kMinNanoseconds;
  }
  // A line about what was compiled since the last one, or nothing.
  std::string Take();

 private:
  std::atomic<uint32_t> programs_{0};
  std::atomic<uint64_t> nanoseconds_{0};
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_COMPILE_LOG_H_
