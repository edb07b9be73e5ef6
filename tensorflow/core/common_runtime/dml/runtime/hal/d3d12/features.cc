#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/features.h"

#include <algorithm>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/hash.h"

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

// The Basic Render Driver, which WSL lists where Windows has no other.
constexpr uint32_t kVendorMicrosoft = 0x1414;
constexpr uint32_t kBasicRenderDevice = 0x8c;

// What Direct3D 12 promises of every adapter.
constexpr uint32_t kMaxGroupInvocations = 1024;
constexpr uint32_t kMaxGroupDepth = 64;
constexpr uint32_t kMaxGrid = 65535;
constexpr uint32_t kMaxSharedBytes = 32 << 10;
// A resource of 128 MiB, or a quarter of the memory up to 2 GiB, can always be
// made where there is room.
constexpr uint64_t kPromisedBytes = 128 << 20;
constexpr uint64_t kMaxPromisedBytes = uint64_t{2} << 30;

template <typename T>
T Ask(ID3D12Device* device, D3D12_FEATURE feature) {
  T answer{};
  if (device->CheckFeatureSupport(feature, &answer, sizeof(answer)) < 0) {
    answer = {};
  }
  return answer;
}

// The newest shader model that both the driver and the library know: they
// refuse questions for newer ones.
uint32_t AskShaderModel(ID3D12Device* device) {
  for (uint32_t model = 0x69; model >= kMinShaderModel; --model) {
    D3D12_FEATURE_DATA_SHADER_MODEL answer{
        static_cast<D3D_SHADER_MODEL>(model)};
    if (device->CheckFeatureSupport(D3D12_FEATURE_SHADER_MODEL, &answer,
                                    sizeof(answer)) >= 0) {
      return answer.HighestShaderModel;
    }
  }
  return 0x51;
}

bool HasFeatureLevel(ID3D12Device* device, D3D_FEATURE_LEVEL level) {
  D3D12_FEATURE_DATA_FEATURE_LEVELS answer{};
  answer.NumFeatureLevels = 1;
  answer.pFeatureLevelsRequested = &level;
  return device->CheckFeatureSupport(D3D12_FEATURE_FEATURE_LEVELS, &answer,
                                     sizeof(answer)) >= 0 &&
         answer.MaxSupportedFeatureLevel >= level;
}

std::string ShaderModelText(uint32_t model) {
  return std::to_string(model >> 4) + "." + std::to_string(model & 15);
}

AdapterType TypeOf(const AdapterProperties& properties, bool unified) {
  if (!properties.hardware || (properties.vendor_id == kVendorMicrosoft &&
                               properties.device_id == kBasicRenderDevice)) {
    return AdapterType::kSoftware;
  }
  return properties.integrated || unified ? AdapterType::kIntegrated
                                          : AdapterType::kDiscrete;
}

// Tells the caches of adapters and drivers apart.
void FillUuid(const AdapterProperties& properties, AdapterInfo* info) {
  const uint64_t words[] = {
      uint64_t{properties.vendor_id} << 32 | properties.device_id,
      properties.revision, properties.driver_version,
      HashBytes(properties.name)};
  uint64_t hash[2] = {1, 2};
  for (uint64_t& half : hash) {
    for (const uint64_t word : words) half = HashMix(half, word);
  }
  for (size_t i = 0; i < info->uuid.size(); ++i) {
    info->uuid[i] = static_cast<uint8_t>(hash[i / 8] >> i % 8 * 8);
  }
}

void FillIdentity(const AdapterProperties& properties, AdapterInfo* info) {
  info->name = properties.name;
  info->driver = "driver " + VersionText(properties.driver_version);
  info->api = "Direct3D 12";
  info->vendor_id = properties.vendor_id;
  info->device_id = properties.device_id;
  FillUuid(properties, info);
  info->gpu.luid = properties.luid;
}

