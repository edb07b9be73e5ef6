#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/float_controls.h"

#include <gtest/gtest.h>

#include <vector>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

using Words = std::vector<uint32_t>;

constexpr uint32_t kCapability = 2 << 16 | 17;
constexpr uint32_t kMemoryModel = 3 << 16 | 14;
constexpr uint32_t kEntryPoint = 5 << 16 | 15;
constexpr uint32_t kMode = 4 << 16 | 16;
constexpr uint32_t kFloat = 3 << 16 | 22;
constexpr uint32_t kFunction = 5 << 16 | 54;
constexpr uint32_t kMain = 7;

Words Join(const std::vector<Words>& parts) {
  Words all;
  for (const Words& part : parts)
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

const Words kHeader = {0x07230203, 0x00010500, 0, 99, 0};
const Words kShader = {kCapability, 1};
const Words kModel = {kMemoryModel, 0, 1};
const Words kMainEntry = {kEntryPoint, 5, kMain, 0x6e69616d, 0};
const Words kLocalSize = {6 << 16 | 16, kMain, 17, 64, 1, 1};
const Words kFloats = {kFloat, 20, 16, kFloat, 21, 32};
const Words kBody = {kFunction, 1, kMain, 0, 2};

FloatControls All() { return {16 + 32 + 64, 16 + 32 + 64, 16 + 64}; }

TEST(FloatControlsTest, ModesStandBehindEntryPoints) {
  const Words module =
      Join({kHeader, kShader, kModel, kMainEntry, kLocalSize, kFloats, kBody});
  Words edited;
  ASSERT_TRUE(AddFloatControls(module, All(), &edited).ok());
  EXPECT_EQ(edited,
            Join({kHeader,
                  kShader,
                  {kCapability, 4464, kCapability, 4466, kCapability, 4467},
                  kModel,
                  kMainEntry,
                  {kMode, kMain, 4459, 16},
                  {kMode, kMain, 4461, 16, kMode, kMain, 4461, 32},
                  {kMode, kMain, 4462, 16, kMode, kMain, 4462, 32},
                  kLocalSize,
                  kFloats,
                  kBody}));
}

TEST(FloatControlsTest, OnlyWhatIsOfferedAtTheWidthsOfTheModule) {
  const Words module =
      Join({kHeader, kShader, kModel, kMainEntry, {kFloat, 20, 32}, kBody});
  FloatControls controls;
  controls.rounding_mode_rte = 64;
  controls.signed_zero_inf_nan_preserve = 16 + 32;
  Words edited;
  ASSERT_TRUE(AddFloatControls(module, controls, &edited).ok());
  EXPECT_EQ(edited, Join({kHeader,
                          kShader,
                          {kCapability, 4466},
                          kModel,
                          kMainEntry,
                          {kMode, kMain, 4461, 32},
                          {kFloat, 20, 32},
                          kBody}));
  ASSERT_TRUE(AddFloatControls(module, FloatControls(), &edited).ok());
  EXPECT_EQ(edited, module);
}

TEST(FloatControlsTest, EveryEntryPointGetsThem) {
  const Words other = {kEntryPoint, 5, 8, 0x6e69616d, 0};
  const Words module = Join(
      {kHeader, kShader, kModel, kMainEntry, other, {kFloat, 20, 64}, kBody});
  FloatControls controls;
  controls.rounding_mode_rte = 64;
  Words edited;
  ASSERT_TRUE(AddFloatControls(module, controls, &edited).ok());
  EXPECT_EQ(edited, Join({kHeader,
                          kShader,
                          {kCapability, 4467},
                          kModel,
                          kMainEntry,
                          other,
                          {kMode, kMain, 4462, 64, kMode, 8, 4462, 64},
                          {kFloat, 20, 64},
                          kBody}));
}

TEST(FloatControlsTest, WhatIsNoModuleIsRefused) {
  const Words module = Join({kHeader, kShader, kModel, kMainEntry, kBody});
  Words edited;
  EXPECT_TRUE(AddFloatControls(module, All(), &edited).ok());
  for (size_t length = 0; length < module.size() - kBody.size(); ++length) {
    const Words part(module.begin(), module.begin() + length);
    EXPECT_EQ(AddFloatControls(part, All(), &edited).code(),
              Code::kInvalidArgument)
        << length;
  }
  Words changed = module;
  changed[kHeader.size()] = 17;  // an instruction of no words
  EXPECT_FALSE(AddFloatControls(changed, All(), &edited).ok());
  changed = module;
  changed[1] = 0x00010300;  // SPIR-V 1.3
  EXPECT_FALSE(AddFloatControls(changed, All(), &edited).ok());
}

TEST(FloatControlsTest, SelectsWhatADriverOffers) {
  VkPhysicalDeviceVulkan12Properties properties{};
  properties.denormBehaviorIndependence =
      VK_SHADER_FLOAT_CONTROLS_INDEPENDENCE_32_BIT_ONLY;
  FloatControls controls = SelectFloatControls(properties);
  EXPECT_EQ(controls.signed_zero_inf_nan_preserve, 0u);
  EXPECT_EQ(controls.rounding_mode_rte, 0u);
  EXPECT_EQ(controls.denorm_preserve, 0u);
  EXPECT_FALSE(controls.float16_conversions());

  properties.shaderSignedZeroInfNanPreserveFloat16 = VK_TRUE;
  properties.shaderSignedZeroInfNanPreserveFloat64 = VK_TRUE;
  properties.shaderRoundingModeRTEFloat32 = VK_TRUE;
  properties.shaderDenormPreserveFloat16 = VK_TRUE;
  properties.shaderDenormPreserveFloat32 = VK_TRUE;
  controls = SelectFloatControls(properties);
  EXPECT_EQ(controls.signed_zero_inf_nan_preserve, 16u + 64u);
  EXPECT_EQ(controls.rounding_mode_rte, 32u);
  EXPECT_EQ(controls.denorm_preserve, 16u);
  EXPECT_FALSE(controls.float16_conversions());

  properties.shaderRoundingModeRTEFloat16 = VK_TRUE;
  EXPECT_TRUE(SelectFloatControls(properties).float16_conversions());

  properties.denormBehaviorIndependence =
      VK_SHADER_FLOAT_CONTROLS_INDEPENDENCE_NONE;
  EXPECT_EQ(SelectFloatControls(properties).denorm_preserve, 0u);
}

}  // namespace
}  // namespace vulkan
}  // namespace hal
}  // namespace dml
