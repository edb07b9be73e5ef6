// Chains against work that is done at once, on a memory of few places.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_LIST_TEST_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_LIST_TEST_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/chain_list.h"

namespace dml {

constexpr uint32_t kCellBytes = 4;
constexpr uint32_t kPlaceCells = 4;  // as steps are aligned
constexpr uint32_t kPlaces = 24;
constexpr uint64_t kBase = 0x10000;
// Bytes of an element, by its type.
constexpr uint32_t kElementBytes[] = {4, 4, 8};

inline uint64_t Mix(uint64_t a, uint64_t b) {
  uint64_t h = (a ^ (b + 0x9e3779b97f4a7c15)) * 0xff51afd7ed558ccd;
  return h ^ h >> 29;
}

class NamedProgram : public hal::Program {
 public:
  const char* name() const override { return "chain"; }
  bool dropped = false;
};

// Cells of numbers. What was given back is unknown until it is written.
struct Memory {
  std::vector<uint64_t> cells = std::vector<uint64_t>(kPlaces * kPlaceCells, 0);
  std::vector<bool> known = std::vector<bool>(kPlaces * kPlaceCells, false);

  static size_t CellAt(uint64_t address) {
    return (address - kBase) / kCellBytes;
  }
  uint64_t Read(uint64_t address, uint32_t bytes) const {
    uint64_t value = 1;
    for (uint32_t b = 0; b < bytes; b += kCellBytes) {
      value = Mix(value, cells[CellAt(address + b)]);
    }
    return value;
  }
  void Write(uint64_t address, uint32_t bytes, uint64_t value) {
    for (uint32_t b = 0; b < bytes; b += kCellBytes) {
      cells[CellAt(address + b)] = Mix(value, b);
      known[CellAt(address + b)] = true;
    }
  }
  bool Knows(uint64_t address, uint64_t bytes) const {
    for (uint64_t b = 0; b < bytes; b += kCellBytes) {
      if (!known[CellAt(address + b)]) return false;
    }
    return true;
  }
  void Forget(uint64_t address, uint64_t bytes) {
    for (uint64_t b = 0; b < bytes; b += kCellBytes) {
      known[CellAt(address + b)] = false;
    }
  }
};

// Has no inputs, but a seed.
constexpr uint8_t kDraw = 99;

// What a step writes to element `at`.
inline uint64_t Apply(uint32_t operation, float parameter,
                      const uint64_t* inputs, uint32_t count,
                      const uint32_t* seed, uint32_t at) {
  uint64_t value = Mix(operation, static_cast<uint64_t>(parameter));
  for (uint32_t i = 0; i < count; ++i) value = Mix(value, inputs[i]);
  if (operation != kDraw) return value;
  for (uint32_t w = 0; w < ElementStep::kSeedWords; ++w) {
    value = Mix(value, seed[w]);
  }
  return Mix(value, at);
}

// As it is read from memory of that type.
inline uint64_t ReadBack(uint64_t value, uint32_t type) {
  uint64_t read = 1;
  for (uint32_t b = 0; b < kElementBytes[type]; b += kCellBytes) {
    read = Mix(read, Mix(value, b));
  }
  return read;
}

class ChainListTest : public ::testing::Test {
 protected:
  void Start(uint32_t seed, int programs_in_hundred = 100,
             const ChainTree::Limits& limits = {}) {
    random_.seed(seed);
    memory_ = Memory();
    for (uint32_t c = 0; c < kPlaces * kPlaceCells; ++c) {
      memory_.Write(kBase + uint64_t{c} * kCellBytes, kCellBytes, c);
    }
    expected_ = memory_;
    sent_steps_ = sent_chains_ = sent_tails_ = 0;
    late_.clear();  // of the list before
    programs_.clear();
    dropped_ = 0;
    list_ = std::make_unique<ChainList>(
        [this, programs_in_hundred](
            Span<const uint64_t>,
            std::function<void(const hal::Program*)> made) {
          if (Below(100) < static_cast<uint32_t>(programs_in_hundred)) {
            late_.push_back(std::move(made));
          }
        },
        [this](const hal::Program* program) {
          for (NamedProgram& own : programs_) {
            if (&own != program) continue;
            EXPECT_FALSE(own.dropped);
            own.dropped = true;
            ++dropped_;
          }
        },
        [this](const ElementChain& chain) { Run(chain); }, limits);
  }

