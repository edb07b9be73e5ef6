#include "tensorflow/core/common_runtime/dml/runtime/operators/launch_memo.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "tensorflow/core/common_runtime/dml/runtime/base/hash.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

constexpr uint64_t kAddressBits = 63;  // that programs are chosen by

constexpr uint64_t kFactor = 0xff51afd7ed558ccd;  // any odd numbers
constexpr uint64_t kOtherFactor = 0xd6e8feb86659fd93;

// All but the sizes and strides.
uint64_t HeadOf(const dml_tensor& tensor, const dml_tensor& output) {
  return uint64_t{tensor.type} << 32 |
         uint64_t{tensor.data == output.data} << 16 |
         (tensor.data & kAddressBits) << 8 | tensor.rank;
}

bool Overlap(const BufferArgument& a, const BufferArgument& b) {
  return a.address < b.address + b.bytes && b.address < a.address + a.bytes;
}

Access AccessOf(size_t i, size_t tensors) {
  return i + 1 == tensors ? Access::kWrite : Access::kRead;
}

}  // namespace

LaunchMemo::Entry* LaunchMemo::Add(uint64_t hash) {
  Set& set = sets_[hash % kSets];
  set.last = 1 - set.last;
  Entry& entry = set.entries[set.last];
  entry = Entry();
  entry.hash = hash;
  Follow(&entry);
  return &entry;
}

// Of a part of the words, which tells most calls apart.
inline bool RepeatableLaunch::MakeHash() {
  const dml_tensor* const output = tensors_[tensors_.size() - 1];
  if (output == nullptr) return false;
  uint64_t hash = head_[0] + head_[1] * kFactor;
  for (const dml_tensor* tensor : tensors_) {
    if (tensor == nullptr || tensor->data == 0 || tensor->rank > DML_MAX_RANK) {
      return false;
    }
    uint64_t part = HeadOf(*tensor, *output);
    if (tensor->rank > 0) {
      const uint32_t last = tensor->rank - 1;
      part += static_cast<uint64_t>(tensor->sizes[0]) +
              (static_cast<uint64_t>(tensor->sizes[last]) << 9) +
              (static_cast<uint64_t>(tensor->strides[last]) << 5);
    }
    hash = hash * kOtherFactor + part;
  }
  hash = HashMix(0, hash);
  hash_ = hash ^ hash >> 32;
  return true;
}

inline bool RepeatableLaunch::Is(const LaunchMemo::Entry& entry) const {
  const uint64_t* word = entry.words;
  if (entry.programs != context_.programs.number() || word[0] != head_[0] ||
      word[1] != head_[1]) {
    return false;
  }
  word += 2;
  const dml_tensor* const output = tensors_[tensors_.size() - 1];
  if (output == nullptr) return false;
  for (const dml_tensor* tensor : tensors_) {
    if (tensor == nullptr || tensor->data == 0 ||
        *word++ != HeadOf(*tensor, *output)) {  // with the rank
      return false;
    }
    for (uint32_t d = 0; d < tensor->rank; ++d, word += 2) {
      if (word[0] != static_cast<uint64_t>(tensor->sizes[d]) ||
          word[1] != static_cast<uint64_t>(tensor->strides[d])) {
        return false;
      }
    }
  }
  return true;
}

inline bool RepeatableLaunch::MakeArguments(const LaunchMemo::Entry& entry) {
  const size_t count = tensors_.size();
  for (size_t i = 0; i < count; ++i) {
    new (&arguments_[i])
        BufferArgument{tensors_[i]->data + entry.ranges[i].offset,
                       entry.ranges[i].bytes, AccessOf(i, count)};
  }
  const BufferArgument& output = arguments_[count - 1];
  for (size_t i = 0; i + 1 < count; ++i) {
    if (tensors_[i]->data != tensors_[count - 1]->data &&
        Overlap(arguments_[i], output)) {
      return false;
    }
  }
  return true;
}

