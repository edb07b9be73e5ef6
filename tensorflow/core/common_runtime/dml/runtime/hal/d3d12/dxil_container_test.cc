#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_container.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

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
