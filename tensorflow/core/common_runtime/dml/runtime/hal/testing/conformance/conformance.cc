#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/conformance.h"

#include <algorithm>
#include <cstring>

namespace dml {
namespace hal {
namespace testing {

std::vector<uint8_t> Pattern(size_t bytes, uint32_t seed) {
  std::vector<uint8_t> pattern(bytes);
  uint32_t state = seed * 2654435761u + 1;
  for (uint8_t& byte : pattern) {
    state = state * 1664525u + 1013904223u;
    byte = uint8_t(state >> 24);
  }
  return pattern;
}

std::unique_ptr<Adapter> FindAdapter(const EnumerateOptions& options) {
  std::vector<std::unique_ptr<Adapter>> adapters;
  const Status status = kBackend.enumerate(options, &adapters);
  EXPECT_TRUE(status.ok()) << status.message();
  std::stable_sort(adapters.begin(), adapters.end(),
                   [](const auto& a, const auto& b) {
                     return a->info().type < b->info().type;
                   });
  for (auto& adapter : adapters) {
    if (adapter->info().unusable_because.empty()) return std::move(adapter);
  }
  ADD_FAILURE() << "no usable adapter among " << adapters.size();
  return nullptr;
}

void Conformance::SetUp() {
  adapter_ = FindAdapter();
  ASSERT_NE(adapter_, nullptr);
  DML_ASSERT_OK(adapter_->CreateDevice(&device_));
}

void Conformance::TearDown() {
  device_.reset();
  adapter_.reset();
}

std::unique_ptr<Heap> Conformance::MakeHeap(HeapKind kind, uint64_t bytes) {
  std::unique_ptr<Heap> heap;
  const Status status = device_->CreateHeap(kind, bytes, &heap);
  EXPECT_TRUE(status.ok()) << status.message();
  return heap;
}

std::unique_ptr<CommandList> Conformance::MakeList(Queue queue) {
  std::unique_ptr<CommandList> list;
  const Status status = device_->CreateCommandList(queue, &list);
  EXPECT_TRUE(status.ok()) << status.message();
  return list;
}

void Conformance::Record(CommandList* list, const std::function<void()>& record,
                         uint32_t timestamps) {
  DML_ASSERT_OK(list->Begin(timestamps));
  record();
  DML_ASSERT_OK(list->End());
}

QueuePoint Conformance::Submit(CommandList* list, Queue queue,
                               Span<const QueuePoint> waits) {
  const QueuePoint point{queue, ++submitted_[static_cast<size_t>(queue)]};
  DML_EXPECT_OK(device_->Submit(list, point, waits));
  return point;
}

void Conformance::Finish(const QueuePoint& point) {
  DML_ASSERT_OK(device_->Wait(point, kLongNs));
}

void Conformance::Do(const std::function<void(CommandList*)>& record,
                     Queue queue) {
  const std::unique_ptr<CommandList> list = MakeList(queue);
  ASSERT_NE(list, nullptr);
  Record(list.get(), [&] { record(list.get()); });
  Finish(Submit(list.get(), queue));
}

void Conformance::Write(Heap* heap, uint64_t offset,
                        const std::vector<uint8_t>& bytes) {
  if (heap->host() != nullptr) {
    std::memcpy(heap->host() + offset, bytes.data(), bytes.size());
    return;
  }
  const auto staging = MakeHeap(HeapKind::kUpload, bytes.size());
  ASSERT_NE(staging, nullptr);
  std::memcpy(staging->host(), bytes.data(), bytes.size());
  Do([&](CommandList* list) {
    list->Copy({heap, offset}, {staging.get(), 0}, bytes.size());
  });
}

std::vector<uint8_t> Conformance::Read(Heap* heap, uint64_t offset,
                                       size_t bytes) {
  std::vector<uint8_t> read(bytes);
  if (heap->host() != nullptr) {
    std::memcpy(read.data(), heap->host() + offset, bytes);
    return read;
  }
  const auto staging = MakeHeap(HeapKind::kReadback, bytes);
  if (staging == nullptr) return read;
  Do([&](CommandList* list) {
    list->Copy({staging.get(), 0}, {heap, offset}, bytes);
  });
  std::memcpy(read.data(), staging->host(), bytes);
  return read;
}

std::vector<Queue> Conformance::queues() const {
  std::vector<Queue> all = {Queue::kCompute};
  if (device_->info().transfer_queue) all.push_back(Queue::kTransfer);
  return all;
}

}  // namespace testing
}  // namespace hal
}  // namespace dml
