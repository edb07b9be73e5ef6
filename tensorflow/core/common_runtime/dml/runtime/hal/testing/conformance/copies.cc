// Copies: any bytes, between all kinds of heaps, in order where barriers say.
#include <algorithm>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/conformance.h"

namespace dml {
namespace hal {
namespace testing {
namespace {

// hal.h says who writes and who reads: the device does not write to kUpload.
constexpr HeapKind kSources[] = {HeapKind::kDevice, HeapKind::kUpload,
                                 HeapKind::kReadback};
constexpr HeapKind kDestinations[] = {HeapKind::kDevice, HeapKind::kReadback};

struct Range {
  uint64_t dst, src;
  size_t bytes;
};

std::vector<Range> Ranges() {
  std::vector<Range> ranges;
  for (const size_t bytes : {1, 2, 3, 4, 5, 7, 8, 9, 16, 255, 256, 1001}) {
    for (uint64_t dst = 0; dst < 5; ++dst) {
      for (uint64_t src = 0; src < 5; ++src)
        ranges.push_back({dst, src, bytes});
    }
  }
  return ranges;
}

// Each range has a part of either heap to itself; so all may be one submission,
// and what is around them shows what should not have been touched.
TEST_F(Conformance, AnyBytesAreCopiedAndNoOthers) {
  constexpr uint64_t kPart = 1024;
  const std::vector<Range> ranges = Ranges();
  const size_t total = ranges.size() * kPart;
  for (const Queue queue : queues()) {
    for (const HeapKind from : kSources) {
      for (const HeapKind to : kDestinations) {
        SCOPED_TRACE("kinds " + std::to_string(int(from)) + " to " +
                     std::to_string(int(to)) + ", queue " +
                     std::to_string(int(queue)));
        const auto src = MakeHeap(from, total), dst = MakeHeap(to, total);
        ASSERT_TRUE(src && dst);
        const auto bytes = Pattern(total, 1);
        auto expected = Pattern(total, 2);
        Write(src.get(), 0, bytes);
        Write(dst.get(), 0, expected);
        Do(
            [&](CommandList* list) {
              for (size_t i = 0; i < ranges.size(); ++i) {
                const Range& range = ranges[i];
                list->Copy({dst.get(), i * kPart + range.dst},
                           {src.get(), i * kPart + range.src}, range.bytes);
                std::copy_n(bytes.begin() + i * kPart + range.src, range.bytes,
                            expected.begin() + i * kPart + range.dst);
              }
            },
            queue);
        const auto read = Read(dst.get(), 0, total);
        const auto wrong =
            std::mismatch(read.begin(), read.end(), expected.begin());
        if (wrong.first != read.end()) {
          const size_t at = size_t(wrong.first - read.begin());
          const Range& range = ranges[at / kPart];
          ADD_FAILURE() << "byte " << at % kPart << " of a copy of "
                        << range.bytes << " from " << range.src << " to "
                        << range.dst;
        }
        EXPECT_EQ(Read(src.get(), 0, total), bytes) << "the source changed";
      }
    }
  }
}

TEST_F(Conformance, BytesAreCopiedWithinAHeap) {
  for (const HeapKind kind : kDestinations) {
    const auto heap = MakeHeap(kind, 10000);
    ASSERT_NE(heap, nullptr);
    auto expected = Pattern(10000, 5);
    Write(heap.get(), 0, expected);
    Do([&](CommandList* list) {
      list->Copy({heap.get(), 5003}, {heap.get(), 1}, 4001);
    });
    std::copy_n(expected.begin() + 1, 4001, expected.begin() + 5003);
    EXPECT_EQ(Read(heap.get(), 0, 10000), expected);
  }
}

TEST_F(Conformance, ALargeCopyIsWhole) {
  constexpr size_t kBytes = (40 << 20) + 5;
  const auto upload = MakeHeap(HeapKind::kUpload, kBytes);
  const auto local = MakeHeap(HeapKind::kDevice, kBytes + 3);
  ASSERT_TRUE(upload && local);
  const auto bytes = Pattern(kBytes, 6);
  Write(upload.get(), 0, bytes);
  Do([&](CommandList* list) {
    list->Copy({local.get(), 3}, {upload.get(), 0}, kBytes);
  });
  EXPECT_TRUE(Read(local.get(), 3, kBytes) == bytes);
}

TEST_F(Conformance, ABarrierOrdersCopiesThatDependOnEachOther) {
  constexpr size_t kBytes = 300001;
  constexpr int kSteps = 20;
  const auto first = MakeHeap(HeapKind::kDevice, kBytes);
  const auto second = MakeHeap(HeapKind::kDevice, kBytes);
  const auto upload = MakeHeap(HeapKind::kUpload, kBytes);
  ASSERT_TRUE(first && second && upload);
  BarrierScope copies;
  copies.dispatches = false;
  auto expected = Pattern(kBytes, 7);
  Write(upload.get(), 0, expected);
  Do([&](CommandList* list) {
    list->Copy({first.get(), 0}, {upload.get(), 0}, kBytes);
    // Each step moves all bytes on by one, from one heap to the other.
    for (int i = 0; i < kSteps; ++i) {
      Heap* const from = i % 2 == 0 ? first.get() : second.get();
      Heap* const to = i % 2 == 0 ? second.get() : first.get();
      list->Barrier(copies);
      list->Copy({to, 1}, {from, 0}, kBytes - 1);
      list->Copy({to, 0}, {from, kBytes - 1}, 1);
    }
  });
  std::rotate(expected.begin(), expected.end() - kSteps, expected.end());
  EXPECT_TRUE(Read(first.get(), 0, kBytes) == expected);
}

// A barrier without `writes` lets later work overwrite what was read.
TEST_F(Conformance, ABarrierOrdersAWriteAfterARead) {
  constexpr size_t kBytes = 1 << 20;
  const auto source = MakeHeap(HeapKind::kDevice, kBytes);
  const auto kept = MakeHeap(HeapKind::kDevice, kBytes);
  const auto upload = MakeHeap(HeapKind::kUpload, kBytes);
  ASSERT_TRUE(source && kept && upload);
  const auto before = Pattern(kBytes, 8), after = Pattern(kBytes, 9);
  Write(source.get(), 0, before);
  Write(upload.get(), 0, after);
  BarrierScope reads;
  reads.writes = false;
  Do([&](CommandList* list) {
    list->Copy({kept.get(), 0}, {source.get(), 0}, kBytes);
    list->Barrier(reads);
    list->Copy({source.get(), 0}, {upload.get(), 0}, kBytes);
  });
  EXPECT_TRUE(Read(kept.get(), 0, kBytes) == before);
  EXPECT_TRUE(Read(source.get(), 0, kBytes) == after);
}

TEST_F(Conformance, ManyCopiesAreOneSubmission) {
  constexpr size_t kCopies = 3000;
  const auto upload = MakeHeap(HeapKind::kUpload, 4 * kCopies);
  const auto local = MakeHeap(HeapKind::kDevice, 4 * kCopies);
  ASSERT_TRUE(upload && local);
  const auto bytes = Pattern(4 * kCopies, 10);
  Write(upload.get(), 0, bytes);
  Do([&](CommandList* list) {
    for (size_t i = 0; i < kCopies; ++i) {
      list->Copy({local.get(), 4 * i}, {upload.get(), 4 * i}, 4);
    }
  });
  EXPECT_EQ(Read(local.get(), 0, bytes.size()), bytes);
}

}  // namespace
}  // namespace testing
}  // namespace hal
}  // namespace dml
