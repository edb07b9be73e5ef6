// What every backend has to do, by hal.h: one suite of tests that each backend
// is put through. A program of it is the library `conformance` and one file
// that says which backend: <backend>_test.cc.
//
// Tests use the first usable adapter, by AdapterInfo::type, and any driver.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_TESTING_CONFORMANCE_CONFORMANCE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_TESTING_CONFORMANCE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace testing {

// What the suite cannot know of the backend.
struct Backend {
  EnumerateFn enumerate = nullptr;
  bool computes = true;  // programs do what they say
  // `now`: makes submissions fail as those of a GPU that is gone do; else they
  // are as they were, for devices that are opened later. Null: no device fails.
  void (*lose)(bool now) = nullptr;
};

// Of <backend>_test.cc.
extern const Backend kBackend;

#define DML_ASSERT_OK(expression)                   \
  do {                                              \
    const ::dml::Status status_ = (expression);     \
    ASSERT_TRUE(status_.ok()) << status_.message(); \
  } while (0)
#define DML_EXPECT_OK(expression)                   \
  do {                                              \
    const ::dml::Status status_ = (expression);     \
    EXPECT_TRUE(status_.ok()) << status_.message(); \
  } while (0)

// A wait that no working device exceeds.
constexpr uint64_t kLongNs = 60'000'000'000;

// `bytes` that differ from each other and by `seed`.
std::vector<uint8_t> Pattern(size_t bytes, uint32_t seed);

// Opens a device for each test.
class Conformance : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // All return null, or stop the test, where that fails.
  std::unique_ptr<Heap> MakeHeap(HeapKind kind, uint64_t bytes);
  std::unique_ptr<CommandList> MakeList(Queue queue = Queue::kCompute);
  // Begins the list, records by `record`, and ends it.
  void Record(CommandList* list, const std::function<void()>& record,
              uint32_t timestamps = 0);
  // To the queue's next point, which it returns.
  QueuePoint Submit(CommandList* list, Queue queue = Queue::kCompute,
                    Span<const QueuePoint> waits = {});
  // Waits until the point is reached.
  void Finish(const QueuePoint& point);
  // All of that at once.
  void Do(const std::function<void(CommandList*)>& record,
          Queue queue = Queue::kCompute);

  // The bytes of any heap, by way of the host's where it has none.
  void Write(Heap* heap, uint64_t offset, const std::vector<uint8_t>& bytes);
  std::vector<uint8_t> Read(Heap* heap, uint64_t offset, size_t bytes);

  // The queues that the adapter has.
  std::vector<Queue> queues() const;

  std::unique_ptr<Adapter> adapter_;
  std::unique_ptr<Device> device_;
  std::array<uint64_t, kQueues> submitted_{};
};

// The first usable adapter; null, and a failure, where there is none.
std::unique_ptr<Adapter> FindAdapter(const EnumerateOptions& options = {});

}  // namespace testing
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_TESTING_CONFORMANCE_CONFORMANCE_H_
