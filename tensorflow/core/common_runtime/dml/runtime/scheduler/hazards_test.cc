#include "tensorflow/core/common_runtime/dml/runtime/scheduler/hazards.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace dml {
namespace {

constexpr Access kRead = Access::kRead;
constexpr Access kWrite = Access::kWrite;
constexpr Access kReadWrite = Access::kReadWrite;

TEST(HazardsTest, FirstCommandNeedsNoBarrier) {
  Hazards hazards;
  EXPECT_FALSE(hazards.Note({{0, 100, kReadWrite}}));
}

TEST(HazardsTest, ReadsDoNotConflict) {
  Hazards hazards;
  EXPECT_FALSE(hazards.Note({{0, 100, kRead}}));
  EXPECT_FALSE(hazards.Note({{50, 100, kRead}}));
}

TEST(HazardsTest, EveryPairWithAWriteConflicts) {
  for (const Access first : {kRead, kWrite, kReadWrite}) {
    for (const Access second : {kRead, kWrite, kReadWrite}) {
      Hazards hazards;
      EXPECT_FALSE(hazards.Note({{0, 100, first}}));
      EXPECT_EQ(hazards.Note({{99, 1, second}}),
                first != kRead || second != kRead);
      Hazards apart;
      EXPECT_FALSE(apart.Note({{0, 100, first}}));
      EXPECT_FALSE(apart.Note({{100, 1, second}}));
    }
  }
}

TEST(HazardsTest, ACommandDoesNotConflictWithItself) {
  Hazards hazards;
  EXPECT_FALSE(hazards.Note({{0, 100, kRead}, {0, 100, kWrite}}));
}

TEST(HazardsTest, ABarrierCoversAllBeforeIt) {
  Hazards hazards;
  EXPECT_FALSE(hazards.Note({{0, 100, kWrite}}));
  EXPECT_FALSE(hazards.Note({{200, 100, kWrite}}));
  EXPECT_TRUE(hazards.Note({{0, 100, kRead}}));
  EXPECT_FALSE(hazards.Note({{200, 100, kRead}}));
  // What came after the barrier counts on.
  EXPECT_TRUE(hazards.Note({{0, 1, kWrite}}));
}

TEST(HazardsTest, PartsOfOneTensorDoNotConflict) {
  Hazards hazards;
  EXPECT_FALSE(hazards.Note({{0, 90, kWrite}, {1000, 10, kRead}}, 1));
  EXPECT_FALSE(hazards.Note({{10, 90, kWrite}, {2000, 10, kRead}}, 1));
  EXPECT_FALSE(hazards.Note({{20, 90, kWrite}, {1000, 10, kRead}}, 1));
  // Reads have their order, here and after.
  EXPECT_TRUE(hazards.Note({{30, 10, kRead}}, 1));
}

TEST(HazardsTest, PartsConflictWithAllElse) {
  for (const uint64_t next : {0, 2}) {
    for (const Access access : {kRead, kWrite, kReadWrite}) {
      Hazards hazards;
      EXPECT_FALSE(hazards.Note({{0, 90, kWrite}}, 1));
      EXPECT_FALSE(hazards.Note({{10, 90, kWrite}}, 1));
      EXPECT_TRUE(hazards.Note({{95, 1, access}}, next));
      EXPECT_TRUE(hazards.Note({{95, 1, kReadWrite}}, 0));
    }
    // Nor are they forgotten when other work comes between.
    Hazards hazards;
    EXPECT_FALSE(hazards.Note({{0, 90, kWrite}}, 1));
    EXPECT_FALSE(hazards.Note({{500, 1, kWrite}}, next));
    EXPECT_TRUE(hazards.Note({{10, 90, kWrite}}, 1));
  }
  // What was written before a part.
  Hazards hazards;
  EXPECT_FALSE(hazards.Note({{0, 90, kWrite}}));
  EXPECT_TRUE(hazards.Note({{10, 90, kWrite}}, 1));
  EXPECT_FALSE(hazards.Note({{200, 90, kRead}}));
  EXPECT_TRUE(hazards.Note({{210, 90, kWrite}}, 3));
}

TEST(HazardsTest, PartsThatReadWhatTheyWriteHaveAnOrder) {
  Hazards hazards;
  EXPECT_FALSE(hazards.Note({{0, 90, kReadWrite}}, 1));
  EXPECT_TRUE(hazards.Note({{10, 90, kReadWrite}}, 1));
}

TEST(HazardsTest, EmptyRangesDoNotCount) {
  Hazards hazards;
  EXPECT_FALSE(hazards.Note({{50, 0, kWrite}}));
  EXPECT_FALSE(hazards.Note({{0, 100, kWrite}}));
  EXPECT_FALSE(hazards.Note({{50, 0, kReadWrite}}));
}

TEST(HazardsTest, KeepsNoMoreThanItCanLookUp) {
  Hazards hazards;
  int barriers = 0;
  for (uint64_t i = 0; i < 10000; ++i) {
    barriers += hazards.Note({{1000 * i, 1, kWrite}});
  }
  EXPECT_GT(barriers, 0);
  EXPECT_LT(barriers, 20);
}

// ---- What barriers order ---------------------------------------------------

constexpr Hazards::Kind kDispatch = Hazards::Kind::kDispatch;
constexpr Hazards::Kind kCopy = Hazards::Kind::kCopy;

void ExpectScope(const Hazards& hazards, bool dispatches, bool copies,
                 bool writes) {
  EXPECT_EQ(hazards.scope().dispatches, dispatches);
  EXPECT_EQ(hazards.scope().copies, copies);
  EXPECT_EQ(hazards.scope().writes, writes);
}

TEST(HazardsTest, ABarrierOrdersWhatIsThere) {
  Hazards hazards;
  hazards.Note({{0, 100, kWrite}});
  EXPECT_TRUE(hazards.Note({{0, 100, kRead}}));
  ExpectScope(hazards, true, false, true);
  // Nothing was written since.
  EXPECT_TRUE(hazards.Note({{0, 100, kWrite}}, 0, kCopy));
  ExpectScope(hazards, true, false, false);
  EXPECT_TRUE(hazards.Note({{0, 100, kReadWrite}}));
  ExpectScope(hazards, false, true, true);
  hazards.Note({{200, 100, kRead}}, 0, kCopy);
  EXPECT_TRUE(hazards.Note({{0, 100, kRead}}));
  ExpectScope(hazards, true, true, true);
}

// Else what it wrote would need a barrier of its own soon after.
TEST(HazardsTest, ABarrierForReadsOrdersWritesThatAreThere) {
  Hazards hazards;
  hazards.Note({{0, 100, kRead}, {200, 100, kWrite}});
  EXPECT_TRUE(hazards.Note({{0, 100, kWrite}}));
  ExpectScope(hazards, true, false, true);
  EXPECT_FALSE(hazards.Note({{200, 100, kRead}}));
}

TEST(HazardsTest, PartsAreWritesToo) {
  Hazards hazards;
  hazards.Note({{0, 90, kWrite}}, 1);
  hazards.Note({{10, 90, kWrite}}, 1);
  EXPECT_TRUE(hazards.Note({{0, 90, kRead}}));
  ExpectScope(hazards, true, false, true);
}

// Every pair of commands since the last barrier, compared.
class Model {
 public:
  bool Note(const std::vector<BufferArgument>& arguments, Hazards::Kind kind) {
    bool conflict = false;
    for (const BufferArgument& a : since_) {
      for (const BufferArgument& b : arguments) {
        conflict |= a.bytes > 0 && b.bytes > 0 &&
                    a.address < b.address + b.bytes &&
                    b.address < a.address + a.bytes &&
                    (a.access != kRead || b.access != kRead);
      }
    }
    if (conflict) {
      scope = {false, false, false};
      for (const Hazards::Kind k : kinds_) {
        (k == kCopy ? scope.copies : scope.dispatches) = true;
      }
      for (const BufferArgument& a : since_) {
        scope.writes |= a.bytes > 0 && a.access != kRead;
      }
      since_.clear();
      kinds_.clear();
    }
    since_.insert(since_.end(), arguments.begin(), arguments.end());
    kinds_.push_back(kind);
    return conflict;
  }

