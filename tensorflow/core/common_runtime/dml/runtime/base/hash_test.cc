#include "tensorflow/core/common_runtime/dml/runtime/base/hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace dml {
namespace {

TEST(HashTest, DependsOnContentOnly) {
  const std::string text = "a shader's name, and then some";
  for (size_t shift = 0; shift < 8; ++shift) {
    const std::string moved = std::string(shift, 'x') + text;
    EXPECT_EQ(HashBytes(std::string_view(moved).substr(shift)),
              HashBytes(text));
  }
}

TEST(HashTest, DependsOnEveryBit) {
  for (size_t length = 1; length <= 40; ++length) {
    const std::string zeros(length, '\0');
    std::set<uint64_t> hashes = {HashBytes(zeros)};
    for (size_t bit = 0; bit < 8 * length; ++bit) {
      std::string flipped = zeros;
      flipped[bit / 8] = static_cast<char>(1 << bit % 8);
      hashes.insert(HashBytes(flipped));
    }
    EXPECT_EQ(hashes.size(), 8 * length + 1) << "of " << length << " bytes";
  }
}

TEST(HashTest, DependsOnLength) {
  std::set<uint64_t> hashes;
  for (size_t length = 0; length < 256; ++length) {
    hashes.insert(HashBytes(std::string(length, '\0')));
  }
  EXPECT_EQ(hashes.size(), 256u);
}

TEST(HashTest, DependsOnSeed) {
  std::set<uint64_t> hashes;
  for (uint64_t seed = 0; seed < 256; ++seed) {
    hashes.insert(HashBytes("gemm_f32", seed));
  }
  EXPECT_EQ(hashes.size(), 256u);
}

// Tables take the low bits. Keys that count up must not pile up there.
TEST(HashTest, SpreadsKeysOverLowBits) {
  constexpr int kKeys = 1 << 16, kSlots = 1 << 12;
  std::vector<int> load(kSlots);
  for (int key = 0; key < kKeys; ++key) {
    ++load[HashBytes("unary_f32\t" + std::to_string(key)) & (kSlots - 1)];
  }
  // 16 on the average; a random function exceeds 48 once in 10^9 tables.
  EXPECT_LT(*std::max_element(load.begin(), load.end()), 48);
  EXPECT_GT(std::count_if(load.begin(), load.end(),
                          [](int keys) { return keys > 0; }),
            kSlots * 99 / 100);
}

}  // namespace
}  // namespace dml
