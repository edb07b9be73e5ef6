// Programs and dispatches.
#include <cstring>
#include <thread>

#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/conformance.h"

namespace dml {
namespace hal {
namespace testing {
namespace {

constexpr uint32_t kGroupSize = 64;

// affine.comp.
constexpr uint32_t kSpirv[] =
#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/affine.inc"
    ;
constexpr uint32_t kSpirvInMemory[] =
#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/affine_in_memory.inc"
    ;

// The same, as ProgramDesc::hlsl has it.
constexpr char kHlsl[] = R"(
#ifndef SPIRV_CROSS_CONSTANT_ID_0
#define SPIRV_CROSS_CONSTANT_ID_0 1u
#endif
#ifndef SPIRV_CROSS_CONSTANT_ID_1
#define SPIRV_CROSS_CONSTANT_ID_1 0u
#endif
cbuffer Grid : register(b0) {
  uint groups_x, groups_y, groups_z, first_x, first_y, first_z;
};
ByteAddressBuffer block : register(t0);
RWByteAddressBuffer x : register(u1);
RWByteAddressBuffer y : register(u2);

[numthreads(SPIRV_CROSS_CONSTANT_ID_0, 1, 1)]
void main(uint3 id : SV_GroupID, uint local : SV_GroupIndex) {
  const uint group = (id.y + first_y) * groups_x + id.x + first_x;
  const uint i = group * SPIRV_CROSS_CONSTANT_ID_0 + local;
  const uint3 p = block.Load3(16);
  if (i < p.x) {
    y.Store(block.Load(8) + 4 * i,
            p.y * x.Load(block.Load(0) + 4 * i) + p.z +
                SPIRV_CROSS_CONSTANT_ID_1);
  }
}
)";

struct Constants {
  uint32_t count, factor, term;
};

class ProgramsConformance : public Conformance {
 protected:
  void SetUp() override {
    if (!kBackend.computes) GTEST_SKIP() << "programs compute nothing";
    Conformance::SetUp();
  }

  std::unique_ptr<Program> MakeProgram(bool in_memory = false,
                                       uint32_t added = 0) {
    const uint32_t specialization[] = {kGroupSize, added};
    ProgramDesc desc;
    desc.name = "affine";
    if (in_memory) {
      desc.spirv = kSpirvInMemory;
    } else {
      desc.spirv = kSpirv;
    }
    desc.hlsl = Span<const char>(kHlsl, sizeof kHlsl - 1);
    desc.buffers = 2;
    desc.parameters_in_memory = in_memory;
    desc.specialization = specialization;
    std::unique_ptr<Program> program;
    const Status status = device_->CreateProgram(desc, &program);
    EXPECT_TRUE(status.ok()) << status.message();
    return program;
  }

  // Over `constants.count` words, in as many groups as that takes.
  void Dispatch(CommandList* list, const Program* program, const Binding& x,
                const Binding& y, const Constants& constants) {
    DispatchDesc desc;
    desc.program = program;
    desc.groups[0] = (constants.count + kGroupSize - 1) / kGroupSize;
    Dispatch(list, desc, x, y, constants);
  }
  void Dispatch(CommandList* list, DispatchDesc desc, const Binding& x,
                const Binding& y, const Constants& constants) {
    const Binding bindings[] = {x, y};
    uint8_t bytes[sizeof constants];
    std::memcpy(bytes, &constants, sizeof constants);
    desc.bindings = bindings;
    desc.constants = bytes;
    list->Dispatch(desc);
  }

