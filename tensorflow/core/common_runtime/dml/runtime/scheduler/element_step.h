// ElementStep: what a launch does to each element, for launches that may become
// one with their neighbours (element_chain.h). ElementTail: what a launch makes
// of all elements, that may be the last one of such.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_ELEMENT_STEP_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_ELEMENT_STEP_H_

#include <cstdint>

namespace dml {

// output[i] = operation(inputs[Index(i)]...), i < count; of an operation that
// draws random numbers, which has no inputs, by i and the seed. The launch's
// buffers are the inputs, then the output. All are without gaps, and begin at a
// multiple of what four elements take.
struct ElementStep {
  static constexpr uint32_t kMaxInputs = 3;
  static constexpr uint32_t kTypes = 4;
  static constexpr uint32_t kSeedWords = 6;

  // Which element of an input belongs to element i.
  struct Spread {
    enum Kind : uint8_t {
      kEach = 0,    // i
      kOne = 1,     // 0
      kRow = 2,     // i % modulus, which is a multiple of 4
      kColumn = 3,  // i / divisor % modulus, divisor being a multiple of 4
    };
    Kind kind = kEach;
    uint32_t divisor = 1;
    uint32_t modulus = 1;

    bool operator==(const Spread& other) const {
      return kind == other.kind && divisor == other.divisor &&
             modulus == other.modulus;
    }
    uint32_t Index(uint32_t i) const {
      switch (kind) {
        case kEach:
          return i;
        case kOne:
          return 0;
        default:
          return i / divisor % modulus;
      }
    }
  };

  // Numbers that the scheduler compares only: ChainPrograms knows them.
  uint8_t operation = 0;
  uint8_t input_types[kMaxInputs] = {};  // below kTypes
  uint8_t output_type = 0;

  uint8_t input_count = 0;
  Spread spreads[kMaxInputs];
  uint32_t count = 0;
  float parameter = 0;  // of the operation
  // A random generator's counter and key. A chain has one step with a seed at
  // most.
  bool has_seed = false;
  uint32_t seed[kSeedWords] = {};
};

struct Launch;

// A reduction of a tensor without gaps, of `count` elements, that begins at a
// multiple of what four of them take. The launch's buffers are the tensor and
// the result.
struct ElementTail {
  // What the program depends on, which ChainPrograms knows: the lower half of a
  // word (chain_word.h) but for bits 8 to 11.
  uint32_t key = 0;
  uint8_t input_type = 0;
  uint32_t count = 0;
  // The launch that comes behind it, and makes the result of what is its result
  // then: their buffers are (tensor, parts) and (parts, result), and nothing
  // else reads the parts. Null: there is none.
  const Launch* second = nullptr;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_ELEMENT_STEP_H_
