// Adapters, and the devices that they make.
#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/conformance.h"

namespace dml {
namespace hal {
namespace testing {
namespace {

using AdapterVector = std::vector<std::unique_ptr<Adapter>>;

TEST(AdaptersConformance, AUsableAdapterSaysWhatItIs) {
  AdapterVector adapters;
  DML_ASSERT_OK(kBackend.enumerate({}, &adapters));
  ASSERT_FALSE(adapters.empty());
  for (const auto& adapter : adapters) {
    const AdapterInfo& info = adapter->info();
    SCOPED_TRACE(info.name);
    EXPECT_NE(info.name, "");
    EXPECT_NE(info.api, "");
    if (!info.unusable_because.empty()) continue;
    EXPECT_NE(info.driver, "");
    EXPECT_GT(info.memory_bytes, 0u);
    EXPECT_GE(info.promised_heap_bytes, uint64_t{64} << 20);
    EXPECT_GE(info.max_heap_bytes, info.promised_heap_bytes);
    ASSERT_GT(info.subgroup_size, 0u);
    EXPECT_EQ(info.subgroup_size & (info.subgroup_size - 1), 0u);
    EXPECT_GE(info.max_group_invocations, info.subgroup_size);
    EXPECT_GE(info.max_shared_bytes, 16384u);
    for (int i = 0; i < 3; ++i) {
      EXPECT_GT(info.max_group_size[i], 0u);
      EXPECT_GE(info.max_grid[i], 65535u);
    }
    if (info.float16_products != Float16Products::kConverted) {
      EXPECT_TRUE(info.float16_arithmetic);
    }
    EXPECT_EQ(info.matrix_shapes.empty(), info.matrix_subgroup_size == 0);
    EXPECT_TRUE(std::any_of(info.uuid.begin(), info.uuid.end(),
                            [](uint8_t byte) { return byte != 0; }));
  }
}

TEST(AdaptersConformance, WhatIsNotWantedIsNotThere) {
  EnumerateOptions options;
  options.cooperative_matrices = false;
  options.transfer_queue = false;
  AdapterVector adapters;
  DML_ASSERT_OK(kBackend.enumerate(options, &adapters));
  for (const auto& adapter : adapters) {
    EXPECT_FALSE(adapter->info().transfer_queue);
    EXPECT_TRUE(adapter->info().matrix_shapes.empty());
    EXPECT_EQ(adapter->info().matrix_subgroup_size, 0u);
  }
}

TEST(AdaptersConformance, TheSameAdapterIsTheSameAgain) {
  const auto first = FindAdapter(), second = FindAdapter();
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  // It keys caches on the disk.
  EXPECT_EQ(first->info().uuid, second->info().uuid);
  EXPECT_EQ(first->info().name, second->info().name);
}

TEST_F(Conformance, ADeviceOutlivesItsAdapter) {
  const AdapterInfo info = adapter_->info();
  adapter_.reset();
  EXPECT_EQ(device_->info().name, info.name);
  const auto heap = MakeHeap(HeapKind::kDevice, 100);
  ASSERT_NE(heap, nullptr);
  const auto bytes = Pattern(100, 1);
  Write(heap.get(), 0, bytes);
  EXPECT_EQ(Read(heap.get(), 0, 100), bytes);
}

TEST_F(Conformance, SeveralDevicesOfOneAdapterDoNotDisturbEachOther) {
  std::unique_ptr<Device> other;
  DML_ASSERT_OK(adapter_->CreateDevice(&other));
  const auto list = MakeList();
  Record(list.get(), [] {});
  Finish(Submit(list.get()));
  uint64_t completed = 1;
  DML_ASSERT_OK(other->Completed(Queue::kCompute, &completed));
  EXPECT_EQ(completed, 0u);
  other.reset();
  Record(list.get(), [] {});
  Finish(Submit(list.get()));
}

TEST_F(Conformance, AnUnusedDeviceMayGoAtOnce) {
  for (int i = 0; i < 3; ++i) {
    device_.reset();
    DML_ASSERT_OK(adapter_->CreateDevice(&device_));
  }
  device_->SaveProgramCache();
}

}  // namespace
}  // namespace testing
}  // namespace hal
}  // namespace dml
