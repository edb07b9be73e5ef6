// What a stream does for chains of element-wise launches (chain_list.h).

#include <algorithm>
#include <string>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream_impl.h"

namespace dml {
namespace {

constexpr uint32_t kMaxInputs = ElementChain::kMaxInputs;
constexpr uint32_t kMaxSteps = ElementChain::kMaxSteps;
static_assert(kMaxInputs + kMaxSteps <= Launch::kMaxBuffers,
              "a launch of a chain has a buffer for each");

BufferArgument ArgumentOf(const ElementChain::Memory& memory, Access access) {
  return {memory.address, memory.bytes, access};
}

}  // namespace

void Stream::Impl::UseChains() {
  ChainPrograms* const programs = options_.chain_programs;
  if (programs == nullptr) return;
  chains_ = std::make_unique<ChainList>(
      [programs](Span<const uint64_t> words,
                 std::function<void(const hal::Program*)> made) {
        programs->Make(words, std::move(made));
      },
      [this](const ElementChain& chain) { RecordChain(chain); });
}

void Stream::Impl::BeforeWork(Span<const BufferArgument> arguments) {
  if (chains_ == nullptr || chains_->empty()) return;
  chains_->BeforeWork(arguments);
  NoteChains();
}

void Stream::Impl::SendChains() {
  if (chains_ == nullptr || chains_->empty()) return;
  if (status_.ok()) {
    chains_->SendAll();
  } else {
    chains_->Forget();
  }
  NoteChains();
  if (std::exchange(wake_, false)) work_.notify_one();
}

void Stream::Impl::NoteChains() {
  chains_are_kept_ = chains_ != nullptr && !chains_->empty();
}

bool Stream::Impl::TakeStep(const Launch& launch, const hal::Binding* bindings,
                            const StepName& name) {
  const bool waited_before = chains_->waiting() > 0;
  const bool waits = chains_->Take(launch, bindings, name);
  NoteChains();
  if (!waits) return false;
  ++steps_taken_;
  if (!waited_before) {
    chains_since_ = Clock::now();
    steps_before_ = steps_taken_;
  }
  // It must not wait for ever: the thread sees to that.
  if (submission_asleep_) wake_ = true;
  return true;
}

// While steps follow, it is worth waiting for more: whoever needs a result asks
// for it, and has it launched. What waits in vain delays nobody.
bool Stream::Impl::ChainsAreDue() {
  const Clock::time_point now = Clock::now();
  if (now < chains_since_ + kChainPatience) return false;
  if (steps_taken_ == steps_before_) return true;
  steps_before_ = steps_taken_;
  chains_since_ = now;
  return false;
}

void Stream::Impl::RecordChain(const ElementChain& chain) {
  Launch launch;
  BufferArgument arguments[kMaxInputs + kMaxSteps];
  hal::Binding bindings[kMaxInputs + kMaxSteps];
  if (chain.step_count == 1) {
    // As it would have been launched alone.
    const ElementChain::Value& value = chain.values[0];
    for (uint32_t i = 0; i < value.input_count; ++i) {
      const uint32_t which = chain_word::Which(value.word, i);
      const ElementChain::Input& input =
          chain.inputs[which - chain_word::kFirstInput];
      arguments[i] = ArgumentOf(input, Access::kRead);
      bindings[i] = input.binding;
    }
    arguments[value.input_count] = ArgumentOf(value, Access::kWrite);
    bindings[value.input_count] = value.binding;
    launch.program = chain.program;
    std::copy_n(chain.groups, 3, launch.groups);
    launch.buffers = {arguments, size_t{value.input_count} + 1};
    launch.constants = {chain.constants, chain.constant_bytes};
    RecordLaunch(launch, bindings, value.name);
    return;
  }
  for (uint32_t i = 0; i < kMaxInputs; ++i) {
    const bool exists = i < chain.input_count;
    if (exists) arguments[i] = ArgumentOf(chain.inputs[i], Access::kRead);
    // Every address that a program is given is one.
    bindings[i] = (exists ? chain.inputs[i] : chain.inputs[0]).binding;
  }
  for (uint32_t k = 0; k < kMaxSteps; ++k) {
    const bool written = k < chain.step_count && chain.values[k].live;
    if (written) {
      arguments[kMaxInputs + k] = ArgumentOf(chain.values[k], Access::kWrite);
    }
    bindings[kMaxInputs + k] =
        written ? chain.values[k].binding : chain.inputs[0].binding;
  }
  const ChainPrograms::Grid grid = options_.chain_programs->Describe(chain);
  launch.program = chain.node->program;
  std::copy_n(grid.groups, 3, launch.groups);
  launch.buffers = arguments;
  launch.constants = grid.constants;
  // In profiles it is named after the last step.
  RecordLaunch(
      launch, bindings,
      {TagOf(chain), chain.values[chain.step_count - 1].name.activity});
  statistics_.merged_launches += chain.step_count - 1;
}

// "Mul+Add+Tanh".
uint32_t Stream::Impl::TagOf(const ElementChain& chain) {
  chain_tag_.clear();
  for (uint32_t k = 0; k < chain.step_count; ++k) {
    if (k > 0) chain_tag_ += '+';
    chain_tag_ += tags_.name(chain.values[k].name.tag);
  }
  return tags_.Intern(chain_tag_.c_str());
}

void Stream::Impl::Discard(uint64_t address, uint64_t bytes) {
  if (bytes == 0) return;
  Lock lock(mutex_);
  if (!status_.ok()) return;
  chains_->Discard(address, bytes);
  NoteChains();
  if (std::exchange(wake_, false)) work_.notify_one();
}

void Stream::Impl::MergeLaunches(bool merge) {
  Lock lock(mutex_);
  SendChains();
  merging_ = merge;
}

void Stream::MergeLaunches(bool merge) { impl_->MergeLaunches(merge); }
bool Stream::KeepsValues() const { return impl_->KeepsValues(); }
void Stream::Discard(uint64_t address, uint64_t bytes) {
  impl_->Discard(address, bytes);
}

}  // namespace dml
