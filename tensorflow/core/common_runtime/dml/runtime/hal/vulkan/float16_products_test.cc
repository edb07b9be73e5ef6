#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/float16_products.h"

#include <gtest/gtest.h>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

// What Mesa 25.0 says of RDNA 2.
Float16Offer Rdna2() {
  Float16Offer offer;
  offer.vendor_id = kVendorAmd;
  offer.arithmetic = true;
  offer.byte_dot_products = true;
  return offer;
}

TEST(Float16ProductsTest, DotProductsComeFirst) {
  Float16Offer offer = Rdna2();
  EXPECT_EQ(FindFloat16Products(offer), Float16Products::kMixed);
  offer.dot_products = true;
  EXPECT_EQ(FindFloat16Products(offer), Float16Products::kDot);
}

TEST(Float16ProductsTest, AllNeedFloat16Arithmetic) {
  Float16Offer offer = Rdna2();
  offer.dot_products = true;
  offer.arithmetic = false;
  EXPECT_EQ(FindFloat16Products(offer), Float16Products::kConverted);
}

TEST(Float16ProductsTest, WhereTwoFloat32MultiplyAddsGoAtOnceTheyAreBetter) {
  Float16Offer rdna3 = Rdna2();
  rdna3.mixed_byte_dot_products = true;
  EXPECT_EQ(FindFloat16Products(rdna3), Float16Products::kConverted);
  rdna3.dot_products = true;
  EXPECT_EQ(FindFloat16Products(rdna3), Float16Products::kDot);
}

TEST(Float16ProductsTest, OthersConvert) {
  Float16Offer vega = Rdna2();
  vega.byte_dot_products = false;
  EXPECT_EQ(FindFloat16Products(vega), Float16Products::kConverted);
  for (const uint32_t vendor : {kVendorIntel, kVendorNvidia}) {
    Float16Offer offer = Rdna2();
    offer.vendor_id = vendor;
    EXPECT_EQ(FindFloat16Products(offer), Float16Products::kConverted);
  }
}

}  // namespace
}  // namespace vulkan
}  // namespace hal
}  // namespace dml
