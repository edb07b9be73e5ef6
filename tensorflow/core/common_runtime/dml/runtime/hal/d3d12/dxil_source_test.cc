#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_source.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

// A container of no parts.
std::vector<uint32_t> Container() {
  std::vector<uint32_t> words(8);
  std::memcpy(words.data(), "DXBC", 4);
  words[6] = 32;  // bytes
  return words;
}

// DXC does not lie beside this program: what needs it is no program, so that it
// fails with it, too, where the system has one.
class DxilSourceTest : public testing::Test {
 protected:
  DxilSourceTest() {
    desc_.name = "test";
    desc_.hlsl = Span<const char>(kText, sizeof(kText) - 1);
    desc_.specialization = Span<const uint32_t>(kConstants);
  }

  static constexpr char kText[] = "no program";
  static constexpr uint32_t kConstants[] = {256, 1};
  ProgramDesc desc_;
  ProgramStore store_;
  std::string dxil_;
  DxilSource source_ = DxilSource::kCompiler;
};

constexpr char DxilSourceTest::kText[];
constexpr uint32_t DxilSourceTest::kConstants[];

TEST_F(DxilSourceTest, WhatTheBuildCompiledNeedsNoCompiler) {
  const std::vector<uint32_t> words = Container();
  desc_.dxil = {words.data(), words.size()};
  ASSERT_TRUE(GetDxil(desc_, &store_, &dxil_, &source_).ok());
  EXPECT_EQ(source_, DxilSource::kBuild);
  EXPECT_EQ(dxil_.size(), 32u);
  EXPECT_EQ(std::memcmp(dxil_.data(), words.data(), dxil_.size()), 0);
}

TEST_F(DxilSourceTest, WhatIsNoContainerIsRefused) {
  std::vector<uint32_t> words = Container();
  words[6] = 36;
  desc_.dxil = {words.data(), words.size()};
  EXPECT_EQ(GetDxil(desc_, &store_, &dxil_, &source_).code(), Code::kInternal);
}

TEST_F(DxilSourceTest, OtherProgramsNeedIt) {
  EXPECT_FALSE(GetDxil(desc_, &store_, &dxil_, &source_).ok());
  EXPECT_EQ(source_, DxilSource::kCompiler);
}

}  // namespace
}  // namespace d3d12
}  // namespace hal
}  // namespace dml
