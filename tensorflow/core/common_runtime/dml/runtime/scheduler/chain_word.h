// The word of a step, as chains, their tree and their programs have it. Bits 0
// to 7: the operation. Then 4 bits for each of three operands: below 8 the
// value of that step, else an input, less 8. Bits 20 and 21: the output's type.
// Bits 32 and up: 4 bits for each operand that is an input, 2 for its type, 2
// for the kind of its spread. operators/elementwise/chain.glsl reads it.
//
// That of a tail has bit 63, and the value that it takes at the first operand's
// place; the other bits below 32 are its key (ElementTail::key).
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_WORD_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_WORD_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/scheduler/element_step.h"

namespace dml {
namespace chain_word {
constexpr uint64_t kTail = uint64_t{1} << 63;
constexpr uint32_t kFirstInput = 8;
constexpr uint32_t kBits = 4;  // of an operand, and of what it is of

constexpr uint32_t WhichShift(uint32_t i) { return 8 + kBits * i; }
constexpr uint32_t KindShift(uint32_t i) { return 32 + kBits * i; }
constexpr uint32_t kOutputShift = 20;
constexpr uint32_t Which(uint64_t word, uint32_t i) {
  return word >> WhichShift(i) & 15;
}
constexpr uint32_t Kind(uint64_t word, uint32_t i) {
  return word >> KindShift(i) & 15;
}
constexpr uint32_t KindOf(uint32_t type, ElementStep::Spread::Kind spread) {
  return type | uint32_t{spread} << 2;
}
constexpr bool IsTail(uint64_t word) { return (word & kTail) != 0; }
constexpr uint64_t OfTail(uint32_t key, uint32_t value) {
  return kTail | key | uint64_t{value} << WhichShift(0);
}
}  // namespace chain_word
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_CHAIN_WORD_H_
