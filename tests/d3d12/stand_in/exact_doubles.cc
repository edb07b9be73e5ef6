#include "exact_doubles.h"

#include <set>

namespace stand_in {
namespace {

constexpr size_t kHeaderWords = 5;
constexpr uint32_t kDecorate = 71;
constexpr uint32_t kNoContraction = 42;
constexpr uint32_t kTypeVoid = 19;  // the first of the types
constexpr uint32_t kTypeFloat = 22;
constexpr uint32_t kTypeVector = 23;
constexpr uint32_t kTypeForwardPointer = 39;  // the last

bool IsArithmetic(uint32_t operation) {
  switch (operation) {
    case 127:  // OpFNegate
    case 129:  // OpFAdd
    case 131:  // OpFSub
    case 133:  // OpFMul
    case 136:  // OpFDiv
    case 142:  // OpVectorTimesScalar
      return true;
    default:
      return false;
  }
}

}  // namespace

std::vector<uint32_t> WithExactDoubles(const uint32_t* code, size_t words) {
  std::vector<uint32_t> module(code, code + words);
  std::set<uint32_t> doubles;  // types
  std::vector<uint32_t> results;
  std::set<uint32_t> decorated;
  size_t first_type = 0;
  for (size_t i = kHeaderWords; i < words;) {
    const uint32_t operation = code[i] & 0xffff;
    const size_t count = code[i] >> 16;
    if (count == 0 || i + count > words) return module;  // not SPIR-V
    if (first_type == 0 && operation >= kTypeVoid && operation <= kTypeForwardPointer) {
      first_type = i;
    }
    if (operation == kTypeFloat && code[i + 2] == 64) doubles.insert(code[i + 1]);
    if (operation == kTypeVector && doubles.count(code[i + 2])) doubles.insert(code[i + 1]);
    if (operation == kDecorate && code[i + 2] == kNoContraction) decorated.insert(code[i + 1]);
    if (IsArithmetic(operation) && doubles.count(code[i + 1])) results.push_back(code[i + 2]);
    i += count;
  }
  std::vector<uint32_t> more;
  for (uint32_t result : results) {
    if (decorated.count(result)) continue;
    more.insert(more.end(), {3u << 16 | kDecorate, result, kNoContraction});
  }
  module.insert(module.begin() + first_type, more.begin(), more.end());
  return module;
}

}  // namespace stand_in
