#include "tensorflow/core/common_runtime/dml/runtime/scheduler/element_chain.h"

#include <algorithm>

namespace dml {

void KeptLaunch::Keep(const Launch& launch) {
  program = launch.program;
  may_group = launch.may_group;
  std::copy_n(launch.groups, 3, groups);
  constant_bytes = static_cast<uint32_t>(launch.constants.size());
  std::copy(launch.constants.begin(), launch.constants.end(), constants);
}

void KeptLaunch::Give(Launch* launch) const {
  launch->program = program;
  launch->may_group = may_group;
  std::copy_n(groups, 3, launch->groups);
  launch->constants = {constants, constant_bytes};
}

// Each invocation of the program reads its elements of an input before it
// writes them, so exactly these may be written; other invocations may not yet
// have read theirs.
ElementChain::Relation ElementChain::RelationTo(
    const ElementStep& step, Span<const BufferArgument> buffers) const {
  constexpr auto kEach = ElementStep::Spread::kEach;
  Relation relation;
  if (closed()) {
    for (const BufferArgument& buffer : buffers) {
      relation.conflicts |= Conflicts(buffer.address, buffer.bytes,
                                      buffer.access != Access::kRead);
    }
    return relation;
  }
  bool reads[ElementStep::kMaxInputs] = {};  // what is written, as memory
  bool writes = false;                       // what is needed
  bool writes_parts = false;                 // or all elements of others
  const uint32_t operands = step.input_count;
  const BufferArgument& output = buffers[operands];
  for (uint32_t left = live; left != 0; left &= left - 1) {
    const uint32_t k = __builtin_ctz(left);
    const Value& value = values[k];
    if (value.Overlaps(output.address, output.bytes)) {
      writes = true;
      writes_parts |= !value.Is(output.address, output.bytes);
    }
    for (uint32_t i = 0; i < operands; ++i) {
      const BufferArgument& input = buffers[i];
      if (!value.Overlaps(input.address, input.bytes)) continue;
      if (value.Is(input.address, input.bytes) && count == step.count &&
          value.type == step.input_types[i] && step.spreads[i].kind == kEach) {
        relation.from[i] = static_cast<int>(k);
        relation.takes_values = true;
      } else {
        reads[i] = true;
      }
    }
  }
  for (uint32_t i = 0; i < input_count; ++i) {
    const Input& input = inputs[i];
    if (!input.Overlaps(output.address, output.bytes)) continue;
    writes = true;
    writes_parts |=
        input.spread.kind != kEach || !input.Is(output.address, output.bytes);
  }
  relation.conflicts = relation.takes_values ? writes_parts : writes;
  for (uint32_t i = 0; i < operands; ++i) {
    relation.conflicts |= reads[i] && relation.from[i] < 0;
  }
  return relation;
}

bool ElementChain::Conflicts(uint64_t address, uint64_t bytes,
                             bool writes) const {
  for (uint32_t left = live; left != 0; left &= left - 1) {
    if (values[__builtin_ctz(left)].Overlaps(address, bytes)) return true;
  }
  if (closed() && tail->parts.Overlaps(address, bytes)) return true;
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

ElementChain::Place ElementChain::PlaceOf(const ElementStep& step,
                                          Span<const BufferArgument> buffers,
                                          const int* from) const {
  Place place;
  if (step_count == kMaxSteps || (has_seed && step.has_seed)) return place;
  uint64_t word = step.operation | uint64_t{step.output_type}
                                       << chain_word::kOutputShift;
  uint32_t inputs_then = input_count;
  for (uint32_t i = 0; i < step.input_count; ++i) {
    uint64_t which;
    if (from[i] >= 0) {
      which = static_cast<uint64_t>(from[i]);
    } else {
      const uint8_t type = step.input_types[i];
      const ElementStep::Spread& spread = step.spreads[i];
      uint32_t at = 0;
      while (at < input_count &&
             !(inputs[at].Is(buffers[i].address, buffers[i].bytes) &&
               inputs[at].type == type && inputs[at].spread == spread)) {
        ++at;
      }
      if (at == input_count) {
        // One that this step adds may be there twice.
        uint32_t j = 0;
        while (j < i &&
               !(from[j] < 0 && place.at[j] >= input_count &&
                 buffers[j].address == buffers[i].address &&
                 buffers[j].bytes == buffers[i].bytes &&
                 step.input_types[j] == type && step.spreads[j] == spread)) {
          ++j;
        }
        at = j < i ? place.at[j] : inputs_then++;
        if (at >= kMaxInputs) return place;
      }
      place.at[i] = at;
      which = chain_word::kFirstInput + at;
      word |= uint64_t{chain_word::KindOf(type, spread.kind)}
              << chain_word::KindShift(i);
    }
    word |= which << chain_word::WhichShift(i);
  }
  place.word = word;
  return place;
}

void ElementChain::Clear(uint32_t new_count) {
  sent = false;
  count = new_count;
  step_count = 0;
  input_count = 0;
  live = 0;
  has_seed = false;
  std::fill_n(seed, ElementStep::kSeedWords, 0);
  node = nullptr;
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
  live |= other.live << steps_before;
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

void ElementChain::Append(const ElementStep& step, const Place& place,
                          Span<const BufferArgument> buffers,
                          const hal::Binding* bindings, const int* from,
                          const StepName& name) {
  for (uint32_t i = 0; i < step.input_count; ++i) {
    if (from[i] >= 0 || place.at[i] < input_count) continue;
    Input& input = inputs[input_count++];
    input.address = buffers[i].address;
    input.bytes = buffers[i].bytes;
    input.binding = bindings[i];
    input.type = step.input_types[i];
    input.spread = step.spreads[i];
  }
  const BufferArgument& output = buffers[step.input_count];
  for (uint32_t left = live; left != 0; left &= left - 1) {
    const uint32_t k = __builtin_ctz(left);
    if (values[k].Is(output.address, output.bytes)) live &= ~(1u << k);
  }
  live |= 1u << step_count;
  Value& value = values[step_count++];
  value.address = output.address;
  value.bytes = output.bytes;
  value.binding = bindings[step.input_count];
  value.type = step.output_type;
  value.input_count = step.input_count;
  value.name = name;
  value.word = place.word;
  value.parameter = step.parameter;
  if (step.has_seed) {
    has_seed = true;
    std::copy_n(step.seed, ElementStep::kSeedWords, seed);
  }
}

int ElementChain::ValueOf(const Launch& launch) const {
  const ElementTail& step = *launch.tail;
  if (closed() || step_count == kMaxSteps || count != step.count) return -1;
  const BufferArgument& input = launch.buffers[0];
  int from = -1;
  for (uint32_t left = live; left != 0; left &= left - 1) {
    const uint32_t k = __builtin_ctz(left);
    if (values[k].type == step.input_type &&
        values[k].Is(input.address, input.bytes)) {
      from = static_cast<int>(k);
    }
  }
  if (from < 0) return -1;
  // Invocations write results while others still read inputs.
  const auto may_write = [this](const BufferArgument& output) {
    return !Conflicts(output.address, output.bytes, /*writes=*/true);
  };
  if (!may_write(launch.buffers[1]) ||
      (step.second != nullptr && !may_write(step.second->buffers[1]))) {
    return -1;
  }
  return from;
}

void ElementChain::Close(const Launch& launch, int from,
                         const hal::Binding* bindings,
                         const hal::Binding* second_bindings,
                         const StepName& name) {
  tail->launch.Keep(launch);
  tail->parts = {};
  Value value;
  const Launch* const second = launch.tail->second;
  const BufferArgument& output =
      second == nullptr ? launch.buffers[1] : second->buffers[1];
  value.binding = second == nullptr ? bindings[1] : second_bindings[1];
  if (second != nullptr) {
    tail->second.Keep(*second);
    tail->parts.address = launch.buffers[1].address;
    tail->parts.bytes = launch.buffers[1].bytes;
    tail->parts.binding = bindings[1];
  }
  value.address = output.address;
  value.bytes = output.bytes;
  value.name = name;
  value.word =
      chain_word::OfTail(launch.tail->key, static_cast<uint32_t>(from));
  live |= 1u << step_count;
  values[step_count++] = value;
}

bool ElementChain::Discard(uint64_t address, uint64_t bytes) {
  if (closed()) {
    const uint32_t tail_bit = 1u << (step_count - 1);
    for (uint32_t left = live & ~tail_bit; left != 0; left &= left - 1) {
      const uint32_t k = __builtin_ctz(left);
      if (values[k].IsWithin(address, bytes)) live &= ~(1u << k);
    }
    return !values[step_count - 1].IsWithin(address, bytes);
  }
  const uint32_t before = live;
  uint32_t last = 0;  // the bit of the newest that is discarded
  for (uint32_t left = before; left != 0; left &= left - 1) {
    const uint32_t k = __builtin_ctz(left);
    if (!values[k].IsWithin(address, bytes)) continue;
    last = 1u << k;
    live &= ~last;
  }
  if (live != 0 || before == 0) return true;
  live = last;
  return false;
}

}  // namespace dml