  uint32_t Below(uint32_t end) { return random_() % end; }

  // As invocations do it: each does all steps on four elements, in any order.
  void Run(const ElementChain& chain) {
    ++sent_chains_;
    sent_steps_ += chain.step_count;
    ASSERT_NE(chain.live, 0u);
    ASSERT_EQ(chain.live >> chain.step_count, 0u);
    if (chain.step_count > 1) {
      ASSERT_NE(chain.node, nullptr);
      const auto* const program =
          static_cast<const NamedProgram*>(chain.node->program());
      ASSERT_NE(program, nullptr);
      ASSERT_FALSE(program->dropped);
    }
    sent_tails_ += chain.closed();
    const uint32_t steps = chain.step_count - chain.closed();
    std::vector<uint64_t> reduced(chain.count);  // what a tail takes
    std::vector<uint32_t> invocations((chain.count + 3) / 4);
    for (uint32_t i = 0; i < invocations.size(); ++i) invocations[i] = i;
    std::shuffle(invocations.begin(), invocations.end(), random_);
    for (const uint32_t invocation : invocations) {
      uint64_t values[ElementChain::kMaxSteps][4] = {};
      for (uint32_t k = 0; k < steps; ++k) {
        const ElementChain::Value& value = chain.values[k];
        for (uint32_t e = 0; e < 4; ++e) {
          const uint32_t at = 4 * invocation + e;
          if (at >= chain.count) break;
          uint64_t inputs[ElementStep::kMaxInputs];
          for (uint32_t i = 0; i < value.input_count; ++i) {
            inputs[i] = Operand(chain, value.word, i, at, values);
          }
          const uint64_t made = Apply(value.word & 255, value.parameter, inputs,
                                      value.input_count, chain.seed, at);
          values[k][e] = ReadBack(made, value.type);
          if (chain.IsLive(k)) {
            const uint32_t bytes = kElementBytes[value.type];
            memory_.Write(value.address + uint64_t{at} * bytes, bytes, made);
          }
        }
      }
      if (!chain.closed()) continue;
      const uint32_t from = chain_word::Which(chain.values[steps].word, 0);
      ASSERT_LT(from, steps);
      for (uint32_t e = 0; e < 4 && 4 * invocation + e < chain.count; ++e) {
        reduced[4 * invocation + e] = values[from][e];
      }
    }
    if (chain.closed()) RunTail(chain, reduced);
  }

  void RunTail(const ElementChain& chain,
               const std::vector<uint64_t>& elements) {
    const ElementChain::Value& value = chain.values[chain.step_count - 1];
    ASSERT_TRUE(chain.IsLive(chain.step_count - 1));
    const ElementChain::Memory& parts = chain.tail->parts;
    const auto key = static_cast<uint32_t>(value.word & 255);
    const uint64_t made = Reduce(key, elements);
    if (!chain.tail->has_second()) {
      memory_.Write(value.address, kCellBytes, made);
      return;
    }
    memory_.Write(parts.address, kCellBytes, made);
    memory_.Write(value.address, kCellBytes,
                  Mix(key, memory_.Read(parts.address, kCellBytes)));
  }

  static uint64_t Reduce(uint32_t key, const std::vector<uint64_t>& elements) {
    uint64_t made = key;
    for (const uint64_t element : elements) made = Mix(made, element);
    return made;
  }

  uint64_t Operand(const ElementChain& chain, uint64_t word, uint32_t i,
                   uint32_t at, const uint64_t (*values)[4]) const {
    const uint32_t which = chain_word::Which(word, i);
    if (which < chain_word::kFirstInput) return values[which][at % 4];
    const ElementChain::Input& input =
        chain.inputs[which - chain_word::kFirstInput];
    EXPECT_EQ(chain_word::Kind(word, i),
              chain_word::KindOf(input.type, input.spread.kind));
    const uint32_t bytes = kElementBytes[input.type];
    return memory_.Read(
        input.address + uint64_t{input.spread.Index(at)} * bytes, bytes);
  }