RepeatableLaunch::RepeatableLaunch(OperatorContext& context,
                                   const Operation& operation,
                                   Span<const dml_tensor* const> tensors)
    : context_(context), tensors_(tensors) {
  // Which is more than one launch, or none of its own.
  if (context.learner != nullptr) context.learner->Spoil();
  if (context.memo == nullptr || context.plan != nullptr) return;
  if (tensors.empty() || tensors.size() > LaunchMemo::kMaxTensors) return;
  head_[0] = uint64_t{static_cast<uint32_t>(operation.op)} << 40 |
             uint64_t{tensors.size()} << 32 | operation.number;
  static_assert(sizeof(head_[1]) == sizeof(operation.parameter));
  memcpy(&head_[1], &operation.parameter, sizeof(head_[1]));
  LaunchMemo::Entry* entry = context.memo->Guess();
  if (entry != nullptr && Is(*entry)) {
    context.memo->Confirm(entry);
  } else {
    if (!MakeHash()) return;
    entry = context.memo->Find(
        hash_, [this](const LaunchMemo::Entry& found) { return Is(found); });
  }
  if (entry != nullptr) {
    if (MakeArguments(*entry)) entry_ = entry;
    return;
  }
  learns_ = true;
  outer_ = context.learner;
  context.learner = this;
}

void RepeatableLaunch::Spoil() {
  launches_ = 2;
  // If another entry has taken its place, that one is learned again.
  if (learned_ != nullptr) learned_->programs = 0;
}

uint32_t RepeatableLaunch::MakeWords(uint64_t* words) const {
  uint32_t count = 0;
  for (const uint64_t word : head_) words[count++] = word;
  const dml_tensor& output = *tensors_[tensors_.size() - 1];
  for (const dml_tensor* tensor : tensors_) {
    if (count + 1 + 2 * tensor->rank > LaunchMemo::kMaxWords) return 0;
    words[count++] = HeadOf(*tensor, output);
    for (uint32_t d = 0; d < tensor->rank; ++d) {
      words[count++] = static_cast<uint64_t>(tensor->sizes[d]);
      words[count++] = static_cast<uint64_t>(tensor->strides[d]);
    }
  }
  return count;
}

Status RepeatableLaunch::Launch() {
  const LaunchMemo::Entry& entry = *entry_;
  dml::Launch launch;
  launch.program = entry.program;
  std::copy_n(entry.groups, 3, launch.groups);
  launch.buffers = {arguments_, tensors_.size()};
  launch.constants = {entry.constants, entry.constant_bytes};
  launch.multiply_adds = entry.multiply_adds;
  launch.parts = context_.parts;
  launch.step = entry.has_step && context_.parts == 0 ? &entry.step : nullptr;
  launch.may_group = entry.may_group;
  launch.tag_lasts = context_.tag_lasts;
  return context_.stream.Dispatch(launch, context_.tag);
}

void RepeatableLaunch::Learn(const dml::Launch& launch,
                             const ElementStep* step) {
  if (++launches_ > 1) return Spoil();
  const size_t count = tensors_.size();
  if (launch.buffers.size() != count ||
      launch.constants.size() > sizeof(LaunchMemo::Entry::constants)) {
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    const Access access = AccessOf(i, count);
    const BufferArgument whole = Argument(*tensors_[i], access);
    const BufferArgument& buffer = launch.buffers[i];
    if (buffer.address != whole.address || buffer.bytes != whole.bytes ||
        buffer.access != access) {
      return;
    }
  }
  uint64_t words[LaunchMemo::kMaxWords];
  const uint32_t word_count = MakeWords(words);
  if (word_count == 0) return;
  learned_ = context_.memo->Add(hash_);
  LaunchMemo::Entry& entry = *learned_;
  std::copy_n(words, word_count, entry.words);
  entry.programs = context_.programs.number();
  entry.program = launch.program;
  std::copy_n(launch.groups, 3, entry.groups);
  entry.multiply_adds = launch.multiply_adds;
  entry.may_group = launch.may_group;
  entry.has_step = step != nullptr;
  if (step != nullptr) entry.step = *step;
  for (size_t i = 0; i < count; ++i) {
    entry.ranges[i] = {
        static_cast<int64_t>(launch.buffers[i].address - tensors_[i]->data),
        launch.buffers[i].bytes};
  }
  entry.constant_bytes = static_cast<uint32_t>(launch.constants.size());
  std::copy(launch.constants.begin(), launch.constants.end(), entry.constants);
}

}  // namespace dml