void FillSizes(const AdapterProperties& properties, const Features& features,
                AdapterInfo* info) {
  info->unified_memory = features.coherent_unified;
  info->memory_bytes = properties.dedicated_bytes;
  if (features.unified || info->memory_bytes == 0) {
    info->memory_bytes += properties.shared_bytes;
  }
  uint64_t most = std::min(info->memory_bytes, kMaxHeapBytes);
  if (features.address_bits != 0 && features.address_bits < 63) {
    most = std::min(most, uint64_t{1} << features.address_bits);
  }
  info->max_heap_bytes = most / kHeapGranularity * kHeapGranularity;
  const uint64_t promised =
      std::clamp(info->memory_bytes / 4, kPromisedBytes, kMaxPromisedBytes);
  info->promised_heap_bytes = std::min(promised, info->max_heap_bytes);
}

// In words; empty when nothing is.
std::string Missing(const Features& features) {
  if (features.shader_model < kMinShaderModel) {
    return "shader model 6.0 (its driver offers " +
           ShaderModelText(features.shader_model) + ")";
  }
  if (!features.waves || features.min_wave_lanes == 0) {
    return "wave operations of shader model 6.0";
  }
  return "";
}

}  // namespace

Features QueryFeatures(ID3D12Device* device) {
  Features features;
  const auto options = Ask<D3D12_FEATURE_DATA_D3D12_OPTIONS>(
      device, D3D12_FEATURE_D3D12_OPTIONS);
  features.float64 = options.DoublePrecisionFloatShaderOps;
  features.address_bits = options.MaxGPUVirtualAddressBitsPerResource;
  features.many_buffers =
      options.ResourceBindingTier >= D3D12_RESOURCE_BINDING_TIER_2 ||
      HasFeatureLevel(device, D3D_FEATURE_LEVEL_11_1);
  const auto options1 = Ask<D3D12_FEATURE_DATA_D3D12_OPTIONS1>(
      device, D3D12_FEATURE_D3D12_OPTIONS1);
  features.waves = options1.WaveOps;
  features.min_wave_lanes = options1.WaveLaneCountMin;
  features.int64 = options1.Int64ShaderOps;
  const auto options3 = Ask<D3D12_FEATURE_DATA_D3D12_OPTIONS3>(
      device, D3D12_FEATURE_D3D12_OPTIONS3);
  features.copy_queue_timestamps = options3.CopyQueueTimestampQueriesSupported;
  const auto architecture =
      Ask<D3D12_FEATURE_DATA_ARCHITECTURE>(device, D3D12_FEATURE_ARCHITECTURE);
  features.unified = architecture.UMA;
  features.coherent_unified = architecture.UMA && architecture.CacheCoherentUMA;
  features.shader_model = AskShaderModel(device);
  return features;
}

AdapterInfo DescribeAdapter(const AdapterProperties& properties,
                            const Features& features, bool transfer_queue) {
  AdapterInfo info;
  FillIdentity(properties, &info);
  info.api += ", shader model " + ShaderModelText(features.shader_model);
  info.type = TypeOf(properties, features.unified);
  FillSizes(properties, features, &info);
  info.subgroup_size = features.min_wave_lanes;
  info.max_group_invocations = kMaxGroupInvocations;
  info.max_group_size[0] = kMaxGroupInvocations;
  info.max_group_size[1] = kMaxGroupInvocations;
  info.max_group_size[2] = kMaxGroupDepth;
  std::fill_n(info.max_grid, 3, kMaxGrid);
  info.max_shared_bytes = kMaxSharedBytes;
  // The programs are compiled for shader model 6.0, which has no float16, so
  // float16_arithmetic and float16_products stay as they are.
  info.float64 = features.float64;
  info.transfer_queue = transfer_queue && info.type == AdapterType::kDiscrete;
  const std::string missing = Missing(features);
  if (!missing.empty()) {
    info.unusable_because = missing +
                            "; update the driver, and where the newest still "
                            "lacks it, the adapter is too old";
  }
  return info;
}

AdapterInfo DescribeUnusable(const AdapterProperties& properties,
                             const std::string& problem) {
  AdapterInfo info;
  FillIdentity(properties, &info);
  info.type = TypeOf(properties, false);
  info.unusable_because = problem;
  return info;
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