  void WriteWords(Heap* heap, uint64_t offset,
                  const std::vector<uint32_t>& words) {
    std::vector<uint8_t> bytes(4 * words.size());
    std::memcpy(bytes.data(), words.data(), bytes.size());
    Write(heap, offset, bytes);
  }
  std::vector<uint32_t> ReadWords(Heap* heap, uint64_t offset, size_t count) {
    const auto bytes = Read(heap, offset, 4 * count);
    std::vector<uint32_t> words(count);
    std::memcpy(words.data(), bytes.data(), bytes.size());
    return words;
  }
};

std::vector<uint32_t> Words(size_t count) {
  std::vector<uint32_t> words(count);
  for (size_t i = 0; i < count; ++i) words[i] = uint32_t(7 * i + 3);
  return words;
}

TEST_F(ProgramsConformance, AProgramComputesWhatItSays) {
  constexpr uint32_t kCount = 10000;
  for (const bool in_memory : {false, true}) {
    for (const uint32_t added : {0u, 100u}) {
      const auto program = MakeProgram(in_memory, added);
      const auto x = MakeHeap(HeapKind::kDevice, 4 * kCount + 64);
      const auto y = MakeHeap(HeapKind::kDevice, 4 * kCount + 64);
      ASSERT_TRUE(program && x && y);
      EXPECT_STREQ(program->name(), "affine");
      const auto words = Words(kCount);
      WriteWords(x.get(), 12, words);
      WriteWords(y.get(), 0, std::vector<uint32_t>(kCount + 16, 9));
      Do([&](CommandList* list) {
        Dispatch(list, program.get(), {x.get(), 12}, {y.get(), 20},
                 {kCount, 5, 1});
      });
      const auto read = ReadWords(y.get(), 0, kCount + 16);
      for (uint32_t i = 0; i < read.size(); ++i) {
        const bool inside = i >= 5 && i < kCount + 5;
        ASSERT_EQ(read[i], inside ? 5 * words[i - 5] + 1 + added : 9) << i;
      }
    }
  }
}

TEST_F(ProgramsConformance, ProgramsReadAndWriteWhatTheHostReaches) {
  constexpr uint32_t kCount = 1000;
  const auto program = MakeProgram();
  const auto x = MakeHeap(HeapKind::kUpload, 4 * kCount);
  const auto local = MakeHeap(HeapKind::kDevice, 4 * kCount);
  const auto y = MakeHeap(HeapKind::kReadback, 4 * kCount);
  ASSERT_TRUE(program && x && local && y);
  const auto words = Words(kCount);
  WriteWords(x.get(), 0, words);
  Do([&](CommandList* list) {
    list->Copy({local.get(), 0}, {x.get(), 0}, 4 * kCount);
    list->Barrier({});
    Dispatch(list, program.get(), {local.get(), 0}, {local.get(), 0},
             {kCount, 3, 2});
    list->Barrier({});
    list->Copy({y.get(), 0}, {local.get(), 0}, 4 * kCount);
  });
  const auto read = ReadWords(y.get(), 0, kCount);
  for (uint32_t i = 0; i < kCount; ++i) ASSERT_EQ(read[i], 3 * words[i] + 2);
}

TEST_F(ProgramsConformance, ABarrierOrdersDispatches) {
  constexpr uint32_t kCount = 100000;
  constexpr int kSteps = 30;
  const auto program = MakeProgram();
  const auto x = MakeHeap(HeapKind::kDevice, 4 * kCount);
  const auto y = MakeHeap(HeapKind::kDevice, 4 * kCount);
  ASSERT_TRUE(program && x && y);
  BarrierScope dispatches;
  dispatches.copies = false;
  WriteWords(x.get(), 0, Words(kCount));
  Do([&](CommandList* list) {
    for (int i = 0; i < kSteps; ++i) {
      Heap* const from = i % 2 == 0 ? x.get() : y.get();
      Heap* const to = i % 2 == 0 ? y.get() : x.get();
      Dispatch(list, program.get(), {from, 0}, {to, 0}, {kCount, 3, 1});
      list->Barrier(dispatches);
    }
  });
  auto expected = Words(kCount);
  for (uint32_t& word : expected) {
    for (int i = 0; i < kSteps; ++i) word = 3 * word + 1;
  }
  EXPECT_TRUE(ReadWords(x.get(), 0, kCount) == expected);
}

TEST_F(ProgramsConformance, ADispatchMayBeAPartOfAGrid) {
  constexpr uint32_t kGroups = 8, kCount = kGroups * kGroupSize;
  const auto program = MakeProgram();
  const auto x = MakeHeap(HeapKind::kDevice, 4 * kCount);
  const auto y = MakeHeap(HeapKind::kDevice, 4 * kCount);
  ASSERT_TRUE(program && x && y);
  const auto words = Words(kCount);
  WriteWords(x.get(), 0, words);
  WriteWords(y.get(), 0, std::vector<uint32_t>(kCount, 0));
  Do([&](CommandList* list) {
    DispatchDesc desc;
    desc.program = program.get();
    desc.groups[0] = 3;
    desc.first[0] = 2;
    Dispatch(list, desc, {x.get(), 0}, {y.get(), 0}, {kCount, 1, 1});
  });
  auto read = ReadWords(y.get(), 0, kCount);
  for (uint32_t i = 0; i < kCount; ++i) {
    const bool inside = i / kGroupSize >= 2 && i / kGroupSize < 5;
    ASSERT_EQ(read[i], inside ? words[i] + 1 : 0) << i;
  }
  // Rows of two groups, of which this is the second and third.
  WriteWords(y.get(), 0, std::vector<uint32_t>(kCount, 0));
  Do([&](CommandList* list) {
    DispatchDesc desc;
    desc.program = program.get();
    desc.groups[0] = 2;
    desc.groups[1] = 2;
    desc.first[1] = 1;
    Dispatch(list, desc, {x.get(), 0}, {y.get(), 0}, {kCount, 1, 2});
  });
  read = ReadWords(y.get(), 0, kCount);
  for (uint32_t i = 0; i < kCount; ++i) {
    const bool inside = i / kGroupSize >= 2 && i / kGroupSize < 6;
    ASSERT_EQ(read[i], inside ? words[i] + 2 : 0) << i;
  }
}

TEST_F(ProgramsConformance, ManyDispatchesHaveParametersOfTheirOwn) {
  constexpr uint32_t kDispatches = 1500;
  for (const bool in_memory : {false, true}) {
    const auto program = MakeProgram(in_memory);
    const auto x = MakeHeap(HeapKind::kDevice, 4);
    const auto y = MakeHeap(HeapKind::kDevice, 4 * kDispatches);
    ASSERT_TRUE(program && x && y);
    WriteWords(x.get(), 0, {1});
    const auto list = MakeList();
    for (uint32_t round = 1; round < 3; ++round) {
      Record(list.get(), [&] {
        for (uint32_t i = 0; i < kDispatches; ++i) {
          Dispatch(list.get(), program.get(), {x.get(), 0}, {y.get(), 4 * i},
                   {1, round, i});
        }
      });
      Finish(Submit(list.get()));
      const auto read = ReadWords(y.get(), 0, kDispatches);
      for (uint32_t i = 0; i < kDispatches; ++i) ASSERT_EQ(read[i], round + i);
    }
  }
}

TEST_F(ProgramsConformance, ProgramsAreMadeByAllThreads) {
  std::array<std::unique_ptr<Program>, 4> made;
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < made.size(); ++t) {
    threads.emplace_back([&, t] { made[t] = MakeProgram(false, t); });
  }
  for (std::thread& thread : threads) thread.join();
  const auto x = MakeHeap(HeapKind::kDevice, 4);
  const auto y = MakeHeap(HeapKind::kDevice, 4);
  ASSERT_TRUE(x && y);
  WriteWords(x.get(), 0, {10});
  for (uint32_t t = 0; t < made.size(); ++t) {
    ASSERT_NE(made[t], nullptr);
    Do([&](CommandList* list) {
      Dispatch(list, made[t].get(), {x.get(), 0}, {y.get(), 0}, {1, 2, 0});
    });
    EXPECT_EQ(ReadWords(y.get(), 0, 1)[0], 20 + t);
  }
}

// The transfer queue fills what the compute queue then reads.
TEST_F(ProgramsConformance, ADispatchSeesWhatTheOtherQueueCopied) {
  if (queues().size() < 2) GTEST_SKIP() << "one queue";
  constexpr uint32_t kCount = 50000;
  const auto program = MakeProgram();
  const auto upload = MakeHeap(HeapKind::kUpload, 4 * kCount);
  const auto x = MakeHeap(HeapKind::kDevice, 4 * kCount);
  const auto y = MakeHeap(HeapKind::kReadback, 4 * kCount);
  ASSERT_TRUE(program && upload && x && y);
  const auto in = MakeList(Queue::kTransfer), out = MakeList(Queue::kTransfer);
  const auto compute = MakeList();
  for (uint32_t round = 1; round < 10; ++round) {
    auto words = Words(kCount);
    for (uint32_t& word : words) word *= round;
    WriteWords(upload.get(), 0, words);
    Record(in.get(), [&] {
      in->Copy({x.get(), 0}, {upload.get(), 0}, 4 * kCount);
    });
    Record(compute.get(), [&] {
      Dispatch(compute.get(), program.get(), {x.get(), 0}, {x.get(), 0},
               {kCount, 2, round});
    });
    Record(out.get(), [&] {
      out->Copy({y.get(), 0}, {x.get(), 0}, 4 * kCount);
    });
    const QueuePoint filled = Submit(in.get(), Queue::kTransfer);
    const QueuePoint computed =
        Submit(compute.get(), Queue::kCompute, {filled});
    Finish(Submit(out.get(), Queue::kTransfer, {computed}));
    const auto read = ReadWords(y.get(), 0, kCount);
    for (uint32_t i = 0; i < kCount; ++i) {
      ASSERT_EQ(read[i], 2 * words[i] + round);
    }
  }
}

}  // namespace
}  // namespace testing
}  // namespace hal
}  // namespace dml
