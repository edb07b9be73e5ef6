// What the tests of Stream share.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STREAM_TEST_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STREAM_TEST_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/recording_device.h"
#include "tensorflow/core/common_runtime/dml/runtime/memory/address_space.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

#define DML_EXPECT_OK(expression)                           \
  do {                                                      \
    const ::dml::Status dml_status_ = (expression);         \
    EXPECT_TRUE(dml_status_.ok()) << dml_status_.message(); \
  } while (false)

namespace dml {

using Bytes = std::vector<uint8_t>;

// Runs body(0) to body(count - 1) beside each other.
inline void InThreads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) threads.emplace_back(body, t);
  for (std::thread& thread : threads) thread.join();
}

// Numbers that differ from their neighbours.
inline Bytes Pattern(uint64_t bytes, uint32_t seed = 1) {
  Bytes pattern(bytes);
  uint32_t state = seed * 2654435761u + 1;
  for (uint8_t& byte : pattern) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<uint8_t>(state >> 24);
  }
  return pattern;
}

// A device, its addresses and a stream.
class StreamTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kHeapBytes = uint64_t{1} << 20;
  // Enough to see that something does not happen; what does is waited for.
  static constexpr std::chrono::milliseconds kMoment{30};

  void SetUp() override { Start(StreamOptions()); }
  void TearDown() override { stream_.reset(); }

  // Starts anew.
  void Start(const StreamOptions& options, bool unified = false,
             const hal::testing::Simulation* simulation = nullptr) {
    stream_.reset();
    heaps_.clear();
    program_.reset();
    space_.reset();
    device_ = std::make_unique<hal::testing::RecordingDevice>(unified,
                                                              transfer_queue_);
    if (simulation != nullptr) device_->Simulate(*simulation);
    DML_EXPECT_OK(AddressSpace::Create(&space_));
    program_ = hal::testing::MakeProgram(device_.get(), "work");
    DML_EXPECT_OK(
        Stream::Create(device_.get(), space_.get(), options, &stream_));
  }

  // Sends nothing by itself but what fills a batch.
  static StreamOptions Patient() {
    StreamOptions options;
    options.flush_microseconds = 1000 * 1000 * 1000;
    return options;
  }

  std::unique_ptr<hal::Heap> MakeHeap(uint64_t* address,
                                      uint64_t bytes = kHeapBytes) {
    std::unique_ptr<hal::Heap> heap;
    DML_EXPECT_OK(device_->CreateHeap(hal::HeapKind::kDevice, bytes, &heap));
    DML_EXPECT_OK(space_->Map(heap.get(), address));
    return heap;
  }
  // Device memory that lives as long as the test.
  uint64_t Allocate(uint64_t bytes = kHeapBytes) {
    uint64_t address = 0;
    heaps_.push_back(MakeHeap(&address, bytes));
    return address;
  }

  // `number` comes back as the constants of the recorded event.
  Status Dispatch(const std::vector<BufferArgument>& buffers,
                  uint32_t number = 0, const char* tag = "test") {
    Launch launch;
    launch.program = program_.get();
    launch.buffers = buffers;
    uint8_t constants[4];
    for (int i = 0; i < 4; ++i) {
      constants[i] = static_cast<uint8_t>(number >> 8 * i);
    }
    launch.constants = constants;
    return stream_->Dispatch(launch, tag);
  }
  static uint32_t NumberOf(const hal::testing::Event& event) {
    uint32_t number = 0;
    for (int i = 3; i >= 0; --i) number = number << 8 | event.constants[i];
    return number;
  }

  // Waits for the copy, and returns its status.
  Status ReadInto(uint64_t address, Bytes* bytes) {
    std::promise<Status> done;
    stream_->CopyToHost(
        bytes->data(), address, bytes->size(),
        [&done](const Status& status) { done.set_value(status); });
    return done.get_future().get();
  }
  Bytes Read(uint64_t address, uint64_t bytes) {
    Bytes read(bytes, 0xee);
    DML_EXPECT_OK(ReadInto(address, &read));
    return read;
  }

  // Staging memory that threads wait for, and batches that fill.
  static StreamOptions ForCopiesOfThreads() {
    StreamOptions options;
    options.staging_limit_bytes = 16384;
    options.flush_commands = 16;
    return options;
  }
  // Random copies, of `least_bytes` and more, by each thread on its own part of
  // one heap, as if it were alone.
  void CopyInThreads(uint64_t least_bytes = 0) {
    const uint64_t base = Allocate();
    constexpr uint64_t kPart = 10000;
    InThreads(4, [&](int t) {
      SCOPED_TRACE("seed " + std::to_string(t));
      std::mt19937 random(t);
      const uint64_t mine = base + t * kPart;
      Bytes model(kPart);
      DML_EXPECT_OK(stream_->CopyFromHost(mine, model.data(), kPart));
      for (int step = 0; step < 200; ++step) {
        const uint64_t bytes = least_bytes + random() % 3000;
        const uint64_t at = random() % (kPart - bytes);
        if (random() % 3 == 0) {
          EXPECT_EQ(Read(mine + at, bytes),
                    Bytes(model.begin() + at, model.begin() + at + bytes));
        } else if (random() % 2 == 0) {
          const Bytes source = Pattern(bytes, random());
          DML_EXPECT_OK(stream_->CopyFromHost(mine + at, source.data(), bytes));
          std::copy(source.begin(), source.end(), model.begin() + at);
        } else {
          const uint64_t from = random() % (kPart - bytes);
          DML_EXPECT_OK(stream_->Copy(mine + at, mine + from, bytes));
          std::memmove(model.data() + at, model.data() + from, bytes);
        }
      }
      EXPECT_EQ(Read(mine, kPart), model);
    });
  }

  size_t submissions() const { return device_->submissions().size(); }

  // False when it does not happen within a long time.
  template <typename Condition>
  static bool Eventually(Condition condition) {
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  template <typename T>
  static bool IsReady(const std::future<T>& future,
                      std::chrono::milliseconds wait = kMoment) {
    return future.wait_for(wait) == std::future_status::ready;
  }

  bool transfer_queue_ = false;  // of devices that Start() makes
  std::unique_ptr<hal::testing::RecordingDevice> device_;
  std::unique_ptr<AddressSpace> space_;
  std::unique_ptr<hal::Program> program_;
  std::vector<std::unique_ptr<hal::Heap>> heaps_;
  std::unique_ptr<Stream> stream_;
};

