#include "tensorflow/core/common_runtime/dml/runtime/base/tag_table.h"

#include <gtest/gtest.h>

#include <string>

namespace dml {
namespace {

TEST(TagTableTest, NumbersTagsInOrderOfFirstUse) {
  TagTable tags;
  EXPECT_EQ(tags.Intern("Relu"), 0u);
  EXPECT_EQ(tags.Intern("MatMul"), 1u);
  EXPECT_EQ(tags.Intern("Relu"), 0u);
  EXPECT_EQ(tags.size(), 2u);
  EXPECT_EQ(tags.name(1), "MatMul");
}

TEST(TagTableTest, ComparesContent) {
  TagTable tags;
  const std::string one = "Conv2D", other = "Conv2D";
  ASSERT_NE(one.c_str(), other.c_str());
  EXPECT_EQ(tags.Intern(one.c_str()), tags.Intern(other.c_str()));
  EXPECT_NE(tags.Intern("Conv2"), tags.Intern("Conv2D"));
}

TEST(TagTableTest, NamesTheNullTag) {
  TagTable tags;
  EXPECT_EQ(tags.name(tags.Intern(nullptr)), "untagged");
  EXPECT_EQ(tags.Intern(nullptr), tags.Intern("untagged"));
}

TEST(TagTableTest, KnowsLastingTagsByTheirAddress) {
  TagTable tags;
  static const char* const one = "Conv2D";
  const std::string other = "MatMul";
  EXPECT_EQ(tags.Intern(one, /*lasts=*/true), 0u);
  EXPECT_EQ(tags.Intern(one, /*lasts=*/true), 0u);
  EXPECT_EQ(tags.Intern(other.c_str()), 1u);
  EXPECT_EQ(tags.Intern(one), 0u);
  EXPECT_EQ(tags.name(tags.Intern(nullptr, /*lasts=*/true)), "untagged");
  EXPECT_EQ(tags.Intern(nullptr), 2u);
  // A text that does not last may be another one the next time.
  char text[] = "Relu";
  EXPECT_EQ(tags.Intern(text), 3u);
  text[0] = 'S';
  EXPECT_EQ(tags.name(tags.Intern(text)), "Selu");
}

// More than are remembered.
TEST(TagTableTest, ManyLastingTags) {
  TagTable tags;
  static std::string names[1000];
  for (int round = 0; round < 2; ++round) {
    for (uint32_t i = 0; i < 1000; ++i) {
      names[i] = "tag " + std::to_string(i);
      ASSERT_EQ(tags.Intern(names[i].c_str(), /*lasts=*/true), i);
    }
  }
}

TEST(TagTableTest, CutsLongTags) {
  TagTable tags;
  const std::string longest(TagTable::kMaxLength, 'a');
  const uint32_t tag = tags.Intern((longest + "b").c_str());
  EXPECT_EQ(tags.name(tag), longest);
  EXPECT_EQ(tags.Intern((longest + "c").c_str()), tag);
  EXPECT_EQ(tags.Intern(longest.c_str()), tag);
}

TEST(TagTableTest, KeepsNumbersWhileItGrows) {
  TagTable tags;
  constexpr uint32_t kCount = 5000;
  for (uint32_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(tags.Intern(("tag " + std::to_string(i)).c_str()), i);
  }
  const std::string* const first = &tags.name(0);
  for (uint32_t i = 0; i < kCount; ++i) {
    const std::string name = "tag " + std::to_string(i);
    ASSERT_EQ(tags.Intern(name.c_str()), i);
    ASSERT_EQ(tags.name(i), name);
  }
  EXPECT_EQ(tags.size(), kCount);
  EXPECT_EQ(first, &tags.name(0));
}

}  // namespace
}  // namespace dml
