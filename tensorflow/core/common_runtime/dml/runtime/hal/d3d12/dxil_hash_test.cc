#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_hash.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

std::string Bytes(size_t count) {
  std::string bytes;
  for (size_t i = 0; i < count; ++i) {
    bytes.push_back(static_cast<char>(i * 7 + 3));
  }
  return bytes;
}

std::string Digits(const DxilHash& hash) {
  std::string text;
  for (const uint8_t byte : hash) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", byte);
    text += digits;
  }
  return text;
}

// The values are those of an implementation whose containers Direct3D took.
TEST(DxilHashTest, IsMicrosofts) {
  const struct {
    size_t bytes;
    const char* hash;
  } cases[] = {
      {0, "140d60f6b775e2ba4e4abed401b2e9a1"},
      {1, "06f94cb281d1981af4f9a91b370ae308"},
      {55, "9ab63592763f16cbf9faadc10871b3dc"},
      {56, "9631e575809c7fec27e1a79c6dbf0704"},
      {63, "69c87038086b06ae036a445580d52800"},
      {64, "702b2563302d9691eda44cda5fef4b68"},
      {100, "3c434ad9bed672b53f54445717861ab4"},
      {119, "953cfe1c495908c5129cd5a6ae089ecd"},
      {120, "71f04dacbba086d5aef734027044308c"},
      {200, "5b549f280f46bcd28c57cf76172e3ba5"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(Digits(ComputeDxilHash(Bytes(each.bytes))), each.hash)
        << each.bytes;
  }
}

TEST(DxilHashTest, IsWrittenOnce) {
  std::string container = "DXBC" + std::string(16, '\0') + Bytes(60);
  EXPECT_EQ(HashOf(container), DxilHash{});
  SignContainer(&container);
  EXPECT_EQ(HashOf(container), ComputeDxilHash(Bytes(60)));
  EXPECT_EQ(container.substr(20), Bytes(60));
  container[4] ^= 1;  // as if somebody else had signed it otherwise
  std::string other = container;
  SignContainer(&other);
  EXPECT_EQ(other, container);
}

}  // namespace
}  // namespace d3d12
}  // namespace hal
}  // namespace dml