// Random copies of all kinds, against an array of bytes.
inline void CheckCopies(Stream* stream, uint64_t base, uint64_t size,
                        uint32_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Bytes model = Pattern(size, seed);
  DML_EXPECT_OK(stream->CopyFromHost(base, model.data(), size));
  struct Reading {
    Bytes bytes, expected;
  };
  std::vector<std::unique_ptr<Reading>> readings;
  std::atomic<int> done{0};
  for (int step = 0; step < 300; ++step) {
    const uint64_t bytes = random() % (random() % 4 == 0 ? size : 500);
    const uint64_t at = random() % (size - bytes);
    switch (random() % 4) {
      case 0: {
        const Bytes source = Pattern(bytes, random());
        DML_EXPECT_OK(stream->CopyFromHost(base + at, source.data(), bytes));
        std::copy(source.begin(), source.end(), model.begin() + at);
        break;
      }
      case 1:
      case 2: {  // often overlapping
        const uint64_t from = random() % (size - bytes);
        DML_EXPECT_OK(stream->Copy(base + at, base + from, bytes));
        std::memmove(model.data() + at, model.data() + from, bytes);
        break;
      }
      case 3: {
        auto reading = std::make_unique<Reading>();
        reading->bytes.assign(bytes, 0xee);
        reading->expected.assign(model.begin() + at,
                                 model.begin() + at + bytes);
        Reading* const r = reading.get();
        stream->CopyToHost(r->bytes.data(), base + at, bytes,
                           [r, &done, step](const Status& status) {
                             DML_EXPECT_OK(status);
                             EXPECT_EQ(r->bytes, r->expected)
                                 << "read at step " << step;
                             ++done;
                           });
        readings.push_back(std::move(reading));
        break;
      }
    }
    if (random() % 50 == 0) DML_EXPECT_OK(stream->Sync());
    if (random() % 50 == 0) DML_EXPECT_OK(stream->Flush());
  }
  DML_EXPECT_OK(stream->Sync());
  EXPECT_EQ(done, static_cast<int>(readings.size()));
}

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_STREAM_TEST_H_