  uint8_t RandomType() {
    return static_cast<uint8_t>(Below(16) < 15 ? 0 : Below(3));
  }

  // Mostly an element for each.
  ElementStep::Spread RandomSpread(uint32_t count) {
    using Spread = ElementStep::Spread;
    if (count == 16 && Below(5) == 0) {
      return Below(2) == 0 ? Spread{Spread::kRow, 1, 4}
                           : Spread{Spread::kColumn, 4, 4};
    }
    if (count > 1 && Below(10) == 0) return {Spread::kOne, 1, 1};
    return {};
  }

  uint64_t RandomPlace(uint64_t bytes) {
    const uint32_t places = static_cast<uint32_t>(
        (bytes + kPlaceCells * kCellBytes - 1) / (kPlaceCells * kCellBytes));
    return kBase +
           uint64_t{Below(kPlaces - places + 1)} * kPlaceCells * kCellBytes;
  }

  // Somewhere that is known; false where none was found.
  bool RandomSource(uint64_t bytes, uint64_t* address) {
    for (int attempt = 0; attempt < 8; ++attempt) {
      *address = attempt < 3 && !recent_.empty()
                     ? recent_[Below(static_cast<uint32_t>(recent_.size()))]
                     : RandomPlace(bytes);
      if (*address + bytes <=
              kBase + uint64_t{kPlaces} * kPlaceCells * kCellBytes &&
          expected_.Knows(*address, bytes)) {
        return true;
      }
    }
    return false;
  }

  void RandomStep() {
    static constexpr uint32_t kCounts[] = {1, 4, 6, 16};
    ElementStep step;
    // Few kinds, so that sequences come again.
    step.operation = 1;
    step.input_count = static_cast<uint8_t>(
        Below(20) == 0 ? ElementStep::kMaxInputs : 1 + Below(2));
    step.output_type = RandomType();
    step.count = kCounts[Below(8) < 7 ? 1 : Below(4)];
    step.parameter = static_cast<float>(Below(2));
    if (Below(8) == 0) {
      step.operation = kDraw;
      step.input_count = 0;
      step.has_seed = true;
      for (uint32_t& word : step.seed) word = Below(1000);
    }
    BufferArgument buffers[ElementStep::kMaxInputs + 1];
    for (uint32_t i = 0; i < step.input_count; ++i) {
      step.input_types[i] = RandomType();
      step.spreads[i] = RandomSpread(step.count);
      const uint32_t elements =
          step.spreads[i].kind == ElementStep::Spread::kEach
              ? step.count
              : step.spreads[i].modulus;
      buffers[i].bytes =
          uint64_t{kElementBytes[step.input_types[i]]} * elements;
      if (!RandomSource(buffers[i].bytes, &buffers[i].address)) return;
    }
    BufferArgument& output = buffers[step.input_count];
    output.access = Access::kWrite;
    output.bytes = uint64_t{kElementBytes[step.output_type]} * step.count;
    output.address = step.input_count > 0 && Below(4) == 0
                         ? buffers[0].address
                         : RandomPlace(output.bytes);
    if (output.address + output.bytes >
        kBase + uint64_t{kPlaces} * kPlaceCells * kCellBytes) {
      return;
    }
    // As operators require it.
    for (uint32_t i = 0; i < step.input_count; ++i) {
      const bool overlaps =
          buffers[i].address < output.address + output.bytes &&
          output.address < buffers[i].address + buffers[i].bytes;
      const bool same = buffers[i].address == output.address &&
                        buffers[i].bytes == output.bytes &&
                        step.spreads[i].kind == ElementStep::Spread::kEach;
      if (overlaps && !same) return;
    }
    RunAtOnce(step, buffers, &expected_);
    Launch launch;
    launch.step = &step;
    launch.program = &alone_;
    launch.buffers = {buffers, size_t{step.input_count} + 1};
    const hal::Binding bindings[ElementStep::kMaxInputs + 1];
    if (!list_->Take(launch, bindings, {})) RunAtOnce(step, buffers, &memory_);
    recent_.push_back(output.address);
    if (recent_.size() > 4) recent_.erase(recent_.begin());
  }

