#include "features.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>

namespace stand_in {
namespace {

struct Member {
  D3D12_FEATURE feature;
  const char* name;
  size_t offset, bytes;  // of the structure
};

#define MEMBER(feature, name)                         \
  Member {                                            \
    D3D12_FEATURE_##feature, #name,                   \
        offsetof(D3D12_FEATURE_DATA_##feature, name), \
        sizeof(D3D12_FEATURE_DATA_##feature)          \
  }

// All of 32 bits.
const Member kMembers[] = {
    MEMBER(D3D12_OPTIONS, DoublePrecisionFloatShaderOps),
    MEMBER(D3D12_OPTIONS, MinPrecisionSupport),
    MEMBER(D3D12_OPTIONS, ResourceBindingTier),
    MEMBER(D3D12_OPTIONS, ResourceHeapTier),
    MEMBER(D3D12_OPTIONS, TiledResourcesTier),
    MEMBER(D3D12_OPTIONS, MaxGPUVirtualAddressBitsPerResource),
    MEMBER(D3D12_OPTIONS1, WaveOps),
    MEMBER(D3D12_OPTIONS1, WaveLaneCountMin),
    MEMBER(D3D12_OPTIONS1, WaveLaneCountMax),
    MEMBER(D3D12_OPTIONS1, TotalLaneCount),
    MEMBER(D3D12_OPTIONS1, Int64ShaderOps),
    MEMBER(D3D12_OPTIONS3, CopyQueueTimestampQueriesSupported),
    MEMBER(D3D12_OPTIONS4, Native16BitShaderOpsSupported),
    MEMBER(ARCHITECTURE, UMA),
    MEMBER(ARCHITECTURE, CacheCoherentUMA),
    MEMBER(ARCHITECTURE, TileBasedRenderer),
    MEMBER(ARCHITECTURE1, UMA),
    MEMBER(ARCHITECTURE1, CacheCoherentUMA),
    MEMBER(ARCHITECTURE1, TileBasedRenderer),
    MEMBER(GPU_VIRTUAL_ADDRESS_SUPPORT, MaxGPUVirtualAddressBitsPerResource),
    MEMBER(GPU_VIRTUAL_ADDRESS_SUPPORT, MaxGPUVirtualAddressBitsPerProcess),
    MEMBER(SHADER_MODEL, HighestShaderModel),
    MEMBER(ROOT_SIGNATURE, HighestVersion),
    MEMBER(FEATURE_LEVELS, MaxSupportedFeatureLevel),
    MEMBER(EXISTING_HEAPS, Supported),
};

// By the names that a description uses.
const std::map<std::string, D3D12_FEATURE>& Names() {
  static const std::map<std::string, D3D12_FEATURE> names = {
#define NAME(name) {#name, D3D12_FEATURE_##name}
      NAME(D3D12_OPTIONS),  NAME(D3D12_OPTIONS1),
      NAME(D3D12_OPTIONS2), NAME(D3D12_OPTIONS3),
      NAME(D3D12_OPTIONS4), NAME(D3D12_OPTIONS5),
      NAME(D3D12_OPTIONS9), NAME(D3D12_OPTIONS12),
      NAME(ARCHITECTURE),   NAME(ARCHITECTURE1),
      NAME(SHADER_MODEL),   NAME(ROOT_SIGNATURE),
      NAME(FEATURE_LEVELS), NAME(GPU_VIRTUAL_ADDRESS_SUPPORT),
      NAME(EXISTING_HEAPS),
#undef NAME
  };
  return names;
}

// A name that means nothing would be a test that says nothing.
void CheckNames(const Adapter& adapter) {
  for (const std::string& name : adapter.refuses) {
    if (Names().count(name) != 0) continue;
    std::fprintf(stderr, "D3D12_ADAPTERS: no feature: %s\n", name.c_str());
    std::abort();
  }
  for (const auto& [name, value] : adapter.features) {
    if (std::any_of(std::begin(kMembers), std::end(kMembers),
                    [&](const Member& m) { return name == m.name; })) {
      continue;
    }
    std::fprintf(stderr, "D3D12_ADAPTERS: no member: %s\n", name.c_str());
    std::abort();
  }
}

}  // namespace

HRESULT TellFeature(const Adapter& adapter, D3D12_FEATURE feature, void* data,
                    UINT bytes, const std::function<HRESULT()>& real) {
  CheckNames(adapter);
  for (const auto& [name, value] : Names()) {
    if (value == feature && adapter.refuses.count(name) != 0) {
      return E_INVALIDARG;
    }
  }
  // Of these the caller says the newest that it knows.
  const bool bounded = feature == D3D12_FEATURE_SHADER_MODEL ||
                       feature == D3D12_FEATURE_ROOT_SIGNATURE;
  uint32_t asked = 0;
  if (bounded && bytes >= sizeof asked) std::memcpy(&asked, data, sizeof asked);
  const HRESULT result = real();
  if (FAILED(result)) return result;
  for (const Member& member : kMembers) {
    const auto lie = adapter.features.find(member.name);
    if (member.feature != feature || lie == adapter.features.end() ||
        bytes < member.bytes) {
      continue;
    }
    const uint32_t value = bounded ? std::min(asked, lie->second) : lie->second;
    std::memcpy(static_cast<char*>(data) + member.offset, &value, sizeof value);
  }
  return S_OK;
}

}  // namespace stand_in