  hal::BarrierScope scope;  // of the last conflict

 private:
  std::vector<BufferArgument> since_;
  std::vector<Hazards::Kind> kinds_;
};

TEST(HazardsTest, DoesWhatComparingEveryPairDoes) {
  int barriers = 0, commands = 0;
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const uint32_t addresses = 100 << random() % 6;
    Hazards hazards;
    Model model;
    for (int step = 0; step < 200; ++step) {
      std::vector<BufferArgument> arguments(random() % 4);
      for (BufferArgument& a : arguments) {
        a.address = random() % addresses;
        a.bytes = random() % 20;
        a.access = static_cast<Access>(random() % 3);
      }
      const Hazards::Kind kind = random() % 4 == 0 ? kCopy : kDispatch;
      const bool barrier = model.Note(arguments, kind);
      ASSERT_EQ(hazards.Note(arguments, 0, kind), barrier) << "step " << step;
      if (barrier) {
        ExpectScope(hazards, model.scope.dispatches, model.scope.copies,
                    model.scope.writes);
      }
      barriers += barrier;
      ++commands;
    }
  }
  // Both answers came up.
  EXPECT_GT(barriers, commands / 20);
  EXPECT_LT(barriers, commands * 19 / 20);
}

}  // namespace
}  // namespace dml