  static void RunAtOnce(const ElementStep& step, const BufferArgument* buffers,
                        Memory* memory) {
    const BufferArgument& output = buffers[step.input_count];
    for (uint32_t at = 0; at < step.count; ++at) {
      uint64_t inputs[ElementStep::kMaxInputs];
      for (uint32_t i = 0; i < step.input_count; ++i) {
        const uint32_t bytes = kElementBytes[step.input_types[i]];
        inputs[i] = memory->Read(
            buffers[i].address + uint64_t{step.spreads[i].Index(at)} * bytes,
            bytes);
      }
      const uint32_t bytes = kElementBytes[step.output_type];
      memory->Write(output.address + uint64_t{at} * bytes, bytes,
                    Apply(step.operation, step.parameter, inputs,
                          step.input_count, step.seed, at));
    }
  }

  // A reduction, in one launch or in two.
  void RandomTail() {
    ElementTail tail;
    tail.key = 1 + Below(2);
    tail.input_type = RandomType();
    tail.count = Below(8) < 7 ? 4 : 16;
    BufferArgument buffers[2], of_parts[2];
    buffers[0].bytes = uint64_t{kElementBytes[tail.input_type]} * tail.count;
    if (!RandomSource(buffers[0].bytes, &buffers[0].address)) return;
    buffers[1] = {RandomPlace(kCellBytes), kCellBytes, Access::kWrite};
    of_parts[0] = {buffers[1].address, kCellBytes, Access::kRead};
    of_parts[1] = {RandomPlace(kCellBytes), kCellBytes, Access::kWrite};
    const auto in_input = [&buffers](uint64_t address) {
      return address >= buffers[0].address &&
             address < buffers[0].address + buffers[0].bytes;
    };
    const bool two = Below(2) == 0;
    if (in_input(buffers[1].address) ||
        (two && (in_input(of_parts[1].address) ||
                 of_parts[1].address == buffers[1].address))) {
      return;
    }
    Launch first, second;
    second.buffers = of_parts;
    if (two) tail.second = &second;
    first.tail = &tail;
    first.program = second.program = &alone_;
    first.buffers = buffers;
    ReduceAtOnce(tail, buffers, &expected_);
    const hal::Binding bindings[2];
    if (!list_->TakeTail(first, bindings, bindings, {})) {
      ReduceAtOnce(tail, buffers, &memory_);
      if (two) list_->BeforeWork(of_parts);
      if (two) FinishAtOnce(tail, of_parts, &memory_);
    }
    if (two) {
      FinishAtOnce(tail, of_parts, &expected_);
      list_->Discard(buffers[1].address, kCellBytes);
      expected_.Forget(buffers[1].address, kCellBytes);
    }
    recent_.push_back(two ? of_parts[1].address : buffers[1].address);
    if (recent_.size() > 4) recent_.erase(recent_.begin());
  }

  static void ReduceAtOnce(const ElementTail& tail,
                           const BufferArgument* buffers, Memory* memory) {
    std::vector<uint64_t> elements;
    const uint32_t bytes = kElementBytes[tail.input_type];
    for (uint32_t at = 0; at < tail.count; ++at) {
      elements.push_back(
          memory->Read(buffers[0].address + uint64_t{at} * bytes, bytes));
    }
    memory->Write(buffers[1].address, kCellBytes, Reduce(tail.key, elements));
  }
  static void FinishAtOnce(const ElementTail& tail,
                           const BufferArgument* buffers, Memory* memory) {
    memory->Write(buffers[1].address, kCellBytes,
                  Mix(tail.key, memory->Read(buffers[0].address, kCellBytes)));
  }

  // Reads one range and writes another.
  void OtherWork() {
    const uint64_t bytes = kCellBytes * (1 + Below(12));
    uint64_t source;
    if (!RandomSource(bytes, &source)) return;
    const uint64_t result = RandomPlace(bytes);
    list_->BeforeWork(
        {{{source, bytes, Access::kRead}, {result, bytes, Access::kWrite}}});
    for (Memory* memory : {&expected_, &memory_}) {
      const uint64_t value = memory->Read(source, static_cast<uint32_t>(bytes));
      memory->Write(result, static_cast<uint32_t>(bytes), value);
    }
  }

