#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/operators/operator_test.h"

namespace dml {
namespace {

// As shaders/parameter_blocks.py makes them.
struct ScaleParameters {
  static constexpr uint32_t kBuffers = 2;
  static constexpr ParameterBlock kBlock = {"test/scale.comp"};
  uint32_t count;
  float factor;
};
struct SumParameters {
  static constexpr uint32_t kBuffers = 0;  // depends on the variant
  static constexpr ParameterBlock kBlock = {"test/sum.comp"};
  uint32_t count;
};

constexpr uint32_t kWords[] = {0x07230203};
constexpr Shader kShaders[] = {
    {"scale_f32", kWords, 1, false, false, &ScaleParameters::kBlock, 2},
    {"sum_f32", kWords, 1, false, false, &SumParameters::kBlock, 3},
};

class LaunchTest : public OperatorTest {
 protected:
  LaunchTest() : OperatorTest(kShaders) {}
};

TEST_F(LaunchTest, TakesTheParametersOfItsProgram) {
  OperatorContext context = Context();
  ASSERT_TRUE(LaunchProgram(context, "scale_f32", {1u}, Grid(),
                            {buffer_, buffer_}, ScaleParameters{7, 2.0f})
                  .ok());
  ASSERT_EQ(launches(), 1u);
  const hal::testing::Event event = device_.events()[0];
  EXPECT_EQ(event.program, "scale_f32");
  ASSERT_EQ(event.constants.size(), sizeof(ScaleParameters));
  EXPECT_EQ(event.constants[0], 7);
}

TEST_F(LaunchTest, RefusesAnotherProgramsParameters) {
  OperatorContext context = Context();
  const Status status = LaunchProgram(context, "scale_f32", {1u}, Grid(),
                                      {buffer_, buffer_}, SumParameters{7});
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_NE(status.message().find("test/scale.comp"), std::string::npos);
  EXPECT_NE(status.message().find("test/sum.comp"), std::string::npos);
  EXPECT_EQ(launches(), 0u);
}

TEST_F(LaunchTest, RefusesAnotherNumberOfBuffers) {
  OperatorContext context = Context();
  const std::vector<BufferArgument> two(2, buffer_);
  const Status status = LaunchProgram(
      context, "sum_f32", {1u}, Grid(),
      Span<const BufferArgument>(two.data(), two.size()), SumParameters{7});
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_EQ(launches(), 0u);
  EXPECT_TRUE(LaunchProgram(context, "sum_f32", {1u}, Grid(),
                            {buffer_, buffer_, buffer_}, SumParameters{7})
                  .ok());
  EXPECT_EQ(launches(), 1u);
}

TEST_F(LaunchTest, NoProgramOfThatName) {
  OperatorContext context = Context();
  const Status status =
      LaunchProgram(context, "scale_f16", {1u}, Grid(), {buffer_, buffer_},
                    ScaleParameters{7, 2.0f});
  EXPECT_EQ(status.code(), Code::kUnimplemented);
}

TEST_F(LaunchTest, NothingToDoLaunchesNothing) {
  OperatorContext context = Context();
  EXPECT_TRUE(LaunchProgram(context, "scale_f32", {1u}, Grid{0, 1, 1},
                            {buffer_, buffer_}, ScaleParameters{0, 2.0f})
                  .ok());
  EXPECT_EQ(launches(), 0u);
}

TEST_F(LaunchTest, AGridBeyondTheAdaptersLimitIsRefused) {
  OperatorContext context = Context();
  const Grid grid = {device_.info().max_grid[0] + 1, 1, 1};
  const Status status =
      LaunchProgram(context, "scale_f32", {1u}, grid, {buffer_, buffer_},
                    ScaleParameters{7, 2.0f});
  EXPECT_EQ(status.code(), Code::kUnimplemented);
  EXPECT_EQ(launches(), 0u);
}

TEST_F(LaunchTest, APlanListsAndLaunchesNothing) {
  LaunchPlan plan;
  OperatorContext context = Context(&plan);
  ASSERT_TRUE(LaunchProgram(context, "scale_f32", {1u, 5u}, Grid(),
                            {buffer_, buffer_}, ScaleParameters{7, 2.0f})
                  .ok());
  ASSERT_EQ(plan.size(), 1u);
  EXPECT_EQ(plan[0], "scale_f32\t1,5");
  EXPECT_EQ(launches(), 0u);
}

TEST_F(LaunchTest, LinearGridsFoldWhatExceedsARow) {
  OperatorContext context = Context();
  const uint64_t most = device_.info().max_grid[0];
  for (const uint64_t groups : {uint64_t{0}, uint64_t{1}, most, most + 1,
                                3 * most, 3 * most + 1, most * most}) {
    const Grid grid = LinearGrid(context, groups);
    EXPECT_LE(grid.x, most);
    EXPECT_GE(uint64_t{grid.x} * grid.y, groups);
    EXPECT_LT(uint64_t{grid.x} * grid.y, groups + grid.x + 1);
  }
}

}  // namespace
}  // namespace dml
