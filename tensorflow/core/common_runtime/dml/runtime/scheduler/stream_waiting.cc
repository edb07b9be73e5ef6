// What a stream does for launches that wait to become one: chains of
// element-wise ones (chain_list.h), groups of one program's (launch_groups.h).

#include <algorithm>
#include <atomic>
#include <numeric>
#include <string>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/hash.h"
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

// Writes it where it changes, with the lock that all writers have: an atomic
// exchange takes longer than most of what a launch that waits needs.
void SetFlag(bool value, std::atomic<bool>* flag) {
  if (flag->load(std::memory_order_relaxed) != value) *flag = value;
}

}  // namespace

Status Stream::Impl::ResolveSecond(const Launch& launch,
                                   hal::Binding (&bindings)[2]) const {
  for (size_t i = 0; i < 2; ++i) {
    const BufferArgument& buffer = launch.buffers[i];
    if (!space_->Resolve(buffer.address, buffer.bytes, &bindings[i])) {
      return WhyNotMapped("dispatch", buffer.address, buffer.bytes);
    }
  }
  return Status::Ok();
}

void Stream::Impl::UseChains() {
  ChainPrograms* const programs = options_.chain_programs;
  if (programs == nullptr) return;
  chains_ = std::make_unique<ChainList>(
      [programs](Span<const uint64_t> words,
                 std::function<void(const hal::Program*)> made) {
        programs->Make(words, std::move(made));
      },
      [this](const hal::Program* program) { RetireProgram(program); },
      [this](const ElementChain& chain) { RecordChain(chain); });
}

// What was recorded with it is in this batch or in one before.
void Stream::Impl::RetireProgram(const hal::Program* program) {
  if (groups_ != nullptr) groups_->SendAll();
  current_->retired_programs.push_back(program);
}

void Stream::Impl::UseGroups() {
  if (!options_.make_grouped) return;
  groups_ = std::make_unique<LaunchGroups>(
      options_.make_grouped,
      [this](const LaunchGroup& group) { RecordGroup(group); });
}

size_t Stream::Impl::Waiting() const {
  return (chains_ == nullptr ? 0 : chains_->waiting()) +
         (groups_ == nullptr ? 0 : groups_->waiting());
}

void Stream::Impl::NoteWaiting(size_t before) {
  const size_t now = Waiting();
  SetFlag(now > 0 || (chains_ != nullptr && !chains_->empty()), &keeps_values_);
  if (now == 0) held_.ReleaseAll();
  SetFlag(held_.has_released(), &has_released_);
  if (before > 0 || now == 0) return;
  began_to_wait_ = true;
}

// Chains first: a chain that is launched may wait in a group then.
void Stream::Impl::BeforeWork(Span<const BufferArgument> arguments) {
  if (!keeps_values_) return;
  const size_t before = Waiting();
  if (chains_ != nullptr) chains_->BeforeWork(arguments);
  if (groups_ != nullptr) groups_->BeforeWork(arguments);
  NoteWaiting(before);
}

void Stream::Impl::SendFullGroups() {
  if (groups_ == nullptr || !keeps_values_) return;
  const size_t before = Waiting();
  groups_->SendFull();
  NoteWaiting(before);
}

void Stream::Impl::SendWaiting() {
  if (!keeps_values_) return;
  if (chains_ != nullptr) status_.ok() ? chains_->SendAll() : chains_->Forget();
  if (groups_ != nullptr) status_.ok() ? groups_->SendAll() : groups_->Forget();
  NoteWaiting(0);
  if (std::exchange(wake_, false)) work_.notify_one();
}

bool Stream::Impl::Wait(const Launch& launch, const hal::Binding* bindings,
                        const hal::Binding* second_bindings,
                        const StepName& name) {
  const size_t before = Waiting();
  if ((launch.step != nullptr || launch.tail != nullptr) &&
      chains_ != nullptr && merging_) {
    if (TakeStep(launch, bindings, second_bindings, name)) return true;
  } else if (chains_ != nullptr) {
    chains_->BeforeWork(launch.buffers);
  }
  if (launch.may_group && TakeMember(launch, bindings, name)) return true;
  if (groups_ != nullptr) groups_->BeforeWork(launch.buffers);
  NoteWaiting(before);
  return false;
}