  void GiveBack() {
    const uint64_t bytes = kPlaceCells * kCellBytes * (1 + Below(4));
    const uint64_t address =
        !recent_.empty() && Below(2) == 0 ? recent_[0] : RandomPlace(bytes);
    const uint64_t end = kBase + uint64_t{kPlaces} * kPlaceCells * kCellBytes;
    const uint64_t size = std::min(bytes, end - address);
    list_->Discard(address, size);
    expected_.Forget(address, size);  // the memory itself stays as it is
  }

  void Check() {
    list_->SendAll();
    for (size_t c = 0; c < expected_.cells.size(); ++c) {
      if (!expected_.known[c]) continue;
      ASSERT_EQ(memory_.cells[c], expected_.cells[c]) << "cell " << c;
    }
  }

  void MakePrograms() {
    auto late = std::exchange(late_, {});
    for (auto& made : late) {
      programs_.emplace_back();
      made(&programs_.back());
    }
  }

  std::mt19937 random_;
  Memory memory_, expected_;
  std::vector<uint64_t> recent_;  // outputs
  std::vector<std::function<void(const hal::Program*)>> late_;
  NamedProgram alone_;
  std::deque<NamedProgram> programs_;  // of chains
  uint64_t dropped_ = 0;
  uint64_t sent_chains_ = 0, sent_steps_ = 0, sent_tails_ = 0;
  std::unique_ptr<ChainList> list_;
};

// Steps that a test names: `from` and `to` are places.
class ChainTest : public ChainListTest {
 protected:
  static uint64_t At(uint32_t place) {
    return kBase + uint64_t{place} * kPlaceCells * kCellBytes;
  }
  // True where it waits.
  bool Step(std::vector<uint32_t> from, uint32_t to, uint8_t operation = 1,
            uint32_t places = 1) {
    ElementStep step;
    step.operation = operation;
    step.input_count = static_cast<uint8_t>(from.size());
    step.count = 4 * places;
    std::vector<BufferArgument> buffers;
    for (const uint32_t place : from) {
      buffers.push_back({At(place), uint64_t{16} * places});
    }
    buffers.push_back({At(to), uint64_t{16} * places, Access::kWrite});
    RunAtOnce(step, buffers.data(), &expected_);
    Launch launch;
    launch.step = &step;
    launch.program = &alone_;
    launch.buffers = buffers;
    const std::vector<hal::Binding> bindings(buffers.size());
    const bool waits = list_->Take(launch, bindings.data(), {});
    if (!waits) RunAtOnce(step, buffers.data(), &memory_);
    return waits;
  }
  // A reduction of a place, to another, by `parts` if that is not 0.
  bool Tail(uint32_t from, uint32_t to, uint32_t parts = 0) {
    ElementTail tail;
    tail.key = 1;
    tail.count = 4;
    const BufferArgument buffers[] = {
        {At(from), 16},
        {At(parts == 0 ? to : parts), kCellBytes, Access::kWrite}};
    const BufferArgument of_parts[] = {{At(parts), kCellBytes},
                                       {At(to), kCellBytes, Access::kWrite}};
    Launch first, second;
    second.buffers = of_parts;
    if (parts != 0) tail.second = &second;
    first.tail = &tail;
    first.program = second.program = &alone_;
    first.buffers = buffers;
    const hal::Binding bindings[2];
    const bool waits = list_->TakeTail(first, bindings, bindings, {});
    for (Memory* memory : {&expected_, &memory_}) {
      if (memory == &memory_ && waits) continue;
      ReduceAtOnce(tail, buffers, memory);
      if (parts != 0) FinishAtOnce(tail, of_parts, memory);
    }
    return waits;
  }
  // Until a step, two of them, and the tail have their programs.
  void LearnTail(uint32_t steps, uint32_t parts = 0) {
    for (int time = 0; time < 3; ++time) {
      for (uint32_t k = 0; k < steps; ++k) Step({k}, k + 1);
      Tail(steps, 9, parts);
      list_->SendAll();
      MakePrograms();
    }
    sent_chains_ = sent_steps_ = sent_tails_ = 0;
  }
  void Other(uint32_t place, Access access) {
    list_->BeforeWork({{{At(place), 16, access}}});
  }
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_LIST_TEST_H_
