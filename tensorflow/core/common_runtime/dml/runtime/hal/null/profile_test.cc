#include "tensorflow/core/common_runtime/dml/runtime/hal/null/profile.h"

#include <gtest/gtest.h>

#include <string>

namespace dml {
namespace hal {
namespace null {
namespace {

AdapterInfo Default() {
  AdapterInfo info;
  info.type = AdapterType::kDiscrete;
  info.vendor_id = 7;
  info.subgroup_size = 32;
  info.float64 = true;
  info.grouped_programs = true;
  info.matrix_shapes = {{16, 16, 16}};
  info.matrix_subgroup_size = 32;
  return info;
}

TEST(ProfileTest, EmptyTextChangesNothing) {
  AdapterInfo info = Default();
  ASSERT_TRUE(ApplyProfile("", &info).ok());
  EXPECT_EQ(info.vendor_id, 7u);
  EXPECT_EQ(info.matrix_shapes.size(), 1u);
  EXPECT_EQ(info.matrix_subgroup_size, 32u);
}

TEST(ProfileTest, NamedMembersAreSet) {
  AdapterInfo info = Default();
  ASSERT_TRUE(ApplyProfile("type=integrated,vendor=32902,subgroup_size=16,"
                           "max_group_invocations=512,max_shared_bytes=65536,"
                           "float16_arithmetic=1,float16_products=mixed,"
                           "float64=0,grouped_programs=0,"
                           "matrix_shapes=8x16x16+8x8x32",
                           &info)
                  .ok());
  EXPECT_EQ(info.type, AdapterType::kIntegrated);
  EXPECT_EQ(info.vendor_id, 32902u);
  EXPECT_EQ(info.subgroup_size, 16u);
  EXPECT_EQ(info.max_group_invocations, 512u);
  EXPECT_EQ(info.max_shared_bytes, 65536u);
  EXPECT_TRUE(info.float16_arithmetic);
  EXPECT_EQ(info.float16_products, Float16Products::kMixed);
  EXPECT_FALSE(info.float64);
  EXPECT_FALSE(info.grouped_programs);
  ASSERT_EQ(info.matrix_shapes.size(), 2u);
  EXPECT_EQ(info.matrix_shapes[1].m, 8u);
  EXPECT_EQ(info.matrix_shapes[1].n, 8u);
  EXPECT_EQ(info.matrix_shapes[1].k, 32u);
  EXPECT_EQ(info.matrix_subgroup_size, 16u);
}

TEST(ProfileTest, MatricesMayTakeSubgroupsOfTheirOwnSize) {
  AdapterInfo info = Default();
  ASSERT_TRUE(
      ApplyProfile("matrix_subgroup_size=8,subgroup_size=32", &info).ok());
  EXPECT_EQ(info.matrix_subgroup_size, 8u);
}

TEST(ProfileTest, NoMatricesNoSubgroupsOfTheirs) {
  AdapterInfo info = Default();
  ASSERT_TRUE(ApplyProfile("matrix_shapes=", &info).ok());
  EXPECT_TRUE(info.matrix_shapes.empty());
  EXPECT_EQ(info.matrix_subgroup_size, 0u);
}

TEST(ProfileTest, WhatIsWrongIsNamed) {
  for (const char* part :
       {"type=gpu", "vendor=", "vendor=0x10", "vendor=-1", "float64=yes",
        "vendor=99999999999", "matrix_shapes=8x8", "colour=red", "float64"}) {
    AdapterInfo info = Default();
    const Status status =
        ApplyProfile(std::string("subgroup_size=8,") + part, &info);
    EXPECT_FALSE(status.ok()) << part;
    EXPECT_NE(status.message().find(part), std::string::npos)
        << status.message();
  }
}

}  // namespace
}  // namespace null
}  // namespace hal
}  // namespace dml
