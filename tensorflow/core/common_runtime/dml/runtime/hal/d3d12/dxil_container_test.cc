#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_container.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>

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

void Append(uint32_t word, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&word), sizeof(word));
}

// With a part SFI0 of these flags behind another one.
std::string Container(uint64_t flags) {
  std::string container = "DXBC" + std::string(16, '\0');
  Append(1, &container);
  Append(32 + 8 + 8 + 4 + 8 + 8, &container);
  Append(2, &container);
  Append(40, &container);
  Append(52, &container);
  container += "DXIL";
  Append(4, &container);
  Append(~0u, &container);
  container += "SFI0";
  Append(sizeof(flags), &container);
  Append(static_cast<uint32_t>(flags), &container);
  Append(static_cast<uint32_t>(flags >> 32), &container);
  return container;
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

TEST(DxilContainerTest, IsSignedOnce) {
  std::string container = Container(0);
  SignContainer(&container);
  const DxilHash hash = ComputeDxilHash(std::string_view(container).substr(20));
  EXPECT_EQ(std::memcmp(container.data() + 4, hash.data(), hash.size()), 0);
  container[4] ^= 1;  // as if somebody else had signed it otherwise
  std::string other = container;
  SignContainer(&other);
  EXPECT_EQ(other, container);
}

TEST(DxilContainerTest, TellsWhatItNeeds) {
  EXPECT_EQ(RequiredFeatures(Container(kRequiresInt64 | uint64_t{1} << 40)),
            kRequiresInt64 | uint64_t{1} << 40);
  EXPECT_EQ(RequiredFeatures(Container(0)), 0u);
  std::string without = Container(kRequiresInt64);
  without.replace(without.find("SFI0"), 4, "SFI1");
  EXPECT_EQ(RequiredFeatures(without), 0u);
}

TEST(DxilContainerTest, RefusesWhatIsNone) {
  const std::string good = Container(0);
  EXPECT_TRUE(CheckContainer(good).ok());
  EXPECT_FALSE(CheckContainer("").ok());
  EXPECT_FALSE(CheckContainer("DXBC").ok());
  // Cut off anywhere.
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(CheckContainer(good.substr(0, size)).ok()) << size;
  }
  // Numbers of parts, places and sizes that lead out of it.
  for (const size_t at : {0, 28, 32, 36, 44, 56}) {
    std::string bad = good;
    std::memset(&bad[at], 0x7f, 4);
    EXPECT_FALSE(CheckContainer(bad).ok()) << at;
    std::memset(&bad[at], 0xff, 4);
    EXPECT_FALSE(CheckContainer(bad).ok()) << at;
  }
}

}  // namespace
}  // namespace d3d12
}  // namespace hal
}  // namespace dml