// A chain that conflicts is launched, and may wait in a group; so groups that
// a step which waits conflicts with are launched behind it.
bool Stream::Impl::TakeStep(const Launch& launch, const hal::Binding* bindings,
                            const hal::Binding* second_bindings,
                            const StepName& name) {
  const size_t before = Waiting();
  const bool waits =
      launch.tail == nullptr
          ? chains_->Take(launch, bindings, name)
          : chains_->TakeTail(launch, bindings, second_bindings, name);
  if (waits && groups_ != nullptr) {
    groups_->BeforeWork(launch.buffers);
    if (launch.tail != nullptr && launch.tail->second != nullptr) {
      groups_->BeforeWork(launch.tail->second->buffers);
    }
  }
  taken_ += waits;
  NoteWaiting(before);
  // It must not wait for ever: the thread sees to that.
  if (waits && submission_asleep_) wake_ = true;
  return waits;
}

bool Stream::Impl::TakeMember(const Launch& launch,
                              const hal::Binding* bindings,
                              const StepName& name) {
  if (groups_ == nullptr || !merging_) return false;
  const size_t before = Waiting();
  const bool waits = groups_->Take(launch, bindings, name);
  taken_ += waits;
  NoteWaiting(before);
  if (waits && submission_asleep_) wake_ = true;
  return waits;
}

// While launches follow, it is worth waiting for more: whoever needs a result
// asks for it, and has it launched. What waits in vain delays nobody.
bool Stream::Impl::WaitingIsDue() {
  const Clock::time_point now = Clock::now();
  if (std::exchange(began_to_wait_, false)) {
    taken_before_ = taken_;
    waiting_since_ = now;
    return false;
  }
  if (now < waiting_since_ + kPatience) return false;
  if (taken_ == taken_before_) return true;
  taken_before_ = taken_;
  waiting_since_ = now;
  return false;
}

void Stream::Impl::RecordChain(const ElementChain& chain) {
  if (chain.step_count == 1) return RecordStep(chain);
  Launch launch;
  BufferArgument arguments[kMaxInputs + kMaxSteps];
  hal::Binding bindings[kMaxInputs + kMaxSteps];
  // Every address that a program is given is one.
  const hal::Binding& unused = chain.AnyLive().binding;
  for (uint32_t i = 0; i < kMaxInputs; ++i) {
    const bool exists = i < chain.input_count;
    if (exists) arguments[i] = ArgumentOf(chain.inputs[i], Access::kRead);
    bindings[i] = exists ? chain.inputs[i].binding : unused;
  }
  for (uint32_t k = 0; k < kMaxSteps; ++k) {
    const bool written = chain.IsLive(k);
    if (written) {
      arguments[kMaxInputs + k] = ArgumentOf(chain.values[k], Access::kWrite);
    }
    bindings[kMaxInputs + k] = written ? chain.values[k].binding : unused;
  }
  if (chain.closed()) {
    // What a tail makes has the last place.
    const uint32_t last = chain.step_count - 1;
    const ElementChain::Memory* made = &chain.values[last];
    if (chain.tail->has_second()) made = &chain.tail->parts;
    arguments[kMaxInputs + last] = {};
    bindings[kMaxInputs + last] = unused;
    arguments[kMaxInputs + kMaxSteps - 1] = ArgumentOf(*made, Access::kWrite);
    bindings[kMaxInputs + kMaxSteps - 1] = made->binding;
  }
  const ChainPrograms::Grid grid = options_.chain_programs->Describe(chain);
  launch.program = chain.node->program();
  std::copy_n(grid.groups, 3, launch.groups);
  launch.buffers = arguments;
  launch.constants = grid.constants;
  statistics_.merged_launches += chain.step_count - 1;
  // In profiles it is named after the last step.
  const StepName name = {TagOf(chain),
                         chain.values[chain.step_count - 1].name.activity};
  const bool has_second = chain.closed() && chain.tail->has_second();
  if (has_second) parts_ = chain.tail->parts;
  if (!TakeMember(launch, bindings, name)) {
    RecordWaiting(launch, bindings, name);
  }
  if (has_second) RecordSecond(chain);
}

void Stream::Impl::RecordStep(const ElementChain& chain) {
  const ElementChain::Value& value = chain.values[0];
  BufferArgument arguments[ElementStep::kMaxInputs + 1];
  hal::Binding bindings[ElementStep::kMaxInputs + 1];
  for (uint32_t i = 0; i < value.input_count; ++i) {
    const uint32_t which = chain_word::Which(value.word, i);
    const ElementChain::Input& input =
        chain.inputs[which - chain_word::kFirstInput];
    arguments[i] = ArgumentOf(input, Access::kRead);
    bindings[i] = input.binding;
  }
  arguments[value.input_count] = ArgumentOf(value, Access::kWrite);
  bindings[value.input_count] = value.binding;
  Launch launch;
  chain.alone.Give(&launch);
  launch.buffers = {arguments, size_t{value.input_count} + 1};
  if (!launch.may_group || !TakeMember(launch, bindings, value.name)) {
    RecordWaiting(launch, bindings, value.name);
  }
}

