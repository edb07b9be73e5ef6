#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/features.h"

#include <gtest/gtest.h>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_container.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/heap.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/program.h"

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;

AdapterProperties Discrete() {
  AdapterProperties properties;
  properties.name = "GPU";
  properties.driver_version = uint64_t{31} << 48 | uint64_t{15} << 16 | 3623;
  properties.luid = 77;
  properties.vendor_id = kVendorNvidia;
  properties.device_id = 5;
  properties.dedicated_bytes = 8 * kGiB;
  properties.shared_bytes = 16 * kGiB;
  return properties;
}

Features Modern() {
  Features features;
  features.shader_model = 0x66;
  features.waves = true;
  features.min_wave_lanes = 32;
  features.int64 = true;
  features.float64 = true;
  features.many_buffers = true;
  features.address_bits = 40;
  features.copy_queue_timestamps = true;
  return features;
}

TEST(FeaturesTest, ADiscreteGpuIsDescribed) {
  const AdapterInfo info = DescribeAdapter(Discrete(), Modern(), true);
  EXPECT_EQ(info.unusable_because, "");
  EXPECT_EQ(info.name, "GPU");
  EXPECT_EQ(info.driver, "driver 31.0.15.3623");
  EXPECT_EQ(info.api, "Direct3D 12, shader model 6.6");
  EXPECT_EQ(info.type, AdapterType::kDiscrete);
  EXPECT_EQ(info.gpu.luid, 77u);
  EXPECT_EQ(info.memory_bytes, 8 * kGiB);
  EXPECT_FALSE(info.unified_memory);
  EXPECT_EQ(info.max_heap_bytes, 4 * kGiB - (64 << 10));
  EXPECT_EQ(info.promised_heap_bytes, 2 * kGiB);
  EXPECT_EQ(info.subgroup_size, 32u);
  EXPECT_TRUE(info.float64);
  EXPECT_TRUE(info.transfer_queue);
  EXPECT_TRUE(info.matrix_shapes.empty());
  EXPECT_FALSE(DescribeAdapter(Discrete(), Modern(), false).transfer_queue);
}

TEST(FeaturesTest, AnIntegratedGpuHasTheHostsMemory) {
  AdapterProperties properties = Discrete();
  properties.dedicated_bytes = kGiB / 8;
  Features features = Modern();
  features.unified = true;
  AdapterInfo info = DescribeAdapter(properties, features, true);
  EXPECT_EQ(info.type, AdapterType::kIntegrated);
  EXPECT_EQ(info.memory_bytes, 16 * kGiB + kGiB / 8);
  EXPECT_FALSE(info.transfer_queue);
  EXPECT_FALSE(info.unified_memory);  // the host's caches are not snooped
  features.coherent_unified = true;
  info = DescribeAdapter(properties, features, true);
  EXPECT_TRUE(info.unified_memory);
}

TEST(FeaturesTest, WarpAndTheBasicRenderDriverAreSoftware) {
  AdapterProperties properties = Discrete();
  properties.hardware = false;
  EXPECT_EQ(DescribeAdapter(properties, Modern(), true).type,
            AdapterType::kSoftware);
  properties.hardware = true;
  properties.vendor_id = 0x1414;
  properties.device_id = 0x8c;
  EXPECT_EQ(DescribeAdapter(properties, Modern(), true).type,
            AdapterType::kSoftware);
}

TEST(FeaturesTest, SmallMemoryBoundsHeaps) {
  AdapterProperties properties = Discrete();
  properties.dedicated_bytes = 100 << 20;
  properties.shared_bytes = 0;
  const AdapterInfo info = DescribeAdapter(properties, Modern(), true);
  EXPECT_EQ(info.max_heap_bytes, uint64_t{100} << 20);
  EXPECT_EQ(info.promised_heap_bytes, uint64_t{100} << 20);
  Features features = Modern();
  features.address_bits = 26;
  EXPECT_EQ(DescribeAdapter(properties, features, true).max_heap_bytes,
            uint64_t{1} << 26);
}

