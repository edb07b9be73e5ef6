// What an adapter can do, by its driver's answers, and what that means to the
// runtime.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_FEATURES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_FEATURES_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/adapter_list.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/api.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace d3d12 {

// What ID3D12Device::CheckFeatureSupport() says; what it does not know is not
// there.
struct Features {
  uint32_t shader_model = 0;  // 0x60 is 6.0
  bool waves = false;
  uint32_t min_wave_lanes = 0;
  bool int64 = false;
  bool float64 = false;
  bool many_buffers = false;      // a program may have more than 8
  bool unified = false;           // device and host share their memory,
  bool coherent_unified = false;  // and the device snoops the host's caches
  uint32_t address_bits = 0;      // of one resource
  bool copy_queue_timestamps = false;
};

Features QueryFeatures(ID3D12Device* device);

// The floor, in the form of Features::shader_model.
constexpr uint32_t kMinShaderModel = 0x60;

// Programs find their data by 32 bits in a buffer, and heaps come in pieces of
// 64 KiB.
constexpr uint64_t kHeapGranularity = 64 << 10;
constexpr uint64_t kMaxHeapBytes = (uint64_t{4} << 30) - kHeapGranularity;

// All of AdapterInfo that follows from the two, without a transfer queue where
// `transfer_queue` says so.
AdapterInfo DescribeAdapter(const AdapterProperties& properties,
                            const Features& features, bool transfer_queue);

// Of an adapter that opens no device, for which `problem` says why.
AdapterInfo DescribeUnusable(const AdapterProperties& properties,
                             const std::string& problem);

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_FEATURES_H_
