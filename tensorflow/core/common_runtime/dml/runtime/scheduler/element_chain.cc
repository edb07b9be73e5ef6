#include "tensorflow/core/common_runtime/dml/runtime/scheduler/element_chain.h"

#include <algorithm>

namespace dml {

const ElementChain::Value& ElementChain::AnyLive() const {
  return *std::find_if(values, values + step_count - 1,
                       [](const Value& value) { return value.live; });
}

int ElementChain::FindValue(uint64_t address, uint64_t bytes,
                            uint8_t type) const {
  for (uint32_t k = step_count; k-- > 0;) {
    const Value& value = values[k];
    if (value.live && value.Is(address, bytes) && value.type == type) {
      return static_cast<int>(k);
    }
  }
  return -1;
}

bool ElementChain::Conflicts(uint64_t address, uint64_t bytes,
                             bool writes) const {
  for (uint32_t k = 0; k < step_count; ++k) {
    if (values[k].live && values[k].Overlaps(address, bytes)) return true;
  }
  if (!writes) return false;
  for (uint32_t i = 0; i < input_count; ++i) {
    if (inputs[i].Overlaps(address, bytes)) return true;
  }
  return false;
}

void ElementChain::Forget(uint64_t address, uint64_t bytes) {
  for (uint32_t i = 0; i < input_count; ++i) {
    if (!inputs[i].IsWithin(address, bytes)) continue;
    inputs[i].address = 0;
    inputs[i].bytes = 0;
  }
}

// Each invocation of the program reads its elements of an input before it
// writes them, so exactly these may be written; other invocations may not yet
// have read theirs.
bool ElementChain::MayWrite(const BufferArgument& output) const {
  for (uint32_t k = 0; k < step_count; ++k) {
    const Value& value = values[k];
    if (value.live && value.Overlaps(output.address, output.bytes) &&
        !value.Is(output.address, output.bytes)) {
      return false;
    }
  }
  for (uint32_t i = 0; i < input_count; ++i) {
    const Input& input = inputs[i];
    if (input.Overlaps(output.address, output.bytes) &&
        (input.spread.kind != ElementStep::Spread::kEach ||
         !input.Is(output.address, output.bytes))) {
      return false;
    }
  }
  return true;
}

ElementChain::Input ElementChain::InputOf(const ElementStep& step,
                                          Span<const BufferArgument> buffers,
                                          uint32_t i) {
  Input input;
  input.address = buffers[i].address;
  input.bytes = buffers[i].bytes;
  input.type = step.input_types[i];
  input.spread = step.spreads[i];
  return input;
}

uint32_t ElementChain::AddInput(const Input& input) {
  const uint32_t at = FindInput(input);
  if (at == input_count) inputs[input_count++] = input;
  return at;
}

uint32_t ElementChain::FindInput(const Input& input) const {
  uint32_t i = 0;
  while (i < input_count && !inputs[i].Same(input)) ++i;
  return i;
}

uint64_t ElementChain::WordOf(const ElementStep& step,
                              Span<const BufferArgument> buffers,
                              const int* from) const {
  if (step_count == kMaxSteps || (has_seed && step.has_seed)) return 0;
  uint64_t word = step.operation | uint64_t{step.output_type}
                                       << chain_word::kOutputShift;
  uint32_t added = 0;
  uint32_t added_at[ElementStep::kMaxInputs];
  for (uint32_t i = 0; i < step.input_count; ++i) {
    uint64_t which;
    if (from[i] >= 0) {
      which = static_cast<uint64_t>(from[i]);
    } else {
      const Input input = InputOf(step, buffers, i);
      uint32_t at = FindInput(input);
      if (at == input_count) {
        // One that this step adds may be there twice.
        uint32_t j = 0;
        while (j < added && !InputOf(step, buffers, added_at[j]).Same(input)) {
          ++j;
        }
        if (j == added) added_at[added++] = i;
        at += j;
        if (at >= kMaxInputs) return 0;
      }
      which = chain_word::kFirstInput + at;
      word |= uint64_t{chain_word::KindOf(input.type, input.spread.kind)}
              << chain_word::KindShift(i);
    }
    word |= which << chain_word::WhichShift(i);
  }
  return word;
}

bool ElementChain::Append(const ElementChain& other) {
  uint32_t inputs_needed = input_count;
  for (uint32_t i = 0; i < other.input_count; ++i) {
    inputs_needed += FindInput(other.inputs[i]) == input_count;
  }
  if (step_count + other.step_count > kMaxSteps || inputs_needed > kMaxInputs ||
      (has_seed && other.has_seed)) {
    return false;
  }
  if (other.has_seed) {
    has_seed = true;
    std::copy_n(other.seed, ElementStep::kSeedWords, seed);
  }
  uint32_t moved[kMaxInputs];
  for (uint32_t i = 0; i < other.input_count; ++i) {
    moved[i] = AddInput(other.inputs[i]);
  }
  const uint32_t steps_before = step_count;
  for (uint32_t k = 0; k < other.step_count; ++k) {
    Value& value = values[step_count++];
    value = other.values[k];
    for (uint32_t i = 0; i < value.input_count; ++i) {
      const uint32_t which = chain_word::Which(value.word, i);
      const uint32_t now = which < chain_word::kFirstInput
                               ? which + steps_before
                               : chain_word::kFirstInput +
                                     moved[which - chain_word::kFirstInput];
      value.word ^= uint64_t{which ^ now} << chain_word::WhichShift(i);
    }
  }
  return true;
}

void ElementChain::Append(const ElementStep& step, uint64_t word,
                          Span<const BufferArgument> buffers,
                          const hal::Binding* bindings, const int* from,
                          const StepName& name) {
  for (uint32_t i = 0; i < step.input_count; ++i) {
    if (from[i] >= 0) continue;
    Input input = InputOf(step, buffers, i);
    input.binding = bindings[i];
    AddInput(input);
  }
  const BufferArgument& output = buffers[step.input_count];
  for (uint32_t k = 0; k < step_count; ++k) {
    if (values[k].Is(output.address, output.bytes)) values[k].live = false;
  }
  Value& value = values[step_count++];
  value = Value();
  value.address = output.address;
  value.bytes = output.bytes;
  value.binding = bindings[step.input_count];
  value.type = step.output_type;
  value.input_count = step.input_count;
  value.name = name;
  value.word = word;
  value.parameter = step.parameter;
  if (step.has_seed) {
    has_seed = true;
    std::copy_n(step.seed, ElementStep::kSeedWords, seed);
  }
}

bool ElementChain::Discard(uint64_t address, uint64_t bytes) {
  Value* discarded = nullptr;
  bool left = false;
  for (uint32_t k = 0; k < step_count; ++k) {
    Value& value = values[k];
    if (value.live && value.IsWithin(address, bytes)) {
      value.live = false;
      discarded = &value;
    }
    left = left || value.live;
  }
  if (left || discarded == nullptr) return true;
  discarded->live = true;
  return false;
}

}  // namespace dml