TEST(FeaturesTest, WhatIsMissingIsSaid) {
  Features features = Modern();
  features.shader_model = 0x51;
  std::string reason =
      DescribeAdapter(Discrete(), features, true).unusable_because;
  EXPECT_NE(reason.find("shader model 6.0 (its driver offers 5.1)"),
            std::string::npos);
  EXPECT_NE(reason.find("driver"), std::string::npos);
  features = Modern();
  features.waves = false;
  reason = DescribeAdapter(Discrete(), features, true).unusable_because;
  EXPECT_NE(reason.find("wave operations"), std::string::npos);
}

TEST(FeaturesTest, CachesOfDriversDiffer) {
  AdapterProperties other = Discrete();
  other.driver_version++;
  const AdapterInfo a = DescribeAdapter(Discrete(), Modern(), true);
  const AdapterInfo b = DescribeAdapter(other, Modern(), true);
  EXPECT_NE(a.uuid, b.uuid);
  EXPECT_EQ(a.uuid, DescribeAdapter(Discrete(), Features(), false).uuid);
}

TEST(FeaturesTest, VersionsAreFourNumbers) {
  EXPECT_EQ(VersionText(0), "0.0.0.0");
  EXPECT_EQ(VersionText(0x0001000200030004), "1.2.3.4");
  EXPECT_EQ(VersionText(~uint64_t{0}), "65535.65535.65535.65535");
}

TEST(HeapPropertiesTest, HostMemoryIsCachedWhereTheHostReads) {
  Features discrete = Modern();
  EXPECT_EQ(HeapProperties(HeapKind::kDevice, discrete).Type,
            D3D12_HEAP_TYPE_DEFAULT);
  EXPECT_EQ(HeapProperties(HeapKind::kUpload, discrete).CPUPageProperty,
            D3D12_CPU_PAGE_PROPERTY_WRITE_COMBINE);
  EXPECT_EQ(HeapProperties(HeapKind::kReadback, discrete).CPUPageProperty,
            D3D12_CPU_PAGE_PROPERTY_WRITE_BACK);
  Features unified = Modern();
  unified.unified = unified.coherent_unified = true;
  for (const HeapKind kind :
       {HeapKind::kDevice, HeapKind::kUpload, HeapKind::kReadback}) {
    const D3D12_HEAP_PROPERTIES properties = HeapProperties(kind, unified);
    EXPECT_EQ(properties.Type, D3D12_HEAP_TYPE_CUSTOM);
    EXPECT_EQ(properties.MemoryPoolPreference, D3D12_MEMORY_POOL_L0);
    EXPECT_EQ(properties.CPUPageProperty, D3D12_CPU_PAGE_PROPERTY_WRITE_BACK);
  }
}

TEST(RequiredFeaturesTest, ProgramsNeedWhatTheAdapterHas) {
  const AdapterInfo info = DescribeAdapter(Discrete(), Modern(), true);
  const uint64_t all = kRequiresFloat64 | kRequiresMoreFloat64 |
                       kRequiresWaves | kRequiresInt64 | kRequiresMinPrecision |
                       kRequiresManyBuffers;
  EXPECT_TRUE(CheckRequiredFeatures(all, Modern(), info).ok());
  Features features = Modern();
  features.float64 = false;
  Status status = CheckRequiredFeatures(all, features, info);
  EXPECT_EQ(status.code(), Code::kUnimplemented);
  EXPECT_NE(status.message().find("64-bit floating-point"), std::string::npos);
  features = Modern();
  features.int64 = false;
  status = CheckRequiredFeatures(all, features, info);
  EXPECT_EQ(status.code(), Code::kUnimplemented);
  EXPECT_NE(status.message().find("64-bit integer"), std::string::npos);
  EXPECT_TRUE(CheckRequiredFeatures(kRequiresWaves, features, info).ok());
  features = Modern();
  features.many_buffers = false;
  status = CheckRequiredFeatures(all, features, info);
  EXPECT_EQ(status.code(), Code::kUnimplemented);
  EXPECT_NE(status.message().find("more than 8 buffers"), std::string::npos);
  EXPECT_EQ(CheckRequiredFeatures(0x80000, Modern(), info).code(),
            Code::kUnimplemented);
}

}  // namespace
}  // namespace d3d12
}  // namespace hal
}  // namespace dml
