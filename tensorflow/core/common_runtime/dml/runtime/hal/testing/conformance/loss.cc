// A device that is gone: it says so, wakes who waits, and is given back.
#include <chrono>
#include <thread>

#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/conformance.h"

namespace dml {
namespace hal {
namespace testing {
namespace {

class LossConformance : public Conformance {
 protected:
  void SetUp() override {
    if (kBackend.lose == nullptr) GTEST_SKIP() << "it cannot be lost";
    Conformance::SetUp();
  }
  void TearDown() override {
    if (kBackend.lose != nullptr) kBackend.lose(false);
    Conformance::TearDown();
  }

  // Loses the device with a list's submission; returns what that said, or the
  // wait for it.
  Status Lose(CommandList* list) {
    Record(list, [] {});
    kBackend.lose(true);
    const QueuePoint point{Queue::kCompute, ++submitted_[0]};
    Status status = device_->Submit(list, point, {});
    if (status.ok()) status = device_->Wait(point, kLongNs);
    return status;
  }
};

TEST_F(LossConformance, ADeviceThatIsGoneSaysSo) {
  const auto list = MakeList();
  Record(list.get(), [] {});
  Finish(Submit(list.get()));
  const Status lost = Lose(list.get());
  EXPECT_EQ(lost.code(), Code::kDeviceLost) << lost.message();
  EXPECT_NE(lost.message().find(device_->info().name), std::string::npos)
      << lost.message();
  // It stays gone, whatever the driver says later.
  kBackend.lose(false);
  EXPECT_EQ(device_->Submit(list.get(), {Queue::kCompute, 100}, {}).code(),
            Code::kDeviceLost);
  EXPECT_EQ(device_->Wait({Queue::kCompute, 100}, kLongNs).code(),
            Code::kDeviceLost);
}

TEST_F(LossConformance, WhoWaitsIsWoken) {
  const auto list = MakeList();
  Status woken;
  std::thread waiting([&] {
    woken = device_->Wait({Queue::kCompute, 100}, kLongNs);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Lose(list.get()).code(), Code::kDeviceLost);
  waiting.join();
  EXPECT_EQ(woken.code(), Code::kDeviceLost) << woken.message();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST_F(LossConformance, ADeviceThatIsGivenBackFailsAndAnotherWorks) {
  auto list = MakeList();
  auto heap = MakeHeap(HeapKind::kDevice, 1 << 20);
  EXPECT_EQ(Lose(list.get()).code(), Code::kDeviceLost);
  list.reset();
  heap.reset();
  device_->GiveBack();
  kBackend.lose(false);

  EXPECT_FALSE(device_->CreateHeap(HeapKind::kDevice, 100, &heap).ok());
  EXPECT_FALSE(device_->CreateCommandList(Queue::kCompute, &list).ok());
  std::unique_ptr<Program> program;
  EXPECT_FALSE(device_->CreateProgram({}, &program).ok());
  EXPECT_FALSE(device_->Wait({Queue::kCompute, 100}, 0).ok());
  uint64_t completed = 0, ticks = 0, host = 0;
  EXPECT_FALSE(device_->Completed(Queue::kCompute, &completed).ok());
  EXPECT_FALSE(device_->ReadClocks(&ticks, &host).ok());
  // What cannot fail does not crash.
  (void)device_->memory_budget();
  device_->SaveProgramCache();
  EXPECT_NE(device_->info().name, "");

  submitted_ = {};
  DML_ASSERT_OK(adapter_->CreateDevice(&device_));
  heap = MakeHeap(HeapKind::kDevice, 1000);
  ASSERT_NE(heap, nullptr);
  const auto bytes = Pattern(1000, 1);
  Write(heap.get(), 0, bytes);
  EXPECT_EQ(Read(heap.get(), 0, 1000), bytes);
}

TEST_F(LossConformance, AHeapMayOutliveTheDriversDevice) {
  auto list = MakeList();
  auto used = MakeHeap(HeapKind::kDevice, 1 << 20);
  auto mapped = MakeHeap(HeapKind::kUpload, 1 << 20);
  EXPECT_EQ(Lose(list.get()).code(), Code::kDeviceLost);
  list.reset();
  device_->GiveBack();
  used.reset();
  EXPECT_EQ(mapped->size(), uint64_t{1} << 20);
  mapped.reset();
  kBackend.lose(false);
}

}  // namespace
}  // namespace testing
}  // namespace hal
}  // namespace dml