// The launch before it may wait in a group; others that conflict with this one
// were launched when the chain took it.
void Stream::Impl::RecordSecond(const ElementChain& chain) {
  const ElementChain::Value& value = chain.values[chain.step_count - 1];
  const ElementChain::Memory& parts = chain.tail->parts;
  const BufferArgument arguments[] = {ArgumentOf(parts, Access::kRead),
                                      ArgumentOf(value, Access::kWrite)};
  const hal::Binding bindings[] = {parts.binding, value.binding};
  Launch launch;
  chain.tail->second.Give(&launch);
  launch.buffers = arguments;
  const bool waits =
      launch.may_group && TakeMember(launch, bindings, value.name);
  parts_ = {};
  if (waits) return;
  if (groups_ != nullptr) groups_->BeforeWork(launch.buffers);
  RecordWaiting(launch, bindings, value.name);
}

void Stream::Impl::RecordGroup(const LaunchGroup& group) {
  Launch launch;
  launch.program = group.program;
  launch.buffers = group.buffers;
  launch.constants = group.constants;
  const size_t members = group.members.size();
  launch.groups[0] =
      std::accumulate(group.members.begin(), group.members.end(), 0u);
  if (members == 1) {
    RecordWaiting(launch, group.bindings.data(), group.name);
    return;
  }
  launch.program = group.program->grouping().grouped;
  RecordWaiting(launch, group.bindings.data(), group.name, group.members);
  statistics_.merged_launches += members - 1;
}

bool Stream::Impl::IsNeeded(uint64_t address, uint64_t bytes) const {
  return (parts_.bytes > 0 && parts_.Overlaps(address, bytes)) ||
         (chains_ != nullptr && chains_->Reads(address, bytes)) ||
         (groups_ != nullptr && groups_->Touches(address, bytes));
}

void Stream::Impl::RecordWaiting(const Launch& launch,
                                 const hal::Binding* bindings,
                                 const StepName& name,
                                 Span<const uint32_t> members) {
  RecordLaunch(launch, bindings, name, members);
  held_.Launched(launch.buffers, [this](uint64_t address, uint64_t bytes) {
    return IsNeeded(address, bytes);
  });
}

// "Mul+Add+Tanh".
uint32_t Stream::Impl::TagOf(const ElementChain& chain) {
  ChainTag tag;
  uint64_t hash = 0;
  for (uint32_t k = 0; k < chain.step_count; ++k) {
    tag.of_steps[k] = chain.values[k].name.tag + 1;
    hash = HashMix(hash, tag.of_steps[k]);
  }
  // Most often it was made before.
  ChainTag& known = chain_tags_[hash % chain_tags_.size()];
  if (known.of_steps == tag.of_steps) return known.number;
  chain_tag_.clear();
  for (uint32_t k = 0; k < chain.step_count; ++k) {
    if (k > 0) chain_tag_ += '+';
    chain_tag_ += tags_.name(chain.values[k].name.tag);
  }
  tag.number = tags_.Intern(chain_tag_.c_str());
  known = tag;
  return tag.number;
}

bool Stream::Impl::Discard(uint64_t address, uint64_t bytes,
                           GiveBack give_back) {
  if (bytes == 0) return false;
  Lock lock(mutex_);
  if (!status_.ok()) return false;
  const size_t before = Waiting();
  if (chains_ != nullptr) chains_->Discard(address, bytes);
  const bool held = give_back && IsNeeded(address, bytes) &&
                    held_.Hold(address, bytes, std::move(give_back));
  NoteWaiting(before);
  if (std::exchange(wake_, false)) work_.notify_one();
  return held;
}

void Stream::Impl::ReleaseHeld() {
  if (!has_released_) return;
  std::vector<GiveBack> released;
  {
    Lock lock(mutex_);
    released = held_.TakeReleased();
    has_released_ = false;
  }
  for (const GiveBack& give_back : released) give_back();
}

void Stream::Impl::MergeLaunches(bool merge) {
  Lock lock(mutex_);
  SendWaiting();
  merging_ = merge;
}

void Stream::MergeLaunches(bool merge) { impl_->MergeLaunches(merge); }
bool Stream::merges_launches() const { return impl_->merges_launches(); }
bool Stream::KeepsValues() const { return impl_->KeepsValues(); }
bool Stream::Discard(uint64_t address, uint64_t bytes, GiveBack give_back) {
  return impl_->Discard(address, bytes, std::move(give_back));
}
void Stream::ReleaseHeld() { impl_->ReleaseHeld(); }

}  // namespace dml
