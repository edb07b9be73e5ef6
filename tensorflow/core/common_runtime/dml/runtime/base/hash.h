// Hashing of the few dozen bytes that a launch is looked up by: eight at a
// time.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_HASH_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_HASH_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace dml {

inline uint64_t HashMix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return hash ^ hash >> 29;
}

inline uint64_t HashBytes(std::string_view bytes, uint64_t seed = 0) {
  uint64_t hash = HashMix(seed, bytes.size() + 1);
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    hash = HashMix(hash, word);
  }
  if (left > 0) {
    uint64_t word = 0;
    for (size_t i = 0; i < left; ++i) {
      word = word << 8 | static_cast<unsigned char>(at[i]);
    }
    hash = HashMix(hash, word);
  }
  return hash ^ hash >> 32;
}

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_HASH_H_
