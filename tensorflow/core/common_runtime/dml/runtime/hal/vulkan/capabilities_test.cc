#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/capabilities.h"

#include <gtest/gtest.h>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/float16_products.h"

namespace dml {
namespace hal {
namespace vulkan {
namespace {

// What the check says of a module of SPIR-V 1.5 that declares one capability.
Code Check(uint32_t capability, const AdapterInfo& info) {
  const uint32_t words[] = {0x07230203, 0x00010500,    0,         1,
                            0,          2u << 16 | 17, capability};
  return CheckCapabilities(words, info).code();
}

TEST(CapabilitiesTest, DotProductsWantAnAdapterThatHasThem) {
  AdapterInfo info;
  info.float16_arithmetic = true;
  for (const auto products :
       {Float16Products::kConverted, Float16Products::kMixed}) {
    info.float16_products = products;
    EXPECT_EQ(Check(kMixedDotCapability, info), Code::kUnimplemented);
  }
  info.float16_products = Float16Products::kDot;
  EXPECT_EQ(Check(kMixedDotCapability, info), Code::kOk);
}

TEST(CapabilitiesTest, UnknownOnesAreRefused) {
  constexpr uint32_t kFloat16Sums = 6913;  // of the same extension
  AdapterInfo info;
  info.float16_products = Float16Products::kDot;
  EXPECT_EQ(Check(kFloat16Sums, info), Code::kUnimplemented);
}

}  // namespace
}  // namespace vulkan
}  // namespace hal
}  // namespace dml
