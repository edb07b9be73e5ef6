#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/matrix_units.h"

#include <gtest/gtest.h>

#include <vector>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

// Offers as Mesa 25.0 and 26.1 make them, but for lines that nobody looks at.
constexpr uint32_t kHalf = 0, kFloat = 1, kInt8 = 3, kInt32 = 5, kScope = 3;

OfferedMatrix Halves(uint32_t m, uint32_t n, uint32_t k) {
  return {m, n, k, kHalf, kHalf, kFloat, kFloat, false, kScope};
}
OfferedMatrix Bytes(uint32_t m, uint32_t n, uint32_t k, bool saturating) {
  return {m, n, k, kInt8, kInt8, kInt32, kInt32, saturating, kScope};
}

MatrixOffer Intel(uint32_t device, uint32_t n, bool saturating) {
  MatrixOffer offer;
  offer.vendor_id = 0x8086;
  offer.device_id = device;
  offer.subgroup_size = 32;
  offer.min_subgroup_size = n;
  offer.max_subgroup_size = 32;
  offer.sizes_can_be_required = true;
  offer.matrices = {Halves(8, n, 16), Bytes(8, n, 32, false)};
  if (saturating) offer.matrices.push_back(Bytes(8, n, 32, true));
  return offer;
}

MatrixOffer Amd() {
  MatrixOffer offer;
  offer.vendor_id = 0x1002;
  offer.subgroup_size = 64;
  offer.min_subgroup_size = 32;
  offer.max_subgroup_size = 64;
  offer.sizes_can_be_required = true;
  offer.mixed_dot_products = true;
  offer.matrices = {Halves(16, 16, 16), Bytes(16, 16, 16, true)};
  return offer;
}

TEST(MatrixUnitsTest, IntelRunsThemInTheSmallestSubgroups) {
  const MatrixUnits alchemist = FindMatrixUnits(Intel(0x5690, 8, false));
  ASSERT_EQ(alchemist.shapes.size(), 1u);
  EXPECT_EQ(alchemist.shapes[0].n, 8u);
  EXPECT_EQ(alchemist.subgroup_size, 8u);
  const MatrixUnits battlemage = FindMatrixUnits(Intel(0xe202, 16, false));
  ASSERT_EQ(battlemage.shapes.size(), 1u);
  EXPECT_EQ(battlemage.shapes[0].n, 16u);
  EXPECT_EQ(battlemage.subgroup_size, 16u);
}

TEST(MatrixUnitsTest, IntelsEmulatedOnesAreNone) {
  // Skylake, Tiger Lake, DG1: saturating sums give it away.
  for (uint32_t device : {0x1912, 0x9a49, 0x4905}) {
    EXPECT_TRUE(FindMatrixUnits(Intel(device, 8, true)).shapes.empty());
  }
  // Meteor Lake, Arrow Lake S and U: the same offer as Alchemist's.
  for (uint32_t device : {0x7d55, 0x7d67, 0x7d41}) {
    EXPECT_TRUE(FindMatrixUnits(Intel(device, 8, false)).shapes.empty());
  }
  // Arrow Lake H has them.
  EXPECT_FALSE(FindMatrixUnits(Intel(0x7d51, 8, false)).shapes.empty());
}

TEST(MatrixUnitsTest, AmdHasThemSinceRdna3) {
  MatrixOffer offer = Amd();
  EXPECT_EQ(FindMatrixUnits(offer).shapes.size(), 1u);
  EXPECT_EQ(FindMatrixUnits(offer).subgroup_size, 64u);
  offer.mixed_dot_products = false;
  EXPECT_TRUE(FindMatrixUnits(offer).shapes.empty());
}

TEST(MatrixUnitsTest, TheOnlySizeThereIsNeedNotBeRequired) {
  MatrixOffer offer;  // Mesa's driver for NVIDIA
  offer.vendor_id = 0x10de;
  offer.subgroup_size = 32;
  offer.min_subgroup_size = 32;
  offer.max_subgroup_size = 32;
  offer.matrices = {Halves(16, 16, 16), Halves(16, 8, 16)};
  EXPECT_EQ(FindMatrixUnits(offer).shapes.size(), 2u);
  EXPECT_EQ(FindMatrixUnits(offer).subgroup_size, 32u);
  offer.min_subgroup_size = 16;
  EXPECT_TRUE(FindMatrixUnits(offer).shapes.empty());
  offer.sizes_can_be_required = true;
  EXPECT_FALSE(FindMatrixUnits(offer).shapes.empty());
}

TEST(MatrixUnitsTest, OnlyFloat16SummedInFloat32CountsAsProduct) {
  MatrixOffer offer = Amd();
  const OfferedMatrix right = Halves(16, 16, 16);
  std::vector<OfferedMatrix> others(5, right);
  others[0].a_type = kInt8;
  others[1].c_type = kHalf;
  others[2].result_type = kHalf;
  others[3].saturating = true;
  others[4].scope = 2;  // of a work group
  for (const OfferedMatrix& other : others) {
    offer.matrices = {other};
    EXPECT_TRUE(FindMatrixUnits(offer).shapes.empty());
  }
  EXPECT_EQ(FindMatrixUnits(offer).subgroup_size, 0u);
}

}  // namespace
}  // namespace vulkan
}  // namespace hal
}  // namespace dml
